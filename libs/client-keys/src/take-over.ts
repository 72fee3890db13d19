import { AppError } from '@app/errors';
import type { PasswordKeys } from './password-keys.js';
import { rewrapTenant } from './rewrap-tenant.js';
import type { SecretKey } from './secret-key.js';
import type { Session } from './session.js';

/** The other password of a change that broke off. */
export interface TakeOver {
  readonly otherPassword: string;
  /** The one that the person logs in with, where there is one. Borrowed. */
  readonly deviceSecret?: SecretKey;
  /** Those of the change. */
  readonly tenantsOfOne?: readonly string[];
}

async function takeOverKeyPair(session: Session, other: SecretKey): Promise<void> {
  try {
    const pair = await session.fetchKeyPair();
    pair?.privateKey.dispose();
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'decryption_failed')) throw error;
    const pair = await session.fetchKeyPair(other);
    if (pair === undefined) return;
    await session.storeKeyPair(pair);
    pair.privateKey.dispose();
  }
}

async function takeOverTenant(session: Session, tenantId: string, other: SecretKey): Promise<void> {
  try {
    await rewrapTenant(session, tenantId, other, session.memberKey);
  } catch (error) {
    // It is under the session's key already, or under neither: the next call with the session's key tells which.
    if (!(error instanceof AppError && error.code === 'master_key_mismatch')) throw error;
  }
}

/**
 * Puts under a session's member key what the key of another password still holds, after a change of the password broke off halfway. It may be
 * called again.
 *
 * @throws AppError `decryption_failed` where neither password opens the key pair; ClientKeysError.
 */
export async function takeOver(
  passwordKeys: PasswordKeys,
  session: Session,
  { otherPassword, deviceSecret, tenantsOfOne = [] }: TakeOver,
): Promise<void> {
  const owner = { username: session.user.username, deviceSecret };
  const parameters = await passwordKeys.parametersOf(owner.username);
  const { memberKey } = await passwordKeys.derive(otherPassword, owner, parameters);
  try {
    await takeOverKeyPair(session, memberKey);
    for (const tenantId of tenantsOfOne) await takeOverTenant(session, tenantId, memberKey);
  } finally {
    memberKey.dispose();
  }
}
