import type { Clock } from '@app/ambient';
import { AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import type { RowSeals } from '../../integrity/row-seals.js';
import type { RecentRows } from '../../remembered/recent-rows.js';
import { Remembered } from '../../remembered/remembered.js';
import { masterKeyOf } from '../../master-key/key-of-call.js';
import type { BroughtKey } from '../../master-key/master-keys.js';
import { ENCRYPTION_FORMAT, type EncryptionEntity } from '../rows/encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from '../rows/encryption-key-version.entity.js';
import { assertEnabled } from '../versions/key-version-state.js';
import { asOf } from '../life/due.js';
import type { KeysetRepository, KeysForUse } from '../rows/keyset.repository.js';

interface Asking {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly encryptionId: string;
}

interface AskingForOne extends Asking {
  readonly versionId: string | undefined;
}

/** A keyset for one use: authentic, switched on, and with the master key that its mode asks for. */
export interface ReadKeyset {
  readonly encryption: EncryptionEntity;
  /** The version that was named, or the active one; undefined where none is active. */
  readonly version: EncryptionKeyVersionEntity | undefined;
  readonly brought: BroughtKey;
}

/** The same for uses of several versions. */
export interface ReadKeysets {
  readonly encryption: EncryptionEntity;
  /** Those that were named and are of this encryption, and the active one, by id. */
  readonly versions: ReadonlyMap<string, EncryptionKeyVersionEntity>;
  /** Those of them whose rows were changed, with the alarm that each is. */
  readonly changed: ReadonlyMap<string, AppError>;
  readonly brought: BroughtKey;
}

interface AskingForMany extends Asking {
  readonly versionIds: readonly string[];
  readonly needsActive: boolean;
  readonly isTolerant: boolean;
}

/** Reads the rows that decide about a use of keys, and checks their seals, in the order in which a call is refused. */
export class KeysetReader {
  constructor(
    private readonly keysets: KeysetRepository,
    private readonly seals: RowSeals,
    private readonly recent: RecentRows<KeysForUse>,
    private readonly clock: Clock,
  ) {}

  /**
   * What was read a moment ago, if a call may use that: rows whose seals were checked, of an encryption that was enabled and under a
   * platform master key. In client mode nothing is remembered, or a rewrap would make a right key look wrong.
   */
  recall(use: AskingForOne): ReadKeyset | undefined {
    const { caller, call } = use;
    const found = this.recent.get(Remembered.keysetKey(caller.client.tenantId, use));
    if (found === undefined || !reaches(caller, use.encryptionId)) return undefined;
    if (call.masterKey !== 'absent') return undefined;
    return { ...found, brought: { clientId: caller.client.id, key: undefined } };
  }

  /** @throws AppError `not_found`, `master_key_*`, `encryption_disabled`, `database_unavailable`, or `internal` with an alarm. */
  async readOne(use: AskingForOne): Promise<ReadKeyset> {
    const { caller, encryptionId, versionId } = use;
    if (!reaches(caller, encryptionId)) throw new AppError('not_found');
    const { tenantId } = caller.client;
    const found = await this.keysets.findForUse(tenantId, encryptionId, versionId);
    if (found === undefined) throw new AppError('not_found');
    const { encryption, version } = found;
    this.seals.check(ENCRYPTION_FORMAT, encryption);
    if (version === undefined && versionId !== undefined) throw new AppError('not_found');
    const brought = broughtTo(encryption, use);
    assertEnabled(encryption);
    if (version !== undefined) this.seals.check(KEY_VERSION_FORMAT, version);
    if (version !== undefined && encryption.mode === 'platform')
      this.recent.keep(tenantId, Remembered.keysetKey(tenantId, use), found);
    return { encryption, version: version && asOf(version, this.clock.now()), brought };
  }

  /**
   * To a tolerant use a version that is not of this encryption is missing from the answer, and one that was changed is told; any other
   * is refused by them, as by an active version that was changed where it needs one.
   *
   * @throws AppError as {@link readOne}.
   */
  async readMany(use: AskingForMany): Promise<ReadKeysets> {
    const { caller, encryptionId, versionIds, isTolerant } = use;
    if (!reaches(caller, encryptionId)) throw new AppError('not_found');
    const { tenantId } = caller.client;
    const found = await this.keysets.findForUses(tenantId, encryptionId, versionIds);
    if (found === undefined) throw new AppError('not_found');
    const encryption = this.seals.check(ENCRYPTION_FORMAT, found.encryption);
    const ids = new Set(found.versions.map(({ id }) => id));
    if (!isTolerant && !versionIds.every((id) => ids.has(id))) throw new AppError('not_found');
    const brought = broughtTo(encryption, use);
    assertEnabled(encryption);
    return { encryption, brought, ...this.#checked(found.versions, use) };
  }

  #checked(
    rows: readonly EncryptionKeyVersionEntity[],
    { isTolerant, needsActive }: AskingForMany,
  ): Pick<ReadKeysets, 'versions' | 'changed'> {
    const versions = new Map<string, EncryptionKeyVersionEntity>();
    const changed = new Map<string, AppError>();
    const now = this.clock.now();
    for (const row of rows) {
      try {
        versions.set(row.id, asOf(this.seals.check(KEY_VERSION_FORMAT, row), now));
      } catch (thrown) {
        const isOfAnItem = isTolerant && !(needsActive && row.state === 'active');
        if (!isOfAnItem) throw thrown;
        changed.set(row.id, toAppError(thrown));
      }
    }
    return { versions, changed };
  }
}

function broughtTo({ mode }: EncryptionEntity, { caller, call }: Asking): BroughtKey {
  return { clientId: caller.client.id, key: masterKeyOf(mode, call) };
}
