import { type AppError, toAppError } from '@app/errors';
import type { Call } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import { entryOf } from '../audit/audited-acts.js';
import type { ClientCaller } from '../callers/caller.js';
import type { BroughtKey } from '../master-key/master-keys.js';
import type { Database } from '@app/persistence';
import type { KeysetRows } from './keyset.repository.typeorm.js';
import type { TenantChanges } from './tenant-changes.js';
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

const OPERATION = 'rotate-by-itself';

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
    const { caller, encryptionId, activeId } = renewal;
    // In client mode each call has a key of its own, and a wrong one must not be taken for another's right one.
    if (renewal.brought.key !== undefined) return this.#renew(renewal);
    const key = `${caller.client.tenantId}/${encryptionId}/${activeId ?? ''}`;
    const running = this.#running.get(key) ?? this.#renew(renewal);
    this.#running.set(key, running);
    try {
      await running;
    } finally {
      this.#running.delete(key);
    }
  }

  async #renew({ caller, call, encryptionId, activeId, brought }: Renewal): Promise<void> {
    const { tenantId } = caller.client;
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
    await this.changes.run(caller, async (manager) => {
      const active = await this.rows.findActive(manager, place);
      // Another replica was quicker.
      if (active?.id !== activeId) return;
      const { version, revisions } = await this.succession.succeed(manager, successor);
      const act = { tenantId, caller, call, operation: OPERATION, encryptionId };
      await this.audit.append(manager, {
        ...entryOf({ ...act, versionId: version.id }),
        revisions,
      });
    });
  }

  /** As {@link renew}, beside a use that need not wait for it; what fails is tried again by the next use. */
  renewBeside(renewal: Renewal): void {
    this.renew(renewal).catch((thrown: unknown) => {
      this.onFailure(toAppError(thrown));
    });
  }
}
