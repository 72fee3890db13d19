import { AppError } from '@app/errors';
import { ClientKeysError } from './client-keys-error.js';
import type { DerivedKeys } from './derivation.js';
import type { KeyPair } from './key-pair.js';
import type { PasswordKeys } from './password-keys.js';
import { rewrapTenant } from './rewrap-tenant.js';
import type { SecretKey } from './secret-key.js';
import type { Session } from './session.js';

/** A new password for the person of a session. */
export interface PasswordChange {
  readonly currentPassword: string;
  readonly newPassword: string;
  readonly totpCode?: string;
  /** The one that the person logs in with, where there is one. Borrowed. */
  readonly deviceSecret?: SecretKey;
  /** Tenants whose master key is the member key itself: they are rewrapped from the old one to the new one. */
  readonly tenantsOfOne?: readonly string[];
}

/** The keys of the password before and after. */
interface Keys {
  readonly before: DerivedKeys;
  readonly after: DerivedKeys;
}

/** What has been done at the core, and how it is taken back. */
type Undo = () => Promise<void>;

/** Whether a refusal leaves no doubt that nothing was changed: the core said no, and it is the caller's to mend. */
function isSettled(error: unknown): boolean {
  return error instanceof AppError && error.status < 500;
}

async function rewrapTenants(
  session: Session,
  { before, after }: Keys,
  tenants: readonly string[],
  undo: Undo[],
): Promise<void> {
  for (const tenantId of tenants) {
    await rewrapTenant(session, tenantId, before.memberKey, after.memberKey);
    undo.push(() => rewrapTenant(session, tenantId, after.memberKey, before.memberKey));
  }
}

async function rewrapKeyPair(
  session: Session,
  { before, after }: Keys,
  pair: KeyPair | undefined,
  undo: Undo[],
): Promise<void> {
  if (pair === undefined) return;
  await session.storeKeyPair(pair, after.memberKey);
  undo.push(() => session.storeKeyPair(pair, before.memberKey));
}

async function takeBack(undo: readonly Undo[], cause: unknown): Promise<void> {
  try {
    for (const step of undo.toReversed()) await step();
  } catch {
    // Why the change itself failed is what is told.
    throw new ClientKeysError('password_change_unsettled', { cause });
  }
}

async function change(
  session: Session,
  keys: Keys,
  { totpCode, tenantsOfOne = [] }: PasswordChange,
): Promise<void> {
  const undo: Undo[] = [];
  const pair = await session.fetchKeyPair(keys.before.memberKey);
  try {
    await rewrapTenants(session, keys, tenantsOfOne, undo);
    await rewrapKeyPair(session, keys, pair, undo);
    const passwords = {
      currentPassword: keys.before.loginSecret,
      newPassword: keys.after.loginSecret,
    };
    const body = { ...passwords, ...(totpCode === undefined ? {} : { totpCode }) };
    await session.call('POST', '/users/me/password', { body });
  } catch (error) {
    if (!isSettled(error)) throw new ClientKeysError('password_change_unsettled', { cause: error });
    await takeBack(undo, error);
    throw error;
  } finally {
    pair?.privateKey.dispose();
  }
}

/**
 * Changes the password of a session's person: derives both member keys, wraps the private key anew, rewraps tenants of one, and tells the core
 * the new login secret last, since that ends every session and, with a second factor, another login would need another code. Sealed copies
 * stay as they are. Where the core refuses, what was done before is taken back.
 *
 * The session is of no use afterwards; its keys are overwritten.
 *
 * @throws AppError `unauthenticated` for a wrong current password, which is seen here and not sent; the core's refusal. ClientKeysError
 * `password_change_unsettled` where an answer did not come: log in with the password that works, and call `takeOver` with the other one.
 */
export async function changePassword(
  passwordKeys: PasswordKeys,
  session: Session,
  wanted: PasswordChange,
): Promise<void> {
  const { deviceSecret } = wanted;
  const owner = { username: session.user.username, deviceSecret };
  const parameters = await passwordKeys.parametersOf(owner.username);
  const before = await passwordKeys.derive(wanted.currentPassword, owner, parameters);
  try {
    if (!before.memberKey.equals(session.memberKey)) throw new AppError('unauthenticated');
    const after = await passwordKeys.derive(wanted.newPassword, owner, parameters);
    try {
      await change(session, { before, after }, wanted);
    } finally {
      after.memberKey.dispose();
    }
  } finally {
    before.memberKey.dispose();
  }
  session.dispose();
}
