import { type EntityManager, In, MoreThanOrEqual } from 'typeorm';
import { AuditRecordEntity } from '../../audit/audit-record.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** A receipt names the newest thousand, and from when on there are more. */
const MOST = 1001;

/** An imported key is still in the file that it came in. */
const WITH_FILE = ['export', 'import'];

/**
 * When files were exported or imported that hold a version's key, as far as the audit log tells. Each has a record for each encryption in
 * it.
 */
export async function findExportTimes(
  manager: EntityManager,
  { tenantId, encryptionId, createdAt }: EncryptionKeyVersionEntity,
): Promise<Date[]> {
  const records = await manager.find(AuditRecordEntity, {
    where: {
      tenantId,
      encryptionId,
      operation: In(WITH_FILE),
      outcome: 'success',
      at: MoreThanOrEqual(createdAt),
    },
    select: { at: true },
    order: { at: 'DESC' },
    take: MOST,
  });
  return records.map(({ at }) => at);
}
