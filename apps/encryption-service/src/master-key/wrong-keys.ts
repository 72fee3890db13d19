import type { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';

const TRIED = {
  name: 'master_key_tried',
  text: 'select master_key_tried($1, $2, $3, $4, $5) as pause',
};

/** Whose key was tried, and at what. */
export interface KeyTrial {
  readonly tenantId: string;
  readonly clientId: string;
  readonly encryptionId: string;
}

/**
 * Slows whoever guesses at a client's master key: more than 20 wrong ones in a minute begin a pause, which doubles up to an hour, for
 * that client at that encryption alone. Counted in the database, across replicas.
 */
export class WrongKeys {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * To be called after every key that was tried, before anything is told of it: during a pause a right key is refused as a wrong one
   * is.
   *
   * @throws AppError `rate_limited`, `database_unavailable`.
   */
  async tried({ tenantId, clientId, encryptionId }: KeyTrial, isRight: boolean): Promise<void> {
    const values = [tenantId, clientId, encryptionId, isRight, this.clock.now()];
    const [row] = await this.database.execute<{ pause: number }>(TRIED, values);
    const pause = row?.pause ?? 0;
    if (pause > 0) throw new AppError('rate_limited', { retryAfterSeconds: pause });
  }
}
