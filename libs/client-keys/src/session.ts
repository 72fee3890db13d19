import { AppError } from '@app/errors';
import { type Person, readKeyPair, readTokens, type Tokens } from './answers.js';
import { encodeBase64 } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';
import type { CallOptions, CoreLink } from './core-link.js';
import { generateKeyPair, type KeyPair, unwrapPrivateKey, wrapPrivateKey } from './key-pair.js';
import type { SecretKey } from './secret-key.js';

/** The address of a person's own key pair. */
const KEY_PAIR = '/users/me/key-pair';

/** Whether a refusal says that there is no such thing. */
function isMissing(error: unknown): boolean {
  return error instanceof AppError && error.code === 'not_found';
}

/** A person who logged in, with the keys of theirs. {@link dispose} overwrites the keys. */
export class Session {
  /** Borrowed: the master key of a tenant of one (`X-Master-Key`), and what wraps the private key. */
  readonly memberKey: SecretKey;
  readonly link: CoreLink;
  #tokens: Tokens;
  #keyPair: KeyPair | undefined;

  /** @param memberKey - owned by the session from here on. */
  constructor(link: CoreLink, tokens: Tokens, memberKey: SecretKey) {
    this.link = link;
    this.#tokens = tokens;
    this.memberKey = memberKey;
  }

  get user(): Person {
    return this.#tokens.user;
  }

  /** Good for `expiresIn` seconds from login or {@link refresh} on. */
  get accessToken(): string {
    return this.#tokens.accessToken;
  }

  get expiresIn(): number {
    return this.#tokens.expiresIn;
  }

  /** A call in the person's name, such as of the vault, with `masterKey` where a tenant is in client mode. @throws as {@link CoreLink.call}. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    return await this.link.call(method, path, { accessToken: this.accessToken, ...options });
  }

  /** Takes new tokens for the old ones, each of which is good once. */
  async refresh(): Promise<void> {
    const body = { refreshToken: this.#tokens.refreshToken };
    const tokens = readTokens(await this.link.call('POST', '/auth/refresh', { body }));
    // Keys are bound to an id, and these are of one person.
    if (tokens.user.id !== this.user.id)
      throw new ClientKeysError('malformed_answer', { field: 'user' });
    this.#tokens = tokens;
  }

  /** Ends the session at the core and overwrites its keys, the latter also where the core cannot be reached. */
  async logOut(): Promise<void> {
    this.dispose();
    const body = { refreshToken: this.#tokens.refreshToken };
    await this.call('POST', '/auth/logout', { body });
  }

  /**
   * Opens the person's key pair.
   *
   * @param memberKey - another than the session's, while a password changes. Borrowed.
   * @returns owned by the caller; undefined where the person has none yet.
   * @throws AppError `decryption_failed` where the member key is not the one that wraps it, or the core changed it.
   */
  async fetchKeyPair(memberKey: SecretKey = this.memberKey): Promise<KeyPair | undefined> {
    const answer = await this.call('GET', KEY_PAIR).catch((error: unknown) => {
      if (isMissing(error)) return undefined;
      throw error;
    });
    if (answer === undefined) return undefined;
    const { publicKey, wrappedPrivateKey } = readKeyPair(answer);
    const { id } = this.user;
    return {
      publicKey,
      privateKey: await unwrapPrivateKey(memberKey, id, publicKey, wrappedPrivateKey),
    };
  }

  /** Gives the core a key pair whose private half is wrapped under `memberKey`. Both are borrowed. */
  async storeKeyPair(pair: KeyPair, memberKey: SecretKey = this.memberKey): Promise<void> {
    const wrapped = await wrapPrivateKey(memberKey, this.user.id, pair.privateKey);
    const body = {
      publicKey: encodeBase64(pair.publicKey),
      wrappedPrivateKey: encodeBase64(wrapped),
    };
    await this.call('PUT', KEY_PAIR, { body });
  }

  /**
   * The person's key pair, made and stored where they have none yet. A pair that is there is never replaced: copies that were sealed to it would
   * open no more.
   *
   * @returns borrowed from the session.
   * @throws AppError `decryption_failed`, as {@link fetchKeyPair}.
   */
  async keyPair(): Promise<KeyPair> {
    this.#keyPair ??= (await this.fetchKeyPair()) ?? (await this.#makeKeyPair());
    return this.#keyPair;
  }

  async #makeKeyPair(): Promise<KeyPair> {
    const pair = await generateKeyPair();
    await this.storeKeyPair(pair);
    return pair;
  }

  /** Overwrites the keys. May be called twice. */
  dispose(): void {
    this.memberKey.dispose();
    this.#keyPair?.privateKey.dispose();
    this.#keyPair = undefined;
  }
}
