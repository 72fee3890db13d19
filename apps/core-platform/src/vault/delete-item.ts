import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { VaultRepository } from '../vault-store/vault.repository.js';

@Injectable()
export class DeleteItem {
  readonly #vault: VaultRepository;
  readonly #clock: Clock;

  constructor(vault: VaultRepository, clock: Clock) {
    this.#vault = vault;
    this.#clock = clock;
  }

  /** @throws AppError `not_found`. */
  async delete(itemId: string, caller: TenantCaller): Promise<void> {
    const subject = { kind: 'item', id: itemId } as const;
    const act = tenantAct(caller, 'item.delete', this.#clock.now(), { subject });
    if (!(await this.#vault.remove(caller, itemId, act))) throw new AppError('not_found');
  }
}
