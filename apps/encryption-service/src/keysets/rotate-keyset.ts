import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import type { RotateAnswer, RotateRequest } from '@app/contract';
import type { SuiteName } from '@app/crypto';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../callers/caller.js';
import type { EncryptionEntity } from './encryption.entity.js';
import {
  type EncryptionKeyVersionEntity,
  KEY_VERSION_FORMAT,
} from './encryption-key-version.entity.js';
import { hashBody, type RepeatableCall } from './idempotency.js';
import { changedRow } from '../integrity/row-seals.js';
import { refuseMasterKey } from '../master-key/refuse-master-key.js';
import { findAnswer, once } from './idempotency.typeorm.js';
import { assertEnabled } from './key-version-state.js';
import type { KeysetRows } from './keyset.repository.typeorm.js';
import type { NewVersions } from './new-version.js';
import type { TenantChanges } from './tenant-changes.js';

const OPERATION = 'rotate';
/** A repeated call, which answers as the first did and changes nothing. */
const REPEATED = 'rotate-repeated';

/** Adds a version, makes it active and deactivates the one before it; no data moves. */
export class RotateKeyset {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly newVersions: NewVersions,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The new version is active for every replica before this answers, since no replica caches what decides.
   *
   * @param key - the `Idempotency-Key`: a repeated call answers as the first did.
   * @throws AppError `not_found`, `encryption_disabled`, `conflict`, `kms_unavailable`.
   */
  async run(
    caller: ClientCaller,
    call: Call,
    request: RotateRequest,
    key: string | undefined,
  ): Promise<RotateAnswer> {
    const { encryptionId } = request;
    const { tenantId, id: clientId } = caller.client;
    const act = { tenantId, caller, call, operation: OPERATION, encryptionId };
    const repeatable: RepeatableCall | undefined =
      key === undefined
        ? undefined
        : { tenantId, clientId, route: OPERATION, key, bodyHash: hashBody({ encryptionId }) };
    return runAct(this.audit, act, async () => {
      const known = await this.#answerOf(act, repeatable);
      if (known !== undefined) return known;
      if (!reaches(caller, encryptionId)) throw new AppError('not_found');
      const before = await this.database.transaction({ tenantId }, (manager) =>
        this.rows.get(manager, tenantId, encryptionId),
      );
      refuseMasterKey(call);
      assertEnabled(before);
      const version = await this.newVersions.make({
        tenantId,
        encryptionId,
        suite: before.algorithm as SuiteName,
        provider: before.provider,
      });
      return this.changes.run(caller, (manager) =>
        once(manager, repeatable, this.clock.now(), () =>
          this.#activate(manager, act, before, version),
        ),
      );
    });
  }

  /** What a call with this key answered before, whatever has become of the encryption since. */
  async #answerOf(
    act: Act,
    repeatable: RepeatableCall | undefined,
  ): Promise<RotateAnswer | undefined> {
    if (repeatable === undefined) return undefined;
    return this.database.transaction({ tenantId: act.tenantId }, async (manager) => {
      const answer = await findAnswer<RotateAnswer>(manager, repeatable, this.clock.now());
      if (answer !== undefined) {
        const repeated = { ...act, operation: REPEATED, versionId: answer.newVersionId };
        await this.audit.append(manager, entryOf(repeated, 'success', 0));
      }
      return answer;
    });
  }

  async #activate(
    manager: EntityManager,
    act: Act,
    before: EncryptionEntity,
    version: EncryptionKeyVersionEntity,
  ): Promise<RotateAnswer> {
    const place = { tenantId: before.tenantId, encryptionId: before.id };
    const encryption = await this.rows.get(manager, before.tenantId, before.id);
    assertEnabled(encryption);
    // The key was wrapped before the lock was taken: by another master key it would be a rewrap undone.
    if (encryption.provider !== before.provider || encryption.algorithm !== before.algorithm) {
      throw new AppError('conflict');
    }
    const old = await this.rows.findActive(manager, place);
    if (old !== undefined) {
      old.state = 'deactivated';
      old.deactivatedAt = version.createdAt;
      await this.rows.updateVersion(manager, old);
    }
    version.number = (await this.rows.lastNumber(manager, place)) + 1;
    await this.rows.insertVersion(manager, version);
    const changed = old === undefined ? [version] : [old, version];
    await this.audit.append(manager, {
      ...entryOf({ ...act, versionId: version.id }),
      revisions: changed.map((row) => changedRow(KEY_VERSION_FORMAT, row)),
    });
    return { newVersionId: version.id };
  }
}
