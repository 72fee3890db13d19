import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { type ErrorCode, toAppError } from '@app/errors';
import type { HeaderKey } from '@app/server';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { EncryptionGateway } from './encryption-gateway.js';
import { refuseMalformed, requireKey } from './master-key.js';

/** Changes the tenant's own master key for another one. Blobs stay as they are. */
@Injectable()
export class RewrapKeys {
  readonly #gateway: EncryptionGateway;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(gateway: EncryptionGateway, audit: AuditRepository, clock: Clock) {
    this.#gateway = gateway;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * What came of it is recorded, a refusal too: after one the keys may be under the new key all the same, where the service's answer was
   * lost.
   *
   * @param next - `X-New-Master-Key`.
   * @throws AppError `master_key_*`, or what the service answered.
   */
  async rewrap(next: HeaderKey, caller: TenantCaller): Promise<void> {
    refuseMalformed(caller.masterKey, next);
    const keys = { old: requireKey(caller.masterKey), next: requireKey(next) };
    try {
      await this.#gateway.rewrap(keys, caller);
    } catch (error) {
      await this.#record(caller, toAppError(error).code);
      throw error;
    }
    await this.#record(caller, 'success');
  }

  async #record(caller: TenantCaller, outcome: 'success' | ErrorCode): Promise<void> {
    await this.#audit.record(tenantAct(caller, 'keys.rewrap', this.#clock.now(), { outcome }));
  }
}
