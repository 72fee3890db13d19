import type { Database } from '@app/persistence';

const TO_DESTROY = {
  name: 'versions_to_destroy',
  text: 'select tenant_id, encryption_id, version_id, due from versions_to_destroy($1, $2, $3)',
};
const TO_RENEW = {
  name: 'versions_to_renew',
  text: 'select tenant_id, encryption_id, version_id, due from versions_to_renew($1, $2, $3)',
};
const SWEEP = { name: 'sweep_idempotency_records', text: 'select sweep_idempotency_records($1)' };

const FIRST = { due: new Date(0), version_id: '00000000-0000-0000-0000-000000000000' };

interface Row {
  readonly tenant_id: string;
  readonly encryption_id: string;
  readonly version_id: string;
  readonly due: Date;
}

/** A version for which something is due: an id, and nothing of the row. */
export interface DueVersion {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly id: string;
}

/** What is due across all tenants. */
export class DueVersions {
  constructor(private readonly database: Database) {}

  /** Versions whose date of destruction has come, the earliest first. @throws AppError `database_unavailable`. */
  toDestroy(now: Date): AsyncIterable<DueVersion> {
    return this.#all(TO_DESTROY, now);
  }

  /** Active versions under platform master keys that are older than their rule, the oldest first. @throws AppError `database_unavailable`. */
  toRenew(now: Date): AsyncIterable<DueVersion> {
    return this.#all(TO_RENEW, now);
  }

  /** Deletes records of repeatable calls from before a time. @throws AppError `database_unavailable`. */
  async sweepRepeatable(before: Date): Promise<void> {
    await this.database.execute(SWEEP, [before]);
  }

  async *#all(statement: typeof TO_DESTROY, now: Date): AsyncIterable<DueVersion> {
    let last: Pick<Row, 'due' | 'version_id'> | undefined = FIRST;
    while (last !== undefined) {
      const rows: Row[] = await this.database.execute<Row>(statement, [
        now,
        last.due,
        last.version_id,
      ]);
      for (const { tenant_id: tenantId, encryption_id: encryptionId, version_id: id } of rows)
        yield { tenantId, encryptionId, id };
      last = rows.at(-1);
    }
  }
}
