import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { VaultRepository } from '../vault-store/vault.repository.js';
import type { ItemContent } from './item-content.js';
import { ItemSealer, type OpenedItem } from './item-sealer.js';
import { written } from './written.js';

@Injectable()
export class CreateItem {
  readonly #vault: VaultRepository;
  readonly #sealer: ItemSealer;
  readonly #identifiers: Identifiers;
  readonly #clock: Clock;

  constructor(vault: VaultRepository, sealer: ItemSealer, identifiers: Identifiers, clock: Clock) {
    this.#vault = vault;
    this.#sealer = sealer;
    this.#identifiers = identifiers;
    this.#clock = clock;
  }

  async create(content: ItemContent, caller: TenantCaller): Promise<OpenedItem> {
    const { type, labels } = content;
    const id = this.#identifiers.newUuid();
    const frame = { id, type, labels, revision: this.#identifiers.newUuid() };
    const blobs = await this.#sealer.seal(frame, content, caller);
    const now = this.#clock.now();
    const item = { ...frame, createdAt: now, updatedAt: now };
    const act = tenantAct(caller, 'item.create', now, { subject: { kind: 'item', id } });
    await this.#vault.insert(caller, { item, blobs }, act);
    return written(item, blobs, content);
  }
}
