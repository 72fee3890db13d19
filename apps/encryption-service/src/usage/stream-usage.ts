import type { Database } from '@app/persistence';

const ADD = { name: 'add_stream_bytes', text: 'select add_stream_bytes($1, $2, $3, $4, $5)' };

/** What passed in one stream. */
export interface StreamedBytes {
  readonly tenantId: string;
  /** When it began: its record is of that time. */
  readonly at: Date;
  readonly operation: string;
  readonly encryptionId: string;
  /** Of plaintext. */
  readonly bytes: number;
}

/** Counts what passes in streams, once they end: their record was written before their length was known. */
export class StreamUsage {
  constructor(private readonly database: Database) {}

  /** @throws AppError `database_unavailable`. */
  async add({ tenantId, at, operation, encryptionId, bytes }: StreamedBytes): Promise<void> {
    if (bytes > 0) await this.database.execute(ADD, [tenantId, at, operation, encryptionId, bytes]);
  }
}
