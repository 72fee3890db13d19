import type { VersionState } from '@app/contract';
import { deriveServiceKeys } from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { RowSeals } from '../../apps/encryption-service/src/integrity/row-seals.js';
import { KeysetRows } from '../../apps/encryption-service/src/keysets/rows/keyset.repository.typeorm.js';
import { ServiceApp } from './service-app.js';

/** Puts a version into a state as the service itself would have sealed it, whatever way leads there. */
export async function setVersionState(
  { test }: ServiceApp,
  versionId: unknown,
  state: VersionState,
): Promise<void> {
  const secret = SecretBytes.copyOf(Buffer.alloc(32, ServiceApp.serviceSecretByte));
  const rows = new KeysetRows(new RowSeals(deriveServiceKeys(secret)));
  const [place] = await test.asOwner<{ tenantId: string; encryptionId: string }>(
    `select tenant_id as "tenantId", encryption_id as "encryptionId" from encryption_key_version where id = $1`,
    [versionId],
  );
  if (place === undefined) throw new Error('there is no such version');
  await test.database.transaction({ tenantId: place.tenantId }, async (manager) => {
    const version = (await rows.allVersions(manager, place)).find(({ id }) => id === versionId);
    if (version === undefined) throw new Error('there is no such version');
    version.state = state;
    if (state === 'destroyed') version.record = undefined;
    await rows.updateVersion(manager, version);
  });
}
