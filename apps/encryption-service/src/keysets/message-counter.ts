import type { Clock } from '@app/ambient';
import { AppError } from '@app/errors';
import { SUITES } from '@app/crypto';
import type { Database } from '@app/persistence';
import type { EncryptionEntity } from './encryption.entity.js';
import type { EncryptionKeyVersionEntity } from './encryption-key-version.entity.js';
import type { RenewalNeed } from './renewal-need.js';

const RESERVE = { name: 'reserve_messages', text: 'select reserve_messages($1, $2, $3) as total' };
const SETTLE = { name: 'settle_messages', text: 'select settle_messages($1, $2, $3, $4)' };

const LARGEST_BLOCK = 1024;
const IDLE_MILLIS = 60_000;

interface Block {
  readonly tenantId: string;
  readonly versionId: string;
  left: number;
  nextSize: number;
  reserving: Promise<void> | undefined;
  lastUsedMillis: number;
  settledMillis: number;
}

/**
 * Counts messages for each version, durably and across replicas: a block is reserved in the database before the first of it is used.
 * A crash loses the rest of a block, so that the count is never too low. Blocks grow with use, so that a quiet version's count stays
 * near the truth.
 */
export class MessageCounter {
  readonly #blocks = new Map<string, Block>();
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /**
   * Takes messages under a version.
   *
   * @param bytes - of plaintext, in all of them.
   * @returns whether the version has seen enough by the rules of its encryption or by the limits of its cipher.
   * @throws AppError `version_not_usable` at the hard limit of the cipher, `database_unavailable`.
   */
  async take(
    _encryption: EncryptionEntity,
    { tenantId, id, suite }: EncryptionKeyVersionEntity,
    messages: number,
    _bytes: number,
  ): Promise<RenewalNeed> {
    const limit = SUITES[suite].hardLimit.messages;
    const block = this.#blockOf(tenantId, id);
    for (let taken = 0; taken < messages; taken += 1) {
      while (block.left === 0) {
        block.reserving ??= this.#reserve(block, limit).finally(() => {
          block.reserving = undefined;
        });
        await block.reserving;
      }
      block.left -= 1;
    }
    block.lastUsedMillis = this.#clock.nowMillis();
    return 'none';
  }

  /** Notes that a version's key was used without encrypting. */
  noteUse({ tenantId, id }: EncryptionKeyVersionEntity): void {
    this.#blockOf(tenantId, id).lastUsedMillis = this.#clock.nowMillis();
  }

  /** Gives unused messages of these versions back, so that a list shows what was really used here. */
  async settle(tenantId: string, versionIds: readonly string[]): Promise<void> {
    for (const versionId of versionIds) {
      const block = this.#blocks.get(`${tenantId}/${versionId}`);
      if (block !== undefined) await this.#settle(block);
    }
  }

  /** Gives everything that is left back, at a clean stop. */
  async settleAll(): Promise<void> {
    for (const block of this.#blocks.values()) await this.#settle(block);
  }

  /** Writes down when keys were last used, and lets go of versions that are not used any more. */
  async flush(): Promise<void> {
    for (const [key, block] of this.#blocks) {
      if (block.lastUsedMillis > block.settledMillis) await this.#settle(block);
      const idle = this.#clock.nowMillis() - block.lastUsedMillis > IDLE_MILLIS;
      if (idle && block.left === 0 && block.reserving === undefined) this.#blocks.delete(key);
    }
  }

  #blockOf(tenantId: string, versionId: string): Block {
    const key = `${tenantId}/${versionId}`;
    const known = this.#blocks.get(key);
    if (known !== undefined) return known;
    const block: Block = {
      tenantId,
      versionId,
      left: 0,
      nextSize: 1,
      reserving: undefined,
      lastUsedMillis: 0,
      settledMillis: 0,
    };
    this.#blocks.set(key, block);
    return block;
  }

  async #reserve(block: Block, limit: number): Promise<void> {
    const { tenantId, versionId, nextSize } = block;
    const [row] = await this.#database.execute<{ total: string }>(RESERVE, [
      tenantId,
      versionId,
      nextSize,
    ]);
    const over = Number(row?.total ?? 0) - limit;
    const usable = over > 0 ? Math.max(0, nextSize - over) : nextSize;
    if (usable === 0) throw new AppError('version_not_usable');
    block.left += usable;
    block.nextSize = Math.min(nextSize * 2, LARGEST_BLOCK);
  }

  async #settle(block: Block): Promise<void> {
    const { tenantId, versionId, left, lastUsedMillis } = block;
    // Taken out before the write: what is given back must not be used meanwhile.
    block.left = 0;
    block.nextSize = Math.max(1, Math.floor(block.nextSize / 2));
    const lastUsed = lastUsedMillis === 0 ? null : new Date(lastUsedMillis);
    await this.#database.execute(SETTLE, [tenantId, versionId, left, lastUsed]);
    block.settledMillis = lastUsedMillis;
  }
}
