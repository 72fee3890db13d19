import { invalidField } from '@app/errors';

const LEAST = 15;
const MOST = 128;

/** A check of the integrator's own, such as a list of common passwords. It throws, or rejects, for a password that will not do. */
export type CheckPassword = (password: string, username: string) => void | Promise<void>;

/**
 * The rules of a new password that the core has for those who send it: 15 to 128 code points after NFKC. A core that gets a login secret
 * cannot check them, so that this client has to.
 *
 * @throws AppError `invalid_request`, naming `field`.
 */
export function assertNewPassword(password: string, field: string): void {
  const { length } = [...password.normalize('NFKC')];
  if (length < LEAST || length > MOST)
    throw invalidField(field, `must have ${String(LEAST)} to ${String(MOST)} characters`);
}

/**
 * Refuses a hint that gives the password away: the core keeps hints, and some people's are shown to anybody.
 *
 * @throws AppError `invalid_request`, naming `passwordHint`.
 */
export function assertHint(hint: string, password: string): void {
  const [shown, hidden] = [hint, password].map((text) => text.normalize('NFKC').toLowerCase());
  if (shown?.includes(hidden ?? ''))
    throw invalidField('passwordHint', 'must not hold the password');
}
