import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import type { TenantCaller } from '../access/caller.js';
import { Standing } from '../access/standing.js';
import { tenantAct } from '../audit/act.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { type BlobAnswer, toBlobAnswer } from '../export/blob.dto.js';
import { VaultListRepository } from '../vault-store/vault-list.repository.js';
import type { Manifest } from './manifest.js';

const PAGE = { limit: 200, maxBytes: 8 * 1024 * 1024 } as const;

/** The blobs of a vault as they are stored, for machines, page by page. Nothing is opened. */
@Injectable()
export class BlobPages {
  readonly #lists: VaultListRepository;
  readonly #standing: Standing;
  readonly #audit: AuditRepository;
  readonly #clock: Clock;

  constructor(
    lists: VaultListRepository,
    standing: Standing,
    audit: AuditRepository,
    clock: Clock,
  ) {
    this.#lists = lists;
    this.#standing = standing;
    this.#audit = audit;
    this.#clock = clock;
  }

  /** As `ItemPages`: rights are looked up for each page, and it is on record before it is handed out. */
  async *read(caller: TenantCaller, manifest: Manifest): AsyncGenerator<readonly BlobAnswer[]> {
    const { tenantId } = caller;
    let after: string | undefined;
    for (;;) {
      await this.#standing.assert(caller, 'tenant:export');
      const { rows, hasMore } = await this.#lists.listBlobs(tenantId, { ...PAGE, after });
      const facts = { items: rows.length, details: { content: 'blobs' } };
      await this.#audit.record(tenantAct(caller, 'tenant.export', this.#clock.now(), facts));
      const blobs = rows.map((row) => toBlobAnswer(row, tenantId));
      manifest.addBlobs(
        blobs.map(({ id, itemId, part, encryptionId, encryptionVersionId }) => {
          return { id, itemId, part, encryptionId, encryptionVersionId };
        }),
      );
      yield blobs;
      after = rows.at(-1)?.blob.id;
      if (!hasMore || after === undefined) return;
    }
  }
}
