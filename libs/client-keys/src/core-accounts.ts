import { assertNamed, type Person, readPerson, readTokens } from './answers.js';
import { changePassword, type PasswordChange } from './change-password.js';
import { CoreLink, type Fetch } from './core-link.js';
import { type Argon2id, lowered } from './derivation.js';
import { MasterKeySharing } from './master-key-sharing.js';
import type { ParameterMemory, TrustedKeys } from './memory.js';
import { PasswordKeys, type PasswordOwner } from './password-keys.js';
import { assertHint, assertNewPassword, type CheckPassword } from './password-rules.js';
import { Session } from './session.js';
import { takeOver, type TakeOver } from './take-over.js';

/** What a client is set up with for one core. */
export interface CoreAccountsOptions {
  /** The core's, as an operator or a build gives it: `https://core.example`. Never take it from an answer. */
  readonly origin: string;
  /** Of `@app/client-keys/browser` or `@app/client-keys/node`. */
  readonly argon2id: Argon2id;
  readonly parameters: ParameterMemory;
  readonly trustedKeys: TrustedKeys;
  /** Absent: the runtime's own. */
  readonly fetch?: Fetch;
  /** Beyond the length of new passwords, which is always checked. */
  readonly checkPassword?: CheckPassword;
}

/** A new account. */
export interface Registration {
  readonly username: string;
  readonly password: string;
  /** The core keeps it encrypted, and gives it to whoever proves the second factor; with `hintPublic` to anybody. */
  readonly passwordHint?: string;
  readonly hintPublic?: boolean;
}

/** Who logs in. */
export interface Login extends PasswordOwner {
  readonly password: string;
  /** Or a recovery code. Absent: `totp_required` says where one is needed. */
  readonly totpCode?: string;
}

/** A login's session, and the master keys of the person's tenants. */
export interface LoggedIn {
  /** Owned by the caller, who disposes of it. */
  readonly session: Session;
  readonly masterKeys: MasterKeySharing;
}

/**
 * The accounts of one core, for a client that keeps passwords to itself: what the core gets as a password is a login secret, from which neither
 * password nor keys follow. No flow falls back to sending the password.
 */
export class CoreAccounts {
  readonly #link: CoreLink;
  readonly #options: CoreAccountsOptions;
  readonly #keys: PasswordKeys;

  /** @throws AppError `invalid_request` for what is no origin. */
  constructor(options: CoreAccountsOptions) {
    this.#options = options;
    this.#link = new CoreLink(options.origin, options.fetch);
    this.#keys = new PasswordKeys(this.#link, options.argon2id, options.parameters);
  }

  /**
   * Makes an account. There is no way back for whoever forgets its password.
   *
   * @throws AppError `invalid_request` for a password or hint that will not do, or the core's refusal; ClientKeysError.
   */
  async register({ username, password, ...hints }: Registration): Promise<Person> {
    await this.#assertNewPassword(password, username, 'password');
    if (hints.passwordHint !== undefined) assertHint(hints.passwordHint, password);
    const parameters = await this.#keys.parametersOf(username);
    const { loginSecret, memberKey } = await this.#keys.derive(password, { username }, parameters);
    memberKey.dispose();
    const body = { username: lowered(username), password: loginSecret, ...hints };
    const person = readPerson(await this.#link.call('POST', '/auth/register', { body }));
    assertNamed(person, body.username);
    await this.#keys.remember(username, parameters);
    return person;
  }

  /**
   * Logs in.
   *
   * @throws AppError `unauthenticated`, `totp_required`, `totp_invalid`, `locked`, or another refusal of the core; ClientKeysError.
   */
  async logIn({ password, totpCode, ...owner }: Login): Promise<LoggedIn> {
    const parameters = await this.#keys.parametersOf(owner.username);
    const { loginSecret, memberKey } = await this.#keys.derive(password, owner, parameters);
    try {
      const body = {
        username: lowered(owner.username),
        password: loginSecret,
        ...(totpCode === undefined ? {} : { totpCode }),
      };
      const tokens = readTokens(await this.#link.call('POST', '/auth/login', { body }));
      assertNamed(tokens.user, body.username);
      await this.#keys.remember(owner.username, parameters);
      const session = new Session(this.#link, tokens, memberKey);
      return { session, masterKeys: new MasterKeySharing(session, this.#options.trustedKeys) };
    } catch (error) {
      memberKey.dispose();
      throw error;
    }
  }

  /** Changes the password, and what its member key wraps. @throws as {@link changePassword}. */
  async changePassword(session: Session, change: PasswordChange): Promise<void> {
    await this.#assertNewPassword(change.newPassword, session.user.username, 'newPassword');
    await changePassword(this.#keys, session, change);
  }

  /** After a change that broke off. @throws as {@link takeOver}. */
  async takeOver(session: Session, other: TakeOver): Promise<void> {
    await takeOver(this.#keys, session, other);
  }

  /** The rules of a new password, before anything is derived from it. @throws AppError `invalid_request`, naming `field`. */
  async #assertNewPassword(password: string, username: string, field: string): Promise<void> {
    assertNewPassword(password, field);
    await this.#options.checkPassword?.(password, username);
  }
}
