import type { Clock } from '@app/ambient';
import {
  type EncryptionAnswer,
  type EncryptionsQuery,
  type Page,
  pageLimit,
  type PageQuery,
  type PatchEncryptionRequest,
  parseCursor,
  toPage,
  type VersionAnswer,
} from '@app/contract';
import { AppError, invalidField } from '@app/errors';
import { type Database, unlessTaken } from '@app/persistence';
import type { Call } from '@app/server';
import type { AuditLog } from '../../audit/audit-log.js';
import { entryOf, runAct } from '../../audit/audited-acts.js';
import { type ClientCaller, reaches } from '../../callers/caller.js';
import { toEncryptionAnswer } from './answers.js';
import { changedRow } from '../../integrity/row-seals.js';
import {
  ENCRYPTION_FORMAT,
  type EncryptionEntity,
  rotationColumns,
} from '../rows/encryption.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { TenantChanges } from '../rows/tenant-changes.js';
import type { VersionAnswers } from './version-answers.js';

const PATCHED = ['name', 'olderVersionsEncrypt', 'everyDays', 'afterMessages', 'state'] as const;

/** Whether anything changed: a new revision without a change would only make key uses under way start again. */
function applyPatch(row: EncryptionEntity, patch: PatchEncryptionRequest): boolean {
  const before = PATCHED.map((column) => row[column]);
  row.name = patch.name ?? row.name;
  row.olderVersionsEncrypt = patch.olderVersionsEncrypt ?? row.olderVersionsEncrypt;
  if (patch.rotation !== undefined) Object.assign(row, rotationColumns(patch.rotation));
  applyState(row, patch.state);
  return PATCHED.some((column, index) => row[column] !== before[index]);
}

function applyState(row: EncryptionEntity, state: PatchEncryptionRequest['state']): void {
  if (state === undefined || state === row.state) return;
  // What is to be destroyed is brought back by a restore, not by the switch.
  if (row.state !== 'enabled' && row.state !== 'disabled') throw new AppError('conflict');
  row.state = state;
}

/** Reads encryptions and their versions, and changes what can be changed of them, the kill switch included. */
export class ManageEncryptions {
  constructor(
    private readonly database: Database,
    private readonly changes: TenantChanges,
    private readonly rows: KeysetRows,
    private readonly answers: VersionAnswers,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`. */
  async get(caller: ClientCaller, id: string): Promise<EncryptionAnswer> {
    const { tenantId } = caller.client;
    if (!reaches(caller, id)) throw new AppError('not_found');
    return this.database.transaction({ tenantId }, async (manager) => {
      const row = await this.rows.get(manager, tenantId, id);
      const active = await this.rows.activeVersions(manager, tenantId, [id]);
      return toEncryptionAnswer(row, active.get(id));
    });
  }

  async list(caller: ClientCaller, query: EncryptionsQuery): Promise<Page<EncryptionAnswer>> {
    const { tenantId, encryptionIds } = caller.client;
    return this.database.transaction({ tenantId }, async (manager) => {
      const rows = await this.rows.list(manager, tenantId, query, encryptionIds);
      const ids = rows.map(({ id }) => id);
      const active = await this.rows.activeVersions(manager, tenantId, ids);
      return toPage(
        rows,
        pageLimit(query),
        (row) => [row.id],
        (row) => toEncryptionAnswer(row, active.get(row.id)),
      );
    });
  }

  /**
   * Once a disable has been answered, no replica releases another result: it waits for the key uses under way, and those that come
   * later see it.
   *
   * @throws AppError `not_found`, `already_exists` (the name), `conflict`.
   */
  async patch(
    caller: ClientCaller,
    call: Call,
    id: string,
    patch: PatchEncryptionRequest,
  ): Promise<EncryptionAnswer> {
    const { tenantId } = caller.client;
    const act = { tenantId, caller, call, operation: operationOf(patch), encryptionId: id };
    return runAct(this.audit, act, async () => {
      if (!reaches(caller, id)) throw new AppError('not_found');
      return unlessTaken(
        this.changes.run(caller, async (manager) => {
          const row = await this.rows.get(manager, tenantId, id);
          const isChanged = applyPatch(row, patch);
          if (isChanged) {
            row.updatedAt = this.clock.now();
            await this.rows.update(manager, row);
          }
          const revisions = [changedRow(ENCRYPTION_FORMAT, row)];
          await this.audit.append(manager, { ...entryOf(act), revisions });
          const active = await this.rows.activeVersions(manager, tenantId, [id]);
          return toEncryptionAnswer(row, active.get(id));
        }),
      );
    });
  }

  /** @throws AppError `not_found`. */
  async versions(caller: ClientCaller, id: string, query: PageQuery): Promise<Page<VersionAnswer>> {
    const { tenantId } = caller.client;
    if (!reaches(caller, id)) throw new AppError('not_found');
    const after = parseCursor(query, 1)?.[0] ?? '0';
    if (!/^\d{1,9}$/.test(after)) throw invalidField('cursor', 'must be a nextCursor of this list');
    const limit = pageLimit(query);
    const shown = await this.database.transaction({ tenantId }, async (manager) => {
      await this.rows.get(manager, tenantId, id);
      return this.rows.versions(manager, { tenantId, encryptionId: id }, Number(after), limit + 1);
    });
    const answers = await this.answers.of(tenantId, shown);
    return toPage(
      answers,
      limit,
      ({ number }) => [String(number)],
      (answer) => answer,
    );
  }
}

function operationOf({ state }: PatchEncryptionRequest): string {
  if (state === undefined) return 'change-encryption';
  return state === 'disabled' ? 'disable-encryption' : 'enable-encryption';
}
