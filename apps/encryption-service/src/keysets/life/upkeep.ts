import type { EntityManager } from 'typeorm';
import type { OnModuleDestroy } from '@nestjs/common';
import type { Clock, Identifiers } from '@app/ambient';
import { type AppError, toAppError } from '@app/errors';
import type { Database } from '@app/persistence';
import { KEPT_MILLIS } from '../rows/idempotency.typeorm.js';
import type { RollUpUsage } from '../../usage/roll-up-usage.js';
import type { KeyCache } from '../use/key-cache.js';
import type { VersionRenewal } from '../versions/version-renewal.js';
import type { DueVersion, DueVersions } from './due-versions.js';
import type { EraseKeys } from './erase-keys.js';

/** Of our advisory locks, the one that who keeps things up holds. */
const LOCK = { class: 0x6b78, key: 1 };

/** What upkeep is made of. */
export interface UpkeepParts {
  readonly database: Database;
  readonly due: DueVersions;
  readonly erase: EraseKeys;
  readonly renewal: VersionRenewal;
  readonly cache: KeyCache;
  readonly usage: RollUpUsage;
  readonly identifiers: Identifiers;
  readonly clock: Clock;
  readonly onFailure: (error: AppError) => void;
}

/**
 * What has to be done when its time has come, whether or not somebody calls: keys are erased, versions that are too old are followed by
 * new ones, what was used is added up, and what is no longer needed is swept. Every replica asks; the one that gets the lock does it, and the others go on.
 */
export class Upkeep implements OnModuleDestroy {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopping = false;

  constructor(private readonly parts: UpkeepParts) {}

  /** Runs now and then from now on. */
  start(everyMillis: number): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.#runGuarded().finally(() => {
        this.#running = undefined;
      });
    }, everyMillis);
    this.#timer.unref();
  }

  /** Nothing is begun any more; what has begun is waited for. */
  async onModuleDestroy(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    await this.#running;
    await this.parts.erase.ended();
  }

  /**
   * Does all that is due, unless another replica is doing it. What fails for one version keeps no other from its turn, and is tried again.
   *
   * @throws AppError `database_unavailable`.
   */
  async run(): Promise<void> {
    const { database, due, erase, renewal, cache, usage, identifiers, clock } = this.parts;
    cache.dropExpired();
    const requestId = identifiers.newUuid();
    await database.transaction({}, async (manager) => {
      if (!(await hasLock(manager))) return;
      const now = clock.now();
      await this.#each(manager, due.toDestroy(now), (version) => erase.erase(version, requestId));
      await this.#each(manager, due.toRenew(now), ({ id: activeId, ...place }) =>
        renewal.renewUnasked({ ...place, activeId, requestId }),
      );
      await due.sweepRepeatable(new Date(now.getTime() - KEPT_MILLIS));
      await usage.run();
    });
  }

  async #each(
    manager: EntityManager,
    versions: AsyncIterable<DueVersion>,
    work: (version: DueVersion) => Promise<void>,
  ): Promise<void> {
    for await (const version of versions) {
      if (this.#isStopping) return;
      // The lock ends with its transaction, which the server ends where it has been idle for too long.
      await manager.query('select 1');
      try {
        await work(version);
      } catch (thrown) {
        this.parts.onFailure(toAppError(thrown));
      }
    }
  }

  async #runGuarded(): Promise<void> {
    try {
      await this.run();
    } catch (thrown) {
      this.parts.onFailure(toAppError(thrown));
    }
  }
}

async function hasLock(manager: EntityManager): Promise<boolean> {
  const [row] = await manager.query<{ held: boolean }[]>(
    'select pg_try_advisory_xact_lock($1, $2) as held',
    [LOCK.class, LOCK.key],
  );
  return row?.held === true;
}
