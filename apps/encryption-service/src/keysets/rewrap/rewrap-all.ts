import type { Clock } from '@app/ambient';
import { AppError, toAppError } from '@app/errors';
import type { Database } from '@app/persistence';
import { inParallel } from '@app/pacing';
import type { AuditEntry, AuditLog } from '../../audit/audit-log.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { RewrappedKeyset, RewrapVersions } from './rewrap-versions.js';
import { underTenantLock } from '../../tenants/tenant-lock.js';

/** From which platform master key to which, by their configured names. */
export interface Move {
  readonly from: string;
  /** What records name it by. Names may have changed hands since a key was wrapped, and an import may bring keys under several. */
  readonly fromUri: string;
  readonly to: string;
  /** Only of this tenant. */
  readonly tenantId?: string | undefined;
}

/** One encryption, and why it stayed where it was. */
export interface NotMoved {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly code: string;
}

/** What came of a run so far. */
export interface MoveReport {
  readonly done: number;
  readonly failed: readonly NotMoved[];
  /** Whether it gave up: the key service or the database is away. */
  readonly isBrokenOff: boolean;
}

type Place = Readonly<{ tenantId: string; encryptionId: string }>;
/** Makes the record of one encryption that was moved. */
type EntryOf = (place: Place, keys: number) => AuditEntry;

// Read past row-level security, and unchecked: it says where to look. What is found there is checked before it is changed.
const UNDER = `encryption e where mode = 'platform' and state <> 'destroyed' and ($2::uuid is null or tenant_id = $2)
  and (provider = $1 or exists (
    select from encryption_key_version v
    where v.tenant_id = e.tenant_id and v.encryption_id = e.id and v.record ->> 'kekUri' = $3))`;
const COUNT = { name: 'encryptions_under', text: `select count(*)::int as count from ${UNDER}` };
const PAGE = {
  name: 'page_of_encryptions_under',
  text: `select tenant_id as "tenantId", id as "encryptionId" from ${UNDER}
         and (tenant_id, id) > ($4, $5) order by tenant_id, id limit 200`,
};
const START: Place = {
  tenantId: '00000000-0000-0000-0000-000000000000',
  encryptionId: '00000000-0000-0000-0000-000000000000',
};

const ENCRYPTIONS_AT_ONCE = 4;
const MAX_TRIES = 5;
/** So many that fail one after the other for want of a service are not tried to the last. */
const MAX_UNAVAILABLE = 10;

/**
 * Puts all encryptions of one platform master key under another, each in a transaction of its own: after a kill some are moved and the
 * others are not, each is wholly under one key, and the same run once more moves the rest. Services go on meanwhile. Disabled
 * encryptions and those that are to be destroyed are moved too, since nothing is released by it.
 */
export class RewrapAll {
  #done = 0;
  #unavailable = 0;
  readonly #failed: NotMoved[] = [];

  /** @param owner - the database past row-level security, to find the encryptions of all tenants. */
  constructor(
    private readonly owner: Database,
    private readonly database: Database,
    private readonly rows: KeysetRows,
    private readonly rewrap: RewrapVersions,
    private readonly audit: AuditLog,
    private readonly entryOf: EntryOf,
    private readonly clock: Clock,
  ) {}

  /** How many encryptions are under `from`, or have a key that is. */
  async count(move: Move): Promise<number> {
    const [row] = await this.owner.execute<{ count: number }>(COUNT, valuesOf(move));
    return row?.count ?? 0;
  }

  /**
   * Moves them. What fails is reported, and the others are moved.
   *
   * @param onProgress - told after each encryption.
   * @throws AppError `database_unavailable` where the encryptions cannot be listed.
   */
  async run(move: Move, onProgress: (report: MoveReport) => void): Promise<MoveReport> {
    let last = START;
    while (!this.#isBrokenOff) {
      const page = await this.#page(move, last);
      const end = page.at(-1);
      if (end === undefined) break;
      last = end;
      await inParallel(page, ENCRYPTIONS_AT_ONCE, async (place) => {
        if (this.#isBrokenOff) return;
        await this.#move(place, move);
        onProgress(this.#report());
      });
    }
    return this.#report();
  }

  #report(): MoveReport {
    return { done: this.#done, failed: this.#failed, isBrokenOff: this.#isBrokenOff };
  }

  get #isBrokenOff(): boolean {
    return this.#unavailable >= MAX_UNAVAILABLE;
  }

  async #page(move: Move, after: Place): Promise<Place[]> {
    const values = [...valuesOf(move), after.tenantId, after.encryptionId];
    return this.owner.execute<Place>(PAGE, values);
  }

  async #move(place: Place, move: Move): Promise<void> {
    try {
      await this.#moveOne(place, move);
      this.#done += 1;
      this.#unavailable = 0;
    } catch (thrown) {
      const error = toAppError(thrown);
      this.#unavailable = error.retryable ? this.#unavailable + 1 : 0;
      this.#failed.push({ ...place, code: error.code });
    }
  }

  async #moveOne(place: Place, move: Move): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const rewrapped = await this.#prepare(place, move);
      if (rewrapped === 'elsewhere' || (await this.#store(place, rewrapped))) return;
    }
    throw new AppError('conflict');
  }

  async #prepare(
    place: Place,
    { from, fromUri, to }: Move,
  ): Promise<RewrappedKeyset | 'elsewhere'> {
    const { tenantId, encryptionId } = place;
    const [before, versions] = await this.database.transaction({ tenantId }, async (manager) => [
      await this.rows.get(manager, tenantId, encryptionId),
      await this.rows.allVersions(manager, place),
    ]);
    // Somebody else moved it since it was listed.
    const isUnder =
      before.provider === from || versions.some(({ record }) => record?.kekUri === fromUri);
    if (before.mode !== 'platform' || !isUnder) return 'elsewhere';
    const nobody = { clientId: this.entryOf(place, 0).clientId, key: undefined };
    const target = { mode: 'platform', provider: to } as const;
    return this.rewrap.prepare(before, versions, { from: nobody, to: target, next: nobody });
  }

  async #store(place: Place, rewrapped: RewrappedKeyset): Promise<boolean> {
    const { tenantId } = place;
    return underTenantLock(this.database, { tenantId }, async (manager) => {
      const revisions = await this.rewrap.store(manager, rewrapped, this.clock.now());
      if (revisions === undefined) return false;
      const entry = this.entryOf(place, rewrapped.records.size);
      await this.audit.append(manager, { ...entry, revisions });
      return true;
    });
  }
}

function valuesOf({ from, fromUri, tenantId }: Move): unknown[] {
  return [from, tenantId ?? null, fromUri];
}
