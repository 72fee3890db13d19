import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { EncryptionGateway } from './encryption-gateway.js';

/** Gives a tenant's encryption a new active version. Blobs stay under theirs. */
@Injectable()
export class RotateKeys {
  readonly #gateway: EncryptionGateway;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(gateway: EncryptionGateway, audit: AuditRepository, clock: Clock) {
    this.#gateway = gateway;
    this.#audit = audit;
    this.#clock = clock;
  }

  async rotate(caller: TenantCaller): Promise<{ readonly newVersionId: string }> {
    const { newVersionId } = await this.#gateway.rotate(caller);
    const subject = { kind: 'version', id: newVersionId } as const;
    await this.#audit.record(tenantAct(caller, 'keys.rotate', this.#clock.now(), { subject }));
    return { newVersionId };
  }
}
