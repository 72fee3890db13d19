import { deriveServiceKeys } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { RowSeals } from '../../apps/encryption-service/src/integrity/row-seals.js';
import { KeysetRows } from '../../apps/encryption-service/src/keysets/rows/keyset.repository.typeorm.js';
import { EncryptionKeyVersionEntity } from '../../apps/encryption-service/src/keysets/rows/encryption-key-version.entity.js';
import { ServiceApp } from './service-app.js';

/** Sets when a version is to be destroyed, as if somebody had scheduled it so: its row is sealed. */
export async function moveDestruction(
  { test }: ServiceApp,
  versionId: string,
  inMillis: number,
): Promise<void> {
  const secret = SecretBytes.copyOf(Buffer.alloc(32, ServiceApp.serviceSecretByte));
  const rows = new KeysetRows(new RowSeals(deriveServiceKeys(secret)));
  const [place] = await test.asOwner<{ tenant_id: string; encryption_id: string; now: Date }>(
    'select tenant_id, encryption_id, now() from encryption_key_version where id = $1',
    [versionId],
  );
  if (place === undefined) throw new Error('there is no such version');
  const { tenant_id: tenantId, encryption_id: encryptionId, now } = place;
  await test.database.transaction({ tenantId }, async (manager) => {
    const version: EncryptionKeyVersionEntity = await rows.getVersion(
      manager,
      { tenantId, encryptionId },
      versionId,
    );
    version.destroyAt = new Date(now.getTime() + inMillis);
    await rows.updateVersion(manager, version);
  });
}
