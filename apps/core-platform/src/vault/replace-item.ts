import { Injectable } from '@nestjs/common';
import { Clock, Identifiers } from '@app/ambient';
import { AppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { VaultRepository } from '../vault-store/vault.repository.js';
import type { ItemContent } from './item-content.js';
import { ItemSealer, type OpenedItem } from './item-sealer.js';
import { written } from './written.js';

@Injectable()
export class ReplaceItem {
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

  /**
   * Of two at once, the later one stands whole. One that was deleted meanwhile stays deleted.
   *
   * @throws AppError `not_found`.
   */
  async replace(itemId: string, content: ItemContent, caller: TenantCaller): Promise<OpenedItem> {
    const { tenantId } = caller;
    // Looked up before the service is asked: nothing is sealed for an item that is not there.
    if (!(await this.#vault.exists(tenantId, itemId))) throw new AppError('not_found');
    const { type, labels } = content;
    const frame = { id: itemId, type, labels, revision: this.#identifiers.newUuid() };
    const blobs = await this.#sealer.seal(frame, content, caller);
    const now = this.#clock.now();
    const subject = { kind: 'item', id: itemId } as const;
    const act = tenantAct(caller, 'item.replace', now, { subject });
    const draft = { ...frame, createdAt: now, updatedAt: now };
    const item = await this.#vault.replace(caller, { item: draft, blobs }, act);
    if (item === undefined) throw new AppError('not_found');
    return written(item, blobs, content);
  }
}
