import type { VersionKeys } from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, isRecorded } from '../../audit/audited-acts.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { BroughtKey } from '../../master-key/master-keys.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeyOpener } from './key-opener.js';
import { type UseCounts, useEntryOf } from './key-standing.js';
import { assertRenewable } from '../versions/key-version-state.js';
import type { KeysetReader } from './keyset-reader.js';
import type { MessageCounter } from '../counting/message-counter.js';
import type { RenewalNeed } from '../versions/renewal-need.js';
import type { Tried, Tries } from './tries.js';
import type { Renewal, VersionRenewal } from '../versions/version-renewal.js';

/** What a key is wanted for. */
export interface KeyUse<T> {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly operation: string;
  readonly encryptionId: string;
  /** Absent: the active version. */
  readonly versionId: string | undefined;
  /** @throws AppError where the state of the version does not allow it. */
  readonly admit: (encryption: EncryptionEntity, version: EncryptionKeyVersionEntity) => void;
  /** Once the key is open, and before it is used: counts the message, or notes the use; says whether the version has seen enough. */
  readonly count: (
    encryption: EncryptionEntity,
    version: EncryptionKeyVersionEntity,
  ) => Promise<RenewalNeed> | RenewalNeed;
  /** Bytes of plaintext that the work sealed or opened, once it is done; none where absent. */
  readonly bytes?: () => number;
  /** What is done with the keys, which it borrows. */
  readonly work: (
    keys: VersionKeys,
    version: EncryptionKeyVersionEntity,
    encryption: EncryptionEntity,
  ) => T | Promise<T>;
}

interface Loaded {
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
  readonly brought: BroughtKey;
}

/**
 * Every use of one version's key runs through here: read, decide, open, work, record, release. The record is written only if all that
 * decided still stands, under a lock that changes take too; so nothing is released that was decided on what is no longer so.
 */
export class KeyUses {
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
  async run<T>(use: KeyUse<T>): Promise<T> {
    const count = countOnce(use.count);
    return this.counter.during(() =>
      this.tries.until(use.caller, (caller, isFirst) =>
        this.#try({ ...use, caller, count }, isFirst),
      ),
    );
  }

  async #try<T>(use: KeyUse<T>, mayRecall: boolean): Promise<Tried<T>> {
    const act = actOf(use);
    const recalled = mayRecall ? this.#recall(use) : undefined;
    const loaded = recalled ?? (await this.tries.read(use.caller, act, () => this.#load(use)));
    if (loaded === 'again') return 'again';
    const outcome = await this.#work(use, loaded);
    if (outcome === 'again') return 'again';
    const failed = outcome instanceof AppError;
    if (failed && !isRecorded(outcome)) throw outcome;
    const counts = failed ? { outcome: outcome.code, items: 0 } : doneOnce(use);
    const { encryption, version } = loaded;
    const entry = useEntryOf(
      { ...act, versionId: version.id },
      use.caller,
      encryption,
      [version],
      counts,
    );
    if (!(await this.audit.recordUse(entry))) return 'again';
    if (failed) throw outcome;
    return { result: outcome.result };
  }

  /** What is remembered, where it allows the use; what does not allow it may be old, and is read anew. */
  #recall<T>(use: KeyUse<T>): Loaded | undefined {
    const found = this.reader.recall(use);
    if (found?.version === undefined) return undefined;
    const { encryption, version, brought } = found;
    try {
      use.admit(encryption, version);
      return { encryption, version, brought };
    } catch {
      return undefined;
    }
  }

  async #load<T>(use: KeyUse<T>): Promise<Loaded | 'again'> {
    const { encryption, version, brought } = await this.reader.readOne(use);
    if (version === undefined) {
      // After an import or a compromise in client mode the next version comes with the first call that brings the key.
      assertRenewable(encryption);
      await this.renewal.renew(renewalOf(use, undefined, brought));
      return 'again';
    }
    use.admit(encryption, version);
    return { encryption, version, brought };
  }

  async #work<T>(
    use: KeyUse<T>,
    { encryption, version, brought }: Loaded,
  ): Promise<{ result: T } | 'again' | AppError> {
    try {
      // A key that does not open counts for nothing: in client mode anybody could use up a version with wrong ones.
      const keys = await this.opener.open(encryption, version, brought);
      const need = await use.count(encryption, version);
      const isDue = need !== 'none' && version.state === 'active';
      // A client's key is gone when its call ends, so nothing can be done beside it.
      if (isDue && (need === 'required' || encryption.mode === 'client')) {
        await this.renewal.renew(renewalOf(use, version.id, brought));
        return 'again';
      }
      const result = (await use.work(keys, version, encryption)) as T;
      if (isDue) this.renewal.renewBeside(renewalOf(use, version.id, brought));
      return { result };
    } catch (error) {
      return toAppError(error);
    }
  }
}

function renewalOf<T>(
  { caller, call, encryptionId }: KeyUse<T>,
  activeId: string | undefined,
  brought: BroughtKey,
): Renewal {
  return { caller, call, encryptionId, activeId, brought };
}

/** A second try under the same version is the same message. */
function countOnce(count: KeyUse<unknown>['count']): KeyUse<unknown>['count'] {
  const counted = new Map<string, RenewalNeed>();
  return async (encryption, version) => {
    const known = counted.get(version.id);
    if (known !== undefined) return known;
    const need = await count(encryption, version);
    // Where a new version is required nothing was counted.
    if (need !== 'required') counted.set(version.id, need);
    return need;
  };
}

function doneOnce<T>({ bytes }: KeyUse<T>): UseCounts {
  return { outcome: 'success', items: 1, bytes: bytes?.() ?? 0 };
}

function actOf<T>({ caller, call, operation, encryptionId, versionId }: KeyUse<T>): Act {
  return { tenantId: caller.client.tenantId, caller, call, operation, encryptionId, versionId };
}
