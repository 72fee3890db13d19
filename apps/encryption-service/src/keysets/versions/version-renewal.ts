import type { EntityManager } from 'typeorm';
import { type AppError, type ErrorCode, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditEntry, AuditLog } from '../../audit/audit-log.js';
import { entryOf } from '../../audit/audited-acts.js';
import { entryOfService, THE_SERVICE } from '../../audit/service-entry.js';
import type { ClientCaller } from '../../callers/caller.js';
import type { BroughtKey } from '../../master-key/master-keys.js';
import type { Database } from '@app/persistence';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import type { VersionSuccession } from './version-succession.js';

/** Which encryption wants a new active version, and in whose call that was seen. */
export interface Renewal {
  readonly caller: ClientCaller;
  readonly call: Call;
  readonly encryptionId: string;
  /** The active version that has seen enough; undefined where there is none. */
  readonly activeId: string | undefined;
  readonly brought: BroughtKey;
}

/** The same where nobody calls: an encryption under a platform master key whose active version is too old. */
export interface UnaskedRenewal {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly activeId: string;
  /** Of the run in which it was seen. */
  readonly requestId: string;
}

interface Renewing {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly activeId: string | undefined;
  readonly brought: BroughtKey;
  readonly change: (work: (manager: EntityManager) => Promise<void>) => Promise<void>;
  readonly entryFor: (versionId: string) => AuditEntry;
}

const OPERATION = 'rotate-by-itself';
/** Refusals of a client, and not of a rotation. */
const OF_ITS_CALLER: ReadonlySet<ErrorCode> = new Set(['unauthenticated', 'forbidden']);

/** Rotates an encryption without being asked: its active version is too old, has sealed enough, or is missing. */
export class VersionRenewal {
  readonly #running = new Map<string, Promise<void>>();

  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly succession: VersionSuccession,
    private readonly audit: AuditLog,
    private readonly onFailure: (error: AppError) => void,
  ) {}

  /**
   * Sees to it that another version is active than the one that was seen; many calls at once share one rotation.
   *
   * @throws AppError as {@link VersionSuccession.prepare}, `database_unavailable`.
   */
  async renew(renewal: Renewal): Promise<void> {
    const { caller, call, encryptionId, activeId, brought } = renewal;
    const { tenantId } = caller.client;
    const act = { tenantId, caller, call, operation: OPERATION, encryptionId };
    const renewing: Renewing = {
      tenantId,
      encryptionId,
      activeId,
      brought,
      change: (work) => this.changes.run(caller, work),
      entryFor: (versionId) => entryOf({ ...act, versionId }),
    };
    // In client mode each call has a key of its own, and a wrong one must not be taken for another's right one.
    if (brought.key !== undefined) return this.#renew(renewing);
    const key = `${tenantId}/${encryptionId}/${activeId ?? ''}`;
    let running = this.#running.get(key);
    while (running !== undefined) {
      if (await isDoneBy(running)) return;
      running = this.#running.get(key);
    }
    await this.#shared(key, renewing);
  }

  async #shared(key: string, renewing: Renewing): Promise<void> {
    const running = this.#renew(renewing);
    this.#running.set(key, running);
    try {
      await running;
    } finally {
      this.#running.delete(key);
    }
  }

  /** As {@link renew}, where no client calls. */
  async renewUnasked({ requestId, ...place }: UnaskedRenewal): Promise<void> {
    const { tenantId, encryptionId } = place;
    const act = { tenantId, encryptionId, operation: OPERATION, requestId };
    await this.#renew({
      ...place,
      brought: { clientId: THE_SERVICE, key: undefined },
      change: (work) => this.changes.runUnasked(tenantId, work),
      entryFor: (versionId) => entryOfService({ ...act, versionId }),
    });
  }

  async #renew(renewing: Renewing): Promise<void> {
    const { tenantId, encryptionId, activeId, brought } = renewing;
    const place = { tenantId, encryptionId };
    const [before, witness, isDone] = await this.database.transaction(
      { tenantId },
      async (manager) => {
        const active = await this.rows.findActive(manager, place);
        return [
          await this.rows.get(manager, tenantId, encryptionId),
          active ?? (await this.rows.findNewestWithKey(manager, place)),
          active !== undefined && active.id !== activeId,
        ] as const;
      },
    );
    if (isDone) return;
    const successor = await this.succession.prepare(before, witness, brought);
    await renewing.change(async (manager) => {
      const active = await this.rows.findActive(manager, place);
      // Another replica was quicker.
      if (active?.id !== activeId) return;
      const { version, revisions } = await this.succession.succeed(manager, successor);
      await this.audit.append(manager, { ...renewing.entryFor(version.id), revisions });
    });
  }

  /** As {@link renew}, beside a use that need not wait for it; what fails is tried again by the next use. */
  renewBeside(renewal: Renewal): void {
    this.renew(renewal).catch((thrown: unknown) => {
      this.onFailure(toAppError(thrown));
    });
  }
}

/**
 * Waits for the rotation of another call.
 *
 * @returns false where its client may not call any more, which is nobody else's fault.
 * @throws what else it failed of.
 */
async function isDoneBy(running: Promise<void>): Promise<boolean> {
  try {
    await running;
    return true;
  } catch (thrown) {
    if (OF_ITS_CALLER.has(toAppError(thrown).code)) return false;
    throw thrown;
  }
}
