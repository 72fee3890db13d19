import { Body, Controller, Param } from '@nestjs/common';
import { MASTER_KEY, NEW_MASTER_KEY } from '@app/contract';
import { type Call, CurrentCall, Endpoint } from '@app/server';
import { memberOf } from '../access/caller.js';
import type { Connection } from '../connections/connection.repository.js';
import { ChangeMasterKeyMode } from './change-master-key-mode.js';
import { EncryptionRequest, TenantEncryptionAnswer } from './encryption.dto.js';
import { RewrapKeys } from './rewrap-keys.js';
import { KEY_ERRORS } from './service-errors.js';

@Controller()
export class EncryptionController {
  readonly #encryption: ChangeMasterKeyMode;
  readonly #rewrapKeys: RewrapKeys;

  constructor(encryption: ChangeMasterKeyMode, rewrapKeys: RewrapKeys) {
    this.#encryption = encryption;
    this.#rewrapKeys = rewrapKeys;
  }

  @Endpoint({
    method: 'GET',
    path: '/api/v1/tenants/:tenantId/encryption',
    access: 'encryption:read',
    summary: "The tenant's encryption, and whose master key it is under",
    answer: TenantEncryptionAnswer,
  })
  async read(
    @Param('tenantId') tenantId: string,
    @CurrentCall() call: Call,
  ): Promise<TenantEncryptionAnswer> {
    return toAnswer(await this.#encryption.read(memberOf(call, tenantId).tenantId));
  }

  @Endpoint({
    method: 'PUT',
    path: '/api/v1/tenants/:tenantId/encryption',
    access: 'encryption:change',
    summary:
      'Put the tenant under its own master key, which comes along, or back under the platform’s; only while it stores nothing',
    body: EncryptionRequest,
    answer: TenantEncryptionAnswer,
    errors: ['conflict', ...KEY_ERRORS],
    headers: [MASTER_KEY],
  })
  async change(
    @Param('tenantId') tenantId: string,
    @Body() { masterKeyMode }: EncryptionRequest,
    @CurrentCall() call: Call,
  ): Promise<TenantEncryptionAnswer> {
    return toAnswer(await this.#encryption.change(masterKeyMode, memberOf(call, tenantId)));
  }

  @Endpoint({
    method: 'POST',
    path: '/api/v1/tenants/:tenantId/rewrap',
    access: 'keys:rewrap',
    summary: "Change the tenant's own master key for another one; no blob changes",
    errors: [...KEY_ERRORS, 'version_not_usable', 'version_destroyed'],
    headers: [MASTER_KEY, NEW_MASTER_KEY],
  })
  async rewrap(@Param('tenantId') tenantId: string, @CurrentCall() call: Call): Promise<void> {
    await this.#rewrapKeys.rewrap(call.newMasterKey, memberOf(call, tenantId));
  }
}

function toAnswer({ masterKeyMode, encryptionId }: Connection): TenantEncryptionAnswer {
  return { masterKeyMode, encryptionId };
}
