import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import { type ErrorCode, toAppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { type ActFacts, tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { EncryptionGateway } from './encryption-gateway.js';
import { serviceIdempotencyKey } from './idempotency-key.js';

/** Gives a tenant's encryption a new active version. Blobs stay under theirs. */
@Injectable()
export class RotateKeys {
  readonly #gateway: EncryptionGateway;
  readonly #audit: AuditRepository;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    gateway: EncryptionGateway,
    audit: AuditRepository,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#gateway = gateway;
    this.#audit = audit;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  /**
   * What came of it is recorded, a refusal too: after one the service may have a new version all the same, where its answer was lost.
   *
   * @param key - the caller's `Idempotency-Key`: a repeated call with the same one makes no second version.
   */
  async rotate(
    key: string | undefined,
    caller: TenantCaller,
  ): Promise<{ readonly newVersionId: string }> {
    const once =
      key === undefined ? this.#identifiers.newUuid() : serviceIdempotencyKey(key, caller);
    let rotated: { readonly newVersionId: string };
    try {
      rotated = await this.#gateway.rotate(once, caller);
    } catch (error) {
      await this.#record(caller, toAppError(error).code, {});
      throw error;
    }
    const subject = { kind: 'version', id: rotated.newVersionId } as const;
    await this.#record(caller, 'success', { subject });
    return rotated;
  }

  async #record(
    caller: TenantCaller,
    outcome: 'success' | ErrorCode,
    facts: ActFacts,
  ): Promise<void> {
    const act = tenantAct(caller, 'keys.rotate', this.#clock.now(), { ...facts, outcome });
    await this.#audit.record(act);
  }
}
