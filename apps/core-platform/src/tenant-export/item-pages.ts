import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import { toAppError } from '@app/errors';
import type { TenantCaller } from '../access/caller.js';
import { Standing } from '../access/standing.js';
import { tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import type { Position } from '../paging/position.js';
import type { WholeItem } from '../vault-store/stored-item.js';
import { VaultListRepository } from '../vault-store/vault-list.repository.js';
import { toItemAnswer } from '../vault/item-answers.js';
import { ItemSealer } from '../vault/item-sealer.js';
import type { ItemAnswer } from '../vault/vault.dto.js';
import type { ExportedBlob, Manifest } from './manifest.js';
import { type OpenedPage, openPage } from './opened-pages.js';

const PAGE = { limit: 200, maxBytes: 8 * 1024 * 1024 } as const;
/** How often one page waits for the service's limits, and for how long at most each time. */
const WAITS = 10;
const MAX_WAIT_SECONDS = 30;
const LIMITS = new Set(['rate_limited', 'quota_exceeded']);

/** The items of a vault, opened for a person, page by page. */
@Injectable()
export class ItemPages {
  readonly #lists: VaultListRepository;
  readonly #sealer: ItemSealer;
  readonly #standing: Standing;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(
    lists: VaultListRepository,
    sealer: ItemSealer,
    standing: Standing,
    audit: AuditRepository,
    clock: Clock,
  ) {
    this.#lists = lists;
    this.#sealer = sealer;
    this.#standing = standing;
    this.#audit = audit;
    this.#clock = clock;
  }

  /**
   * For each page the caller's rights are looked up anew, and what was opened is on record before it is handed out: whoever loses their
   * rights gets no further page.
   */
  async *read(caller: TenantCaller, manifest: Manifest): AsyncGenerator<readonly ItemAnswer[]> {
    let after: Position | undefined;
    let waits = 0;
    for (;;) {
      await this.#standing.assert(caller, 'tenant:export');
      const page = { ...PAGE, after };
      const { rows, hasMore } = await this.#lists.listWhole(caller.tenantId, {}, page);
      const { opened, failures } = await this.#open(rows, caller, waits);
      waits = WAITS;
      await this.#record(caller, opened.length);
      manifest.addFailures(failures);
      manifest.addBlobs(blobsOf(rows, new Set(failures.map(({ itemId }) => itemId))));
      yield opened.map(toItemAnswer);
      const last = rows.at(-1)?.item;
      if (!hasMore || last === undefined) return;
      after = { at: last.createdAt, id: last.id };
    }
  }

  /** A limit that a long export runs into is waited for; before the first page it is the caller who waits. */
  async #open(
    rows: readonly WholeItem[],
    caller: TenantCaller,
    waits: number,
  ): Promise<OpenedPage> {
    for (let left = waits; ; left -= 1) {
      try {
        return await openPage(this.#sealer, rows, caller);
      } catch (error) {
        const { code, retryAfterSeconds = 1 } = toAppError(error);
        if (left === 0 || !LIMITS.has(code) || retryAfterSeconds > MAX_WAIT_SECONDS) throw error;
        await sleep(retryAfterSeconds * 1_000);
      }
    }
  }

  async #record(caller: TenantCaller, items: number): Promise<void> {
    const details = { content: 'items' };
    await this.#audit.record(
      tenantAct(caller, 'tenant.export', this.#clock.now(), { items, details }),
    );
  }
}

function blobsOf(rows: readonly WholeItem[], failed: ReadonlySet<string>): ExportedBlob[] {
  return rows
    .filter(({ item }) => !failed.has(item.id))
    .flatMap(({ item, blobs }) =>
      blobs.map(({ id, part, encryptionId, encryptionVersionId }) => {
        return { id, itemId: item.id, part, encryptionId, encryptionVersionId };
      }),
    );
}
