import type { VersionKeys } from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, entryOf, isRecorded, runAct } from '../../audit/audited-acts.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeyOpener } from './key-opener.js';
import { type UseCounts, useEntryOf } from './key-standing.js';
import { assertRenewable } from '../versions/key-version-state.js';
import type { KeysetReader, ReadKeysets } from './keyset-reader.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { Tried, Tries } from './tries.js';
import type { Renewal, VersionRenewal } from '../versions/version-renewal.js';

/** A keyset whose rows have been checked, for work under several of its versions. */
export interface OpenKeyset {
  readonly encryption: EncryptionEntity;
  /** The active version; undefined where there is none and none was asked for. */
  readonly active: EncryptionKeyVersionEntity | undefined;
  /**
   * A version of this encryption that the use named; undefined where it is not one.
   *
   * @throws AppError `internal` with an alarm where its row was changed.
   */
  version(id: string): EncryptionKeyVersionEntity | undefined;
  /**
   * The keys of a version, whatever its state: that is for the work to look at. Opened once for a use.
   *
   * @throws AppError `master_key_mismatch`, `rate_limited`, `kms_unavailable`, or `internal` with an alarm.
   */
  keys(version: EncryptionKeyVersionEntity): Promise<VersionKeys>;
}

/** What work under several versions came to. */
export interface KeysetWork<T> extends UseCounts {
  readonly result: T;
  /** Whether the active version has seen enough: a new one is made beside. */
  readonly isDue?: boolean;
  /** Versions of which nothing was opened because they were changed in the database. */
  readonly alarms?: ReadonlyMap<string, AppError>;
}

/** What the keys of an encryption are wanted for: many items, or one under two versions. */
export interface KeysetUse<T> {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly operation: string;
  readonly encryptionId: string;
  /** The versions that are named, each once, asked for at each try. */
  readonly versionIds: () => readonly string[];
  /** Whether a version that is missing, or was changed, is for the work to see. Else it refuses the call. */
  readonly isTolerant: boolean;
  /** Whether the work needs an active version: where none is active, one is made. */
  readonly needsActive: boolean;
  /** Runs again from the start where something that decides has changed meanwhile, or where it asks for a new active version. */
  readonly work: (keyset: OpenKeyset) => Promise<KeysetWork<T> | 'renew'>;
}

/** Uses of several versions of one encryption in one call, with one record: as `KeyUses`, which is for one version. */
export class KeysetUses {
  constructor(
    private readonly reader: KeysetReader,
    private readonly opener: KeyOpener,
    private readonly renewal: VersionRenewal,
    private readonly audit: AuditLog,
    private readonly tries: Tries,
    private readonly counter: MessageCounter,
  ) {}

  /**
   * @throws AppError `not_found`, `master_key_*`, `encryption_disabled`, `version_not_usable`, `version_destroyed`, `rate_limited`,
   *   `kms_unavailable`, `database_unavailable`, `audit_unavailable`, or what `work` throws.
   */
  async run<T>(use: KeysetUse<T>): Promise<T> {
    return this.counter.during(() =>
      this.tries.until(use.caller, (caller) => this.#try({ ...use, caller })),
    );
  }

  async #try<T>(use: KeysetUse<T>): Promise<Tried<T>> {
    const act = actOf(use);
    const asked = { ...use, versionIds: use.versionIds() };
    const read = await this.tries.read(use.caller, act, () => this.reader.readMany(asked));
    if (read === 'again') return 'again';
    const active = activeOf(read);
    if (active === undefined && use.needsActive) return this.#renew(use, act, read);
    const worked = await this.#work(use, read, active);
    if (worked === 'renew') return this.#renew(use, act, read);
    return this.#release(use, act, read, worked);
  }

  async #release<T>(
    use: KeysetUse<T>,
    act: Act,
    read: ReadKeysets,
    worked: KeysetWork<T> | AppError,
  ): Promise<Tried<T>> {
    const failed = worked instanceof AppError;
    if (failed && !isRecorded(worked)) throw worked;
    const counts = failed ? { outcome: worked.code, items: 0 } : worked;
    const entry = useEntryOf(act, use.caller, read.encryption, decidedOn(use, read), counts);
    if (!(await this.audit.recordUse(entry))) return 'again';
    if (failed) throw worked;
    await this.#raise(use, act, worked.alarms);
    if (worked.isDue === true) this.renewal.renewBeside(renewalOf(use, read));
    return { result: worked.result };
  }

  async #work<T>(
    use: KeysetUse<T>,
    { encryption, versions, changed, brought }: ReadKeysets,
    active: EncryptionKeyVersionEntity | undefined,
  ): Promise<KeysetWork<T> | 'renew' | AppError> {
    const opened = new Map<string, Promise<VersionKeys>>();
    try {
      return await use.work({
        encryption,
        active,
        version: (id) => {
          const alarm = changed.get(id);
          if (alarm !== undefined) throw alarm;
          return versions.get(id);
        },
        keys: (version) => {
          const known = opened.get(version.id);
          if (known !== undefined) return known;
          const opening = this.opener.open(encryption, version, brought);
          opened.set(version.id, opening);
          return opening;
        },
      });
    } catch (error) {
      return toAppError(error);
    }
  }

  async #renew<T>(use: KeysetUse<T>, act: Act, read: ReadKeysets): Promise<'renewed'> {
    await runAct(this.audit, act, async () => {
      assertRenewable(read.encryption);
      await this.renewal.renew(renewalOf(use, read));
    });
    return 'renewed';
  }

  /** One item's alarm does not fail the call, and is told as loudly as if it had. */
  async #raise<T>(
    { call }: KeysetUse<T>,
    act: Act,
    alarms: ReadonlyMap<string, AppError> = new Map(),
  ): Promise<void> {
    for (const [versionId, alarm] of alarms) {
      call.report(alarm);
      await this.audit.recordRefusal(entryOf({ ...act, versionId }, alarm.code, 0));
    }
  }
}

function activeOf({ versions }: ReadKeysets): EncryptionKeyVersionEntity | undefined {
  return [...versions.values()].find(({ state }) => state === 'active');
}

/** The active version is always read; where nobody asked for it, it decided nothing. */
function decidedOn<T>(
  { needsActive, versionIds }: KeysetUse<T>,
  { versions }: ReadKeysets,
): EncryptionKeyVersionEntity[] {
  const all = [...versions.values()];
  if (needsActive) return all;
  const named = new Set(versionIds());
  return all.filter(({ id }) => named.has(id));
}

function renewalOf<T>({ caller, call, encryptionId }: KeysetUse<T>, read: ReadKeysets): Renewal {
  return { caller, call, encryptionId, activeId: activeOf(read)?.id, brought: read.brought };
}

function actOf<T>({ caller, call, operation, encryptionId }: KeysetUse<T>): Act {
  return { tenantId: caller.client.tenantId, caller, call, operation, encryptionId };
}
