import type { VersionAnswer } from '@app/contract';
import type { Database } from '@app/persistence';
import { toVersionAnswer } from './answers.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';
import type { KeysetRows } from '../rows/keyset.repository.typeorm.js';
import type { MessageCountEntity } from '../rows/message-count.entity.js';
import type { MessageCounter } from '../counting/message-counter.js';

/** Versions as the wire shows them, with what was really counted here. */
export class VersionAnswers {
  constructor(
    private readonly database: Database,
    private readonly rows: KeysetRows,
    private readonly counter: MessageCounter,
  ) {}

  /** @throws AppError `database_unavailable`. */
  async of(
    tenantId: string,
    versions: readonly EncryptionKeyVersionEntity[],
  ): Promise<VersionAnswer[]> {
    const ids = versions.map(({ id }) => id);
    const counts = await this.#counts(tenantId, ids);
    return versions.map((version) => toVersionAnswer(version, counts.get(version.id)));
  }

  /** @throws AppError `database_unavailable`. */
  async ofOne(version: EncryptionKeyVersionEntity): Promise<VersionAnswer> {
    const { tenantId, id } = version;
    const counts = await this.#counts(tenantId, [id]);
    return toVersionAnswer(version, counts.get(id));
  }

  async #counts(
    tenantId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, MessageCountEntity>> {
    await this.counter.settle(tenantId, ids);
    return this.database.transaction({ tenantId }, (manager) =>
      this.rows.counts(manager, tenantId, ids),
    );
  }
}
