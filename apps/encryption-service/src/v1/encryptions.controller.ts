import { Body, Controller, Param, Query } from '@nestjs/common';
import {
  CreatedEncryptionAnswer,
  CreateEncryptionRequest,
  EncryptionAnswer,
  EncryptionsQuery,
  MASTER_KEY,
  NEW_MASTER_KEY,
  type Page,
  PageQuery,
  PatchEncryptionRequest,
  RewrapRequest,
  VersionAnswer,
} from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { CurrentClient } from '../callers/access.js';
import type { ClientCaller } from '../callers/caller.js';
import { CreateEncryption } from '../keysets/encryptions/create-encryption.js';
import { ManageEncryptions } from '../keysets/encryptions/manage-encryptions.js';
import { RewrapKeyset } from '../keysets/rewrap/rewrap-keyset.js';
import { MASTER_KEY_ERRORS } from './master-key-errors.js';

@Controller()
export class EncryptionsController {
  constructor(
    private readonly createEncryption: CreateEncryption,
    private readonly encryptions: ManageEncryptions,
    private readonly rewrapKeyset: RewrapKeyset,
  ) {}

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions',
    access: 'keys:create',
    summary: 'Makes an encryption with its first version.',
    body: CreateEncryptionRequest,
    answer: CreatedEncryptionAnswer,
    status: 201,
    errors: [
      ...MASTER_KEY_ERRORS,
      'unsupported_algorithm',
      'already_exists',
      'kms_unavailable',
      'audit_unavailable',
    ],
    headers: [MASTER_KEY],
  })
  create(
    @Body() body: CreateEncryptionRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<CreatedEncryptionAnswer> {
    return this.createEncryption.run(caller, call, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions',
    access: 'keys:read',
    summary: 'Lists the encryptions that the client may use.',
    query: EncryptionsQuery,
    answer: EncryptionAnswer,
    paged: true,
  })
  list(
    @Query() query: EncryptionsQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<EncryptionAnswer>> {
    return this.encryptions.list(caller, query);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions/:id',
    access: 'keys:read',
    summary: 'Reads an encryption.',
    answer: EncryptionAnswer,
  })
  get(@Param('id') id: string, @CurrentClient() caller: ClientCaller): Promise<EncryptionAnswer> {
    return this.encryptions.get(caller, id);
  }

  @Endpoint({
    method: 'PATCH',
    path: '/v1/encryptions/:id',
    access: 'keys:manage',
    summary:
      'Renames, disables or enables an encryption. Once a disable has been answered, nothing more is released.',
    body: PatchEncryptionRequest,
    answer: EncryptionAnswer,
    errors: ['already_exists', 'conflict', 'audit_unavailable'],
  })
  patch(
    @Param('id') id: string,
    @Body() body: PatchEncryptionRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<EncryptionAnswer> {
    return this.encryptions.patch(caller, call, id, body);
  }

  @Endpoint({
    method: 'POST',
    path: '/v1/encryptions/:id/rewrap',
    access: 'rotate or keys:manage',
    summary:
      'Wraps every version under another master key, all or none. No blob changes. `rotate` suffices where both keys are the client’s own.',
    body: RewrapRequest,
    answer: EncryptionAnswer,
    errors: [
      ...MASTER_KEY_ERRORS,
      'encryption_disabled',
      'version_not_usable',
      'version_destroyed',
      'conflict',
      'kms_unavailable',
      'audit_unavailable',
    ],
    headers: [MASTER_KEY, NEW_MASTER_KEY],
  })
  rewrap(
    @Param('id') id: string,
    @Body() body: RewrapRequest,
    @CurrentClient() caller: ClientCaller,
    @CurrentCall() call: Call,
  ): Promise<EncryptionAnswer> {
    call.log['encryptionId'] = id;
    return this.rewrapKeyset.run(caller, call, id, body);
  }

  @Endpoint({
    method: 'GET',
    path: '/v1/encryptions/:id/versions',
    access: 'keys:read',
    summary: 'Lists the versions of an encryption, the oldest first; never key material.',
    query: PageQuery,
    answer: VersionAnswer,
    paged: true,
  })
  versions(
    @Param('id') id: string,
    @Query() query: PageQuery,
    @CurrentClient() caller: ClientCaller,
  ): Promise<Page<VersionAnswer>> {
    return this.encryptions.versions(caller, id, query);
  }
}
