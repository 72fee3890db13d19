import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import type { ExportAnswer, ExportRequest } from '@app/contract';
import { type Envelope, type OuterKey, type ServiceKeys, signExport } from '@app/crypto';
import { isUuid } from '@app/encoding';
import { AppError, invalidField } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../callers/caller.js';
import type { EncryptionEntity } from '../keysets/rows/encryption.entity.js';
import { assertRenewable } from '../keysets/versions/key-version-state.js';
import type { KeysetRows } from '../keysets/rows/keyset.repository.typeorm.js';
import type { MessageCounter } from '../keysets/counting/message-counter.js';
import type { TenantChanges } from '../keysets/rows/tenant-changes.js';
import type { OuterKeys } from '../master-key/outer-keys.js';
import { type KeysetToExport, OuterKeyMissing, toExported } from './exported-keyset.js';
import type { FileLimit } from './file-limit.js';
import { optionalKey } from '../master-key/optional-key.js';

const OPERATION = 'export';
/** Records that are locked anew while they are exported make a second try; so many in a row do not happen by chance. */
const MAX_TRIES = 5;

/** An export under way, and which of its encryptions a refusal would be of. */
interface Exporting extends Act {
  readonly caller: ClientCaller;
  readonly ids: readonly string[];
  encryptionId: string | undefined;
}

function assertReached(act: Exporting, caller: ClientCaller): void {
  for (const id of act.ids) {
    act.encryptionId = id;
    if (!reaches(caller, id)) throw new AppError('not_found');
  }
}

/** @throws AppError `invalid_request` where one is there twice. */
function idsOf({ encryptionId }: ExportRequest): string[] {
  const ids = [encryptionId].flat().map((id) => id.toLowerCase());
  if (new Set(ids).size < ids.length)
    throw invalidField('encryptionId', 'must name each encryption once');
  return ids;
}

/**
 * Makes a signed file with all that opening blobs needs besides the master key. Nothing is decided by what was read before the tenant's
 * lock: once a disable has been answered, no export of it is released any more.
 */
export class ExportKeysets {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly counter: MessageCounter,
    private readonly outerKeys: OuterKeys,
    private readonly keys: ServiceKeys,
    private readonly limit: FileLimit,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws AppError `invalid_request`, `not_found`, `master_key_malformed`, `master_key_not_applicable`, `encryption_disabled`,
   *   `version_not_usable`, `version_destroyed` (what is to be destroyed gets no further copy), `payload_too_large`,
   *   `kms_unavailable`, `database_unavailable`; `internal` with an alarm.
   */
  async run(caller: ClientCaller, call: Call, request: ExportRequest): Promise<ExportAnswer> {
    const ids = idsOf(request);
    const { tenantId } = caller.client;
    const act = { tenantId, caller, call, operation: OPERATION, ids, encryptionId: ids[0] };
    const { payloadType, payload, signatures } = await runAct(this.audit, act, () => {
      assertReached(act, caller);
      return this.#tryToSign(act);
    });
    return { payloadType, payload, signatures: [...signatures] };
  }

  async #tryToSign(act: Exporting): Promise<Envelope> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const outerKeys = await this.#prepare(act);
      try {
        return await this.changes.run(act.caller, (manager, caller) => {
          assertReached(act, caller);
          return this.#sign(manager, act, outerKeys);
        });
      } catch (thrown) {
        if (!(thrown instanceof AppError && thrown.cause instanceof OuterKeyMissing)) throw thrown;
      }
    }
    throw new AppError('database_unavailable', { retryAfterSeconds: 1 });
  }

  /** Has at hand what must not be waited for under the lock: outer keys, which a key service may have to open, and settled counts. */
  async #prepare({ tenantId, ids }: Exporting): Promise<ReadonlyMap<string, OuterKey>> {
    const versions = await this.database.transaction({ tenantId }, (manager) =>
      this.rows.outline(manager, tenantId, ids),
    );
    this.limit.assertVersions(versions.length);
    await this.counter.settle(
      tenantId,
      versions.map(({ id }) => id),
    );
    const outerKeys = new Map<string, OuterKey>();
    for (const { outerKeyId } of versions) {
      // What is no id of ours was put there by somebody else, and the row's MAC will say so.
      if (isUuid(outerKeyId) && !outerKeys.has(outerKeyId))
        outerKeys.set(outerKeyId, await this.outerKeys.get(outerKeyId));
    }
    return outerKeys;
  }

  async #sign(
    manager: EntityManager,
    act: Exporting,
    outerKeys: ReadonlyMap<string, OuterKey>,
  ): Promise<Envelope> {
    const { tenantId } = act;
    const exportedAt = this.clock.now();
    const encryptions = [];
    for (const encryption of await this.#admitted(manager, act)) {
      const keyset = await this.#keysetOf(manager, encryption);
      encryptions.push(toExported(keyset, outerKeys));
      await this.audit.append(manager, entryOf({ ...act, encryptionId: encryption.id }));
    }
    this.limit.assertFits(encryptions);
    return signExport(this.keys.identity, { exportedAt, tenantId, encryptions });
  }

  /** All of them, in the order of refusals: that they are there, then the key that came, then their state. */
  async #admitted(manager: EntityManager, act: Exporting): Promise<EncryptionEntity[]> {
    const found: EncryptionEntity[] = [];
    for (const id of act.ids) {
      act.encryptionId = id;
      found.push(await this.rows.get(manager, act.tenantId, id));
    }
    optionalKey(act.call, found);
    for (const encryption of found) {
      act.encryptionId = encryption.id;
      assertRenewable(encryption);
    }
    return found;
  }

  async #keysetOf(manager: EntityManager, encryption: EncryptionEntity): Promise<KeysetToExport> {
    const { tenantId, id } = encryption;
    const versions = await this.rows.allVersions(manager, { tenantId, encryptionId: id });
    const ids = versions.map((version) => version.id);
    return { encryption, versions, counts: await this.rows.counts(manager, tenantId, ids) };
  }
}
