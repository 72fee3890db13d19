import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import { tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import {
  type PlacedBlob,
  type Slice,
  VaultListRepository,
} from '../vault-store/vault-list.repository.js';

const MAX_PAGE_BYTES = 8 * 1024 * 1024;

/** Hands out ciphertext. Nothing in this folder can open any. */
@Injectable()
export class ListBlobs {
  readonly #lists: VaultListRepository;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(lists: VaultListRepository, audit: AuditRepository, clock: Clock) {
    this.#lists = lists;
    this.#audit = audit;
    this.#clock = clock;
  }

  async list(
    page: { readonly limit: number; readonly after: string | undefined },
    caller: TenantCaller,
  ): Promise<Slice<PlacedBlob>> {
    const sized = { ...page, maxBytes: MAX_PAGE_BYTES };
    const slice = await this.#lists.listBlobs(caller.tenantId, sized);
    const facts = { items: slice.rows.length };
    await this.#audit.record(tenantAct(caller, 'blob.list', this.#clock.now(), facts));
    return slice;
  }
}
