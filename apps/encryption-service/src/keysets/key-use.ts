import { deriveVersionKeys, type VersionKeys } from '@app/crypto';
import { AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog, KeyUseEntry } from '../audit/audit-log.js';
import { type Act, entryOf, isRecorded, runAct } from '../audit/audited-acts.js';
import type { Authenticator } from '../callers/authenticator.js';
import { type ClientCaller, reaches } from '../callers/caller.js';
import type { RowSeals } from '../integrity/row-seals.js';
import { refuseMasterKey } from '../master-key/refuse-master-key.js';
import { type MasterKeys, placeOf } from '../master-key/master-keys.js';
import { ENCRYPTION_FORMAT, type EncryptionEntity } from './encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from './encryption-key-version.entity.js';
import { assertEnabled } from './key-version-state.js';
import type { KeysetRepository, KeysForUse } from './keyset.repository.js';
import type { KeyNames, LastKeys } from './last-keys.js';

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
  /** Before the key is opened: counts the message, or notes the use. */
  readonly count: (version: EncryptionKeyVersionEntity) => Promise<void> | void;
  /** What is done with the keys; they are gone afterwards. */
  readonly work: (keys: VersionKeys, version: EncryptionKeyVersionEntity) => T;
}

interface Loaded {
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
}

/** A change that comes between reading and recording makes a second try; so many in a row do not happen by chance. */
const MAX_TRIES = 5;

/**
 * Every use of a key runs through here: read, decide, unwrap, work, record, release. The record is written only if all that decided
 * still stands, under a lock that changes take too; so nothing is released that was decided on what is no longer so.
 */
export class KeyUses {
  constructor(
    private readonly keysets: KeysetRepository,
    private readonly masterKeys: MasterKeys,
    private readonly seals: RowSeals,
    private readonly audit: AuditLog,
    private readonly authenticator: Authenticator,
    private readonly lastKeys: LastKeys,
  ) {}

  /**
   * @throws AppError `not_found`, `encryption_disabled`, `version_not_usable`, `version_destroyed`, `kms_unavailable`,
   *   `database_unavailable`, `audit_unavailable`, or what `work` throws.
   */
  async run<T>(use: KeyUse<T>): Promise<T> {
    let caller = use.caller;
    const counted = countOnce(use.count);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const tried = await this.#try({ ...use, caller, count: counted });
      if (tried !== undefined) return tried.result;
      caller = await this.authenticator.refresh(caller);
    }
    throw new AppError('database_unavailable', { retryAfterSeconds: 1 });
  }

  async #try<T>(use: KeyUse<T>): Promise<{ result: T } | undefined> {
    const act = actOf(use);
    const loaded = await runAct(this.audit, act, () => this.#load(use));
    const outcome = await this.#work(use, loaded);
    const failed = outcome instanceof AppError;
    if (failed && !isRecorded(outcome)) throw outcome;
    const code = failed ? outcome.code : 'success';
    const stands = await this.audit.recordUse(useEntry(act, use.caller, loaded, code));
    if (!stands) return undefined;
    if (failed) throw outcome;
    return { result: outcome.result };
  }

  async #load<T>(use: KeyUse<T>): Promise<Loaded> {
    const { caller, encryptionId, versionId } = use;
    if (!reaches(caller, encryptionId)) throw new AppError('not_found');
    const found = await this.#read(caller, { encryptionId, versionId });
    if (found === undefined) throw new AppError('not_found');
    const { encryption, version } = found;
    this.seals.check(ENCRYPTION_FORMAT, encryption);
    if (version === undefined && versionId !== undefined) throw new AppError('not_found');
    refuseMasterKey(use.call);
    assertEnabled(encryption);
    if (version === undefined) throw new AppError('version_not_usable');
    this.seals.check(KEY_VERSION_FORMAT, version);
    use.admit(encryption, version);
    return { encryption, version };
  }

  /** What came with the client, if the guess was right; else it is read now. */
  async #read(caller: ClientCaller, names: KeyNames): Promise<KeysForUse | undefined> {
    const { client, guessed } = caller;
    const { encryptionId, versionId } = names;
    if (guessed?.encryptionId === encryptionId && guessed.versionId === versionId)
      return guessed.keys;
    this.lastKeys.note(client.apiKey, names);
    return this.keysets.findForUse(client.tenantId, encryptionId, versionId);
  }

  async #work<T>(use: KeyUse<T>, { version }: Loaded): Promise<{ result: T } | AppError> {
    try {
      await use.count(version);
      const dek = await this.masterKeys.unwrap(version);
      try {
        using keys = deriveVersionKeys(dek, placeOf(version));
        return { result: use.work(keys, version) };
      } finally {
        dek.dispose();
      }
    } catch (error) {
      return toAppError(error);
    }
  }
}

/** A second try under the same version is the same message. */
function countOnce(count: KeyUse<unknown>['count']): KeyUse<unknown>['count'] {
  const counted = new Set<string>();
  return async (version) => {
    if (counted.has(version.id)) return;
    await count(version);
    counted.add(version.id);
  };
}

function actOf<T>({ caller, call, operation, encryptionId, versionId }: KeyUse<T>): Act {
  return { tenantId: caller.client.tenantId, caller, call, operation, encryptionId, versionId };
}

function useEntry(act: Act, caller: ClientCaller, loaded: Loaded, outcome: string): KeyUseEntry {
  const { encryption, version } = loaded;
  return {
    ...entryOf(act, outcome, outcome === 'success' ? 1 : 0),
    encryptionId: encryption.id,
    versionId: version.id,
    standing: {
      tenantRevision: caller.tenant.revision,
      clientRevision: caller.client.revision,
      encryptionRevision: encryption.revision,
      versionRevision: version.revision,
    },
  };
}
