import type { SecretKey } from './secret-key.js';
import type { Session } from './session.js';

/** Has every key of a tenant in client mode wrapped under another master key; no blob changes. Both keys are borrowed. */
export async function rewrapTenant(
  session: Session,
  tenantId: string,
  masterKey: SecretKey,
  newMasterKey: SecretKey,
): Promise<void> {
  const path = `/tenants/${encodeURIComponent(tenantId)}/rewrap`;
  await session.call('POST', path, { masterKey, newMasterKey });
}
