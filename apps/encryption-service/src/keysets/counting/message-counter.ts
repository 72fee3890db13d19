import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import type { Database } from '@app/persistence';
import { limitsOf } from './count-limits.js';
import { needByAge } from './counted-age.js';
import { MessageCounts } from './message-counts.js';
import { VersionBlock } from './version-block.js';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { RenewalNeed } from '../versions/renewal-need.js';

const IDLE_MILLIS = 60_000;

interface Taken {
  readonly block: VersionBlock;
  readonly messages: number;
}

/**
 * Counts messages for each version, durably and across replicas: a block is reserved in the database before the first of it is used.
 * A crash loses the rest of a block, so that the count is never too low. Blocks grow with use, so that a quiet version's count stays
 * near the truth, and shrink to one message towards a limit, so that it is not passed by more than it may be. How a rule of an
 * encryption is kept: docs/life-of-a-version.md.
 */
export class MessageCounter {
  readonly #blocks = new Map<string, VersionBlock>();
  readonly #use = new AsyncLocalStorage<Taken[]>();
  readonly #counts: MessageCounts;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#counts = new MessageCounts(database);
    this.#clock = clock;
  }

  /** Runs a use of keys. What is taken in it is under way until it ends, whatever comes of it. */
  async during<T>(use: () => Promise<T>): Promise<T> {
    const taken: Taken[] = [];
    try {
      return await this.#use.run(taken, use);
    } finally {
      for (const { block, messages } of taken) block.end(messages);
    }
  }

  /**
   * Takes messages under a version, all or none.
   *
   * @param bytes - of plaintext, in all of them.
   * @returns whether the version has seen enough by the rules of its encryption or by the limits of its cipher. `required`: nothing is to
   *   be sealed under it any more.
   * @throws AppError `version_not_usable` at the hard limit of the cipher, `database_unavailable`.
   */
  async take(
    encryption: EncryptionEntity,
    version: EncryptionKeyVersionEntity,
    messages: number,
    bytes: number,
  ): Promise<RenewalNeed> {
    const byAge = needByAge(encryption, version, this.#clock.nowMillis());
    if (byAge === 'required') return byAge;
    const limits = limitsOf(encryption, version);
    const block = this.#blockOf(version);
    block.lastUsedMillis = this.#clock.nowMillis();
    if (!(await block.take(messages, bytes, limits))) {
      if (!limits.isRenewable) throw new AppError('version_not_usable');
      await block.waitForOthers(limits);
      return 'required';
    }
    const taken = this.#use.getStore();
    if (taken === undefined) block.end(messages);
    else taken.push({ block, messages });
    const byCount = block.need(limits);
    return byCount === 'none' ? byAge : byCount;
  }

  /** Notes that a version's key was used without encrypting. */
  noteUse(version: EncryptionKeyVersionEntity): void {
    this.#blockOf(version).lastUsedMillis = this.#clock.nowMillis();
  }

  /** Gives unused messages of these versions back, so that a list shows what was really used here. */
  async settle(tenantId: string, versionIds: readonly string[]): Promise<void> {
    for (const versionId of versionIds) {
      await this.#blocks.get(`${tenantId}/${versionId}`)?.settle();
    }
  }

  /** Gives everything that is left back, at a clean stop. */
  async settleAll(): Promise<void> {
    for (const block of this.#blocks.values()) await block.settle();
  }

  /** Writes down when keys were last used, and lets go of versions that are not used any more. */
  async flush(): Promise<void> {
    for (const [key, block] of this.#blocks) {
      if (block.lastUsedMillis > block.settledMillis) await block.settle();
      const idle = this.#clock.nowMillis() - block.lastUsedMillis > IDLE_MILLIS;
      if (idle && block.isIdle) this.#blocks.delete(key);
    }
  }

  /** Lets go of all blocks: a connection broke, and the database that is there now may know nothing of them. */
  dropBlocks(): void {
    for (const block of this.#blocks.values()) block.drop();
  }

  #blockOf({ tenantId, id }: EncryptionKeyVersionEntity): VersionBlock {
    const key = `${tenantId}/${id}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block = new VersionBlock({ tenantId, versionId: id }, this.#counts);
    this.#blocks.set(key, block);
    return block;
  }
}
