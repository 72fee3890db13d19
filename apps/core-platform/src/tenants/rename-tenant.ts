import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
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

  /** @throws AppError `not_found`. */
  async rename(name: string, caller: TenantCaller): Promise<TenantOfPerson> {
    const { tenantId, role } = caller;
    const subject = { kind: 'tenant', id: tenantId } as const;
    const act = tenantAct(caller, 'tenant.rename', this.#clock.now(), { subject });
    const tenant = await this.#tenants.rename(tenantId, name, act);
    if (tenant === undefined) throw new AppError('not_found');
    return { ...tenant, role };
  }
}
