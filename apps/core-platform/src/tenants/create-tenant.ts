import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import type { PersonCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { SetUpConnection } from '../connections/set-up-connection.js';
import { type TenantOfPerson, TenantRepository } from './tenant.repository.js';

/** Makes a tenant with its creator as owner, and has its encryption set up. */
@Injectable()
export class CreateTenant {
  readonly #tenants: TenantRepository;
  readonly #setUp: SetUpConnection;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(
    tenants: TenantRepository,
    setUp: SetUpConnection,
    identifiers: Identifiers,
    clock: Clock,
  ) {
    this.#tenants = tenants;
    this.#setUp = setUp;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  /**
   * The tenant exists once its rows are committed, whatever becomes of the set-up at the encryption service: that is tried at once, and
   * where it fails it goes on at the first use, which then shows why.
   */
  async create(name: string, caller: PersonCaller): Promise<TenantOfPerson> {
    const now = this.#clock.now();
    const tenant = { id: this.#identifiers.newUuid(), name, createdAt: now, updatedAt: now };
    const connection = {
      id: this.#identifiers.newUuid(),
      encryptionId: this.#identifiers.newUuid(),
    };
    const owner = { ...caller, tenantId: tenant.id };
    const subject = { kind: 'tenant', id: tenant.id } as const;
    const act = tenantAct(owner, 'tenant.create', now, { subject });
    await this.#tenants.insert(tenant, caller.userId, connection, act);
    await this.#setUp.attempt(tenant.id, caller);
    return { ...tenant, role: 'owner' };
  }
}
