import { Body, Controller, Param } from '@nestjs/common';
import { DestroyRequest, MASTER_KEY, VersionAnswer } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { ChangeVersionState } from '../keysets/life/change-version-state.js';
import { DeleteEncryption } from '../keysets/life/delete-encryption.js';
import { DestroyVersion } from '../keysets/life/destroy-version.js';
import type { OnVersion } from '../keysets/life/version-change.js';
import { MASTER_KEY_ERRORS } from './master-key-errors.js';

const DESTROY = 'keys:request-destroy or keys:destroy';
const CHANGE_ERRORS = ['conflict', 'version_destroyed', 'audit_unavailable'] as const;
/** No key is needed; one that comes along is looked at all the same. */
const KEYLESS_ERRORS = [
  'master_key_malformed',
  'master_key_not_applicable',
  ...CHANGE_ERRORS,
] as const;

function on(caller: ClientCaller, call: Call, encryptionId: string, versionId: string): OnVersion {
  call.log['encryptionId'] = encryptionId;
  return { caller, call, encryptionId, versionId };
}

/** The life of versions, to their end. */
@Controller()
export class VersionsController {
  constructor(
    private readonly states: ChangeVersionState,
    private readonly destruction: DestroyVersion,
    private readonly deletion: DeleteEncryption,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/versions/:versionId/suspend',
    access: 'keys:manage',
    summary: 'Suspends a version that is not active: its key does nothing until it is resumed.',
    answer: VersionAnswer,
    errors: KEYLESS_ERRORS,
  })
  suspend(
    @Param('id') id: string,
    @Param('versionId') versionId: string,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VersionAnswer> {
    return this.states.run(on(caller, call, id, versionId), 'suspend');
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/versions/:versionId/resume',
    access: 'keys:manage',
    summary: 'Resumes a suspended version: it is deactivated again, and decrypts.',
    answer: VersionAnswer,
    errors: KEYLESS_ERRORS,
  })
  resume(
    @Param('id') id: string,
    @Param('versionId') versionId: string,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VersionAnswer> {
    return this.states.run(on(caller, call, id, versionId), 'resume');
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/versions/:versionId/compromise',
    access: 'keys:manage',
    summary:
      'Marks a version as compromised, for ever: its key is only re-encrypted from and verified under. Of the active one, a new one is made with it.',
    answer: VersionAnswer,
    errors: [...MASTER_KEY_ERRORS, ...CHANGE_ERRORS, 'kms_unavailable'],
    headers: [MASTER_KEY],
  })
  compromise(
    @Param('id') id: string,
    @Param('versionId') versionId: string,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VersionAnswer> {
    return this.states.run(on(caller, call, id, versionId), 'compromise');
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/versions/:versionId/destroy',
    access: DESTROY,
    summary:
      'Schedules the destruction of a version that is not active. It is unusable at once; its key is erased when the time has come.',
    body: DestroyRequest,
    answer: VersionAnswer,
    errors: KEYLESS_ERRORS,
  })
  destroy(
    @Param('id') id: string,
    @Param('versionId') versionId: string,
    @Body() body: DestroyRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VersionAnswer> {
    return this.destruction.destroy(on(caller, call, id, versionId), body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/versions/:versionId/restore',
    access: DESTROY,
    summary:
      'Takes the destruction of a version back while there is time: it is again what it was, and with it its encryption.',
    answer: VersionAnswer,
    errors: KEYLESS_ERRORS,
  })
  restore(
    @Param('id') id: string,
    @Param('versionId') versionId: string,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<VersionAnswer> {
    return this.destruction.restore(on(caller, call, id, versionId));
  }

  @Endpoint({
    method: 'DELETE',
    path: '/v1/encryptions/:id',
    access: DESTROY,
    summary:
      'Schedules the destruction of all versions of an encryption. It stays to be read, with the receipts.',
    body: DestroyRequest,
    errors: KEYLESS_ERRORS,
  })
  async delete(
    @Param('id') id: string,
    @Body() body: DestroyRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<void> {
    call.log['encryptionId'] = id;
    await this.deletion.run(caller, call, id, body);
  }
}
