import { randomUUID } from 'node:crypto';
import { SystemClock } from '@app/ambient';
import { EncryptionEntity } from '../../apps/encryption-service/src/keysets/rows/encryption.entity.js';
import { EncryptionKeyVersionEntity } from '../../apps/encryption-service/src/keysets/rows/encryption-key-version.entity.js';
import { MessageCounter } from '../../apps/encryption-service/src/keysets/counting/message-counter.js';
import type { RenewalNeed } from '../../apps/encryption-service/src/keysets/versions/renewal-need.js';
import { SCHEMA } from '../../apps/encryption-service/src/schema.js';
import { openTestDatabase, type TestDatabase } from './test-database.js';

export const COUNTED_SUITE = 'AES-256-GCM';
const DAY_MILLIS = 24 * 60 * 60 * 1000;

/** An encryption with one version, as far as counting looks at them. */
export interface Counting {
  readonly encryption: EncryptionEntity;
  readonly version: EncryptionKeyVersionEntity;
}

/** By what rule messages are counted, and how long the version has been active. */
export interface CountingRule {
  readonly afterMessages?: number;
  readonly everyDays?: number;
  readonly ageDays?: number;
}

/** Versions whose messages are counted in a real database, without a service. */
export class CountedVersions {
  private constructor(
    readonly test: TestDatabase,
    readonly tenantId: string,
  ) {}

  static async open(): Promise<CountedVersions> {
    const test = await openTestDatabase(SCHEMA);
    const tenantId = randomUUID();
    await test.asOwner(
      `insert into tenant (id, operator_id, name, state, created_at, updated_at, revision, mac)
       values ($1, $1, 'x', 'enabled', now(), now(), 1, '')`,
      [tenantId],
    );
    return new CountedVersions(test, tenantId);
  }

  async make(rule: CountingRule = {}): Promise<Counting> {
    const { tenantId } = this;
    const [id, versionId] = [randomUUID(), randomUUID()];
    await this.test.asOwner(
      `insert into encryption (tenant_id, id, algorithm, state, mode, older_versions_encrypt, created_at, updated_at, revision, mac)
       values ($1, $2, $3, 'enabled', 'platform', true, now(), now(), 1, '')`,
      [tenantId, id, COUNTED_SUITE],
    );
    await this.test.asOwner(
      `insert into encryption_key_version (tenant_id, id, encryption_id, number, suite, state, created_at, revision, mac)
       values ($1, $2, $3, 1, $4, 'active', now(), 1, '')`,
      [tenantId, versionId, id, COUNTED_SUITE],
    );
    const { everyDays, afterMessages, ageDays = 0 } = rule;
    return {
      encryption: Object.assign(new EncryptionEntity(), {
        tenantId,
        id,
        everyDays,
        afterMessages: afterMessages === undefined ? undefined : BigInt(afterMessages),
      }),
      version: Object.assign(new EncryptionKeyVersionEntity(), {
        tenantId,
        id: versionId,
        suite: COUNTED_SUITE,
        state: 'active',
        activatedAt: new Date(new SystemClock().nowMillis() - ageDays * DAY_MILLIS),
      }),
    };
  }

  /** What counts in one replica. */
  replica(): MessageCounter {
    return new MessageCounter(this.test.database, new SystemClock());
  }

  async row({ version }: Counting): Promise<Record<string, unknown>> {
    const [row] = await this.test.asOwner(
      'select messages::int, under_way::int, bytes::float8, is_uncertain from message_count where version_id = $1',
      [version.id],
    );
    return row ?? {};
  }

  /** Changes the count as only its owner can. */
  async set({ version }: Counting, set: string): Promise<void> {
    await takeOf(this.replica(), { encryption: new EncryptionEntity(), version });
    await this.test.asOwner(`update message_count set ${set} where version_id = $1`, [version.id]);
  }
}

export function takeOf(
  counter: MessageCounter,
  { encryption, version }: Counting,
  messages = 1,
  bytes = 1,
): Promise<RenewalNeed> {
  return counter.take(encryption, version, messages, bytes);
}
