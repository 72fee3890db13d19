import type { EntityManager } from 'typeorm';
import type { Clock } from '@app/ambient';
import type { RotateAnswer, RotateRequest } from '@app/contract';
import { type SuiteName, suiteNamed } from '@app/crypto';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { type Act, entryOf, runAct } from '../../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import { masterKeyOf } from '../../master-key/key-of-call.js';
import { hashBody, type RepeatableCall } from '../rows/idempotency.js';
import { findAnswer, once } from '../rows/idempotency.typeorm.js';
import { assertEnabled } from './key-version-state.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import type { Successor, VersionSuccession } from './version-succession.js';

const OPERATION = 'rotate';
/** A repeated call, which answers as the first did and changes nothing. */
const REPEATED = 'rotate-repeated';

/** @throws AppError `unsupported_algorithm`. */
function parseAlgorithm(algorithm: string | undefined): SuiteName | undefined {
  if (algorithm === undefined) return undefined;
  const suite = suiteNamed(algorithm);
  if (suite === undefined) throw new AppError('unsupported_algorithm');
  return suite.name;
}

/** Adds a version, makes it active and deactivates the one before it; no data moves. */
export class RotateKeyset {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly succession: VersionSuccession,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The new version is active for every replica before this answers, since no replica decides by what it remembers.
   *
   * @param key - the `Idempotency-Key`: a repeated call answers as the first did.
   * @throws AppError `unsupported_algorithm`, `not_found`, `master_key_*`, `rate_limited`, `encryption_disabled`,
   *   `version_not_usable`, `version_destroyed`, `conflict`, `kms_unavailable`.
   */
  async run(
    caller: ClientCaller,
    call: Call,
    request: RotateRequest,
    key: string | undefined,
  ): Promise<RotateAnswer> {
    const { encryptionId, algorithm } = request;
    const suite = parseAlgorithm(algorithm);
    const { tenantId, id: clientId } = caller.client;
    const act = { tenantId, caller, call, operation: OPERATION, encryptionId };
    const repeatable: RepeatableCall | undefined =
      key === undefined
        ? undefined
        : {
            tenantId,
            clientId,
            route: OPERATION,
            key,
            bodyHash: hashBody({ encryptionId, algorithm }),
          };
    return runAct(this.audit, act, async () => {
      const known = await this.#answerOf(act, repeatable);
      if (known !== undefined) return known;
      const successor = await this.#prepare(caller, call, encryptionId, suite);
      return this.changes.run(caller, (manager) =>
        once(manager, repeatable, this.clock.now(), () => this.#succeed(manager, act, successor)),
      );
    });
  }

  async #prepare(
    caller: ClientCaller,
    call: Call,
    encryptionId: string,
    suite: SuiteName | undefined,
  ): Promise<Successor> {
    if (!reaches(caller, encryptionId)) throw new AppError('not_found');
    const { tenantId, id: clientId } = caller.client;
    const [before, witness] = await this.database.transaction({ tenantId }, async (manager) => {
      const place = { tenantId, encryptionId };
      return [
        await this.rows.get(manager, tenantId, encryptionId),
        await this.rows.findNewestWithKey(manager, place),
      ] as const;
    });
    const brought = { clientId, key: masterKeyOf(before.mode, call) };
    assertEnabled(before);
    return this.succession.prepare(before, witness, brought, { suite });
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

  async #succeed(manager: EntityManager, act: Act, successor: Successor): Promise<RotateAnswer> {
    const { version, revisions } = await this.succession.succeed(manager, successor);
    await this.audit.append(manager, { ...entryOf({ ...act, versionId: version.id }), revisions });
    return { newVersionId: version.id };
  }
}
