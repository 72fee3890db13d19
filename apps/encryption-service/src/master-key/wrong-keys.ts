import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';

const PAUSE = { name: 'master_key_pause', text: 'select master_key_pause($1, $2, $3) as pause' };
const TRIED = {
  name: 'master_key_tried',
  text: 'select master_key_tried($1, $2, $3, $4) as pause',
};

/** Whose key it is, and what it is tried at. */
export interface KeyTrial {
  readonly tenantId: string;
  readonly clientId: string;
  readonly encryptionId: string;
}

/**
 * Slows whoever guesses at a client's master key: more than 20 wrong ones in a minute begin a pause, which doubles up to an hour, for
 * that client at that encryption alone; more than 100 at all its encryptions together begin one for the client. Counted in the database
 * and by its clock, so that it holds across replicas.
 */
export class WrongKeys {
  constructor(private readonly database: Database) {}

  /**
   * To be called before a key is looked at: during a pause none is, so that not even the time that it takes says whether it was right.
   *
   * @throws AppError `rate_limited`, `database_unavailable`.
   */
  async assertNotPaused({ tenantId, clientId, encryptionId }: KeyTrial): Promise<void> {
    assertNone(await this.database.execute<PauseRow>(PAUSE, [tenantId, clientId, encryptionId]));
  }

  /**
   * To be called for each key that was tried, before anything is told of it: many may have been let through at once, and those that come
   * to be more than are allowed are refused, right or wrong.
   *
   * @throws AppError `rate_limited`, `database_unavailable`.
   */
  async tried({ tenantId, clientId, encryptionId }: KeyTrial, isRight: boolean): Promise<void> {
    assertNone(
      await this.database.execute<PauseRow>(TRIED, [tenantId, clientId, encryptionId, isRight]),
    );
  }
}

interface PauseRow {
  /** Whole seconds. */
  readonly pause: number;
}

function assertNone([row]: readonly PauseRow[]): void {
  const pause = row?.pause ?? 0;
  if (pause > 0) throw new AppError('rate_limited', { retryAfterSeconds: pause });
}
