import type { Database } from '@app/persistence';

const RESERVE = {
  name: 'reserve_messages',
  text: 'select granted, messages, under_way, bytes, is_uncertain from reserve_messages($1, $2, $3, $4, $5, $6)',
};
const SETTLE = { name: 'settle_messages', text: 'select settle_messages($1, $2, $3, $4, $5, $6)' };

/** Of which version. */
export interface CountOf {
  readonly tenantId: string;
  readonly versionId: string;
}

/** What the database counted under a version when it was last asked, for all replicas. */
export interface Counted {
  /** Messages that were reserved. */
  readonly messages: number;
  /** Of those, how many are not known to have ended: the others have certainly been sealed. */
  readonly underWay: number;
  readonly bytes: number;
  /** The count may be too low: the database went back in time, or was told so. */
  readonly isUncertain: boolean;
}

export interface Reserved extends Counted {
  /** How many messages were given. */
  readonly granted: number;
}

interface Row {
  readonly granted: string;
  readonly messages: string;
  readonly under_way: string;
  readonly bytes: string;
  readonly is_uncertain: boolean;
}

/** The counts of messages in the database. */
export class MessageCounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Reserves messages, but no more than up to `most` in all, and bytes.
   *
   * @param ended - messages that were reserved before and are under way no more.
   * @throws AppError `database_unavailable`; nothing is known then of what was reserved.
   */
  async reserve(
    { tenantId, versionId }: CountOf,
    wanted: { readonly messages: number; readonly most: number; readonly bytes: number },
    ended: number,
  ): Promise<Reserved> {
    const values = [tenantId, versionId, wanted.messages, wanted.most, wanted.bytes, ended];
    const [row] = await this.#database.execute<Row>(RESERVE, values);
    return {
      granted: Number(row?.granted ?? 0),
      messages: Number(row?.messages ?? 0),
      underWay: Number(row?.under_way ?? 0),
      bytes: Number(row?.bytes ?? 0),
      isUncertain: row?.is_uncertain === true,
    };
  }

  /** Gives back what was reserved and not used. @throws AppError `database_unavailable`. */
  async settle(
    { tenantId, versionId }: CountOf,
    unused: { readonly messages: number; readonly bytes: number },
    ended: number,
    lastUsed: Date | null,
  ): Promise<void> {
    const values = [tenantId, versionId, unused.messages, unused.bytes, ended, lastUsed];
    await this.#database.execute(SETTLE, values);
  }
}
