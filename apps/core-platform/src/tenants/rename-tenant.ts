import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { type TenantOfPerson, TenantRepository } from './tenant.repository.js';

@Injectable()
export class RenameTenant {
  readonly #tenants: TenantRepository;
  readonly #clock: Clock;

  constructor(tenants: TenantRepository, clock: Clock) {
    this.#tenants = tenants;
    this.#clock = clock;
  }

  /** @throws AppError `unauthenticated`, `not_found` or `forbidden` where the caller may not any more. */
  async rename(name: string, caller: TenantCaller): Promise<TenantOfPerson> {
    const subject = { kind: 'tenant', id: caller.tenantId } as const;
    const act = tenantAct(caller, 'tenant.rename', this.#clock.now(), { subject });
    return this.#tenants.rename(caller, name, act);
  }
}
