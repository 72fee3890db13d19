import { decodeBase64 } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';

/** A person, as the core answers one. */
export interface Person {
  readonly id: string;
  readonly username: string;
}

/** What a login or a refresh gives. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Seconds for which the access token is good. */
  readonly expiresIn: number;
  readonly user: Person;
}

/** The members of an answer that are looked at, each of its form. Others are let be: a core may have learnt something since. */
class Answer {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, field = 'body') {
    if (typeof value !== 'object' || value === null)
      throw new ClientKeysError('malformed_answer', { field });
    this.#values = value as Record<string, unknown>;
  }

  text(field: string): string {
    const value = this.#values[field];
    if (typeof value !== 'string' || value === '')
      throw new ClientKeysError('malformed_answer', { field });
    return value;
  }

  bytes(field: string): Uint8Array {
    try {
      return decodeBase64(this.text(field), field);
    } catch (cause) {
      throw new ClientKeysError('malformed_answer', { field, cause });
    }
  }

  seconds(field: string): number {
    const value = this.#values[field];
    if (!Number.isSafeInteger(value)) throw new ClientKeysError('malformed_answer', { field });
    return Number(value);
  }

  object(field: string): Answer {
    return new Answer(this.#values[field], field);
  }
}

function personOf(answer: Answer): Person {
  return { id: answer.text('id'), username: answer.text('username') };
}

/**
 * Refuses an answer about somebody else than was asked for: the name is in every key.
 *
 * @param username - in lower case, as it was sent.
 */
export function assertNamed(person: Person, username: string): void {
  if (person.username !== username)
    throw new ClientKeysError('malformed_answer', { field: 'username' });
}

/** What register answers. @throws ClientKeysError `malformed_answer`, as all here do. */
export function readPerson(json: unknown): Person {
  return personOf(new Answer(json));
}

/** What login and refresh answer. */
export function readTokens(json: unknown): Tokens {
  const answer = new Answer(json);
  return {
    accessToken: answer.text('accessToken'),
    refreshToken: answer.text('refreshToken'),
    expiresIn: answer.seconds('expiresIn'),
    user: personOf(answer.object('user')),
  };
}

/** What `GET /users/me/key-pair` answers. */
export function readKeyPair(json: unknown): {
  readonly publicKey: Uint8Array;
  readonly wrappedPrivateKey: Uint8Array;
} {
  const answer = new Answer(json);
  return {
    publicKey: answer.bytes('publicKey'),
    wrappedPrivateKey: answer.bytes('wrappedPrivateKey'),
  };
}

/** What `GET /users/{id}/public-key` answers. */
export function readPublicKey(json: unknown): Uint8Array {
  return new Answer(json).bytes('publicKey');
}

/** What `GET /tenants/{id}/members/{userId}/key` answers. */
export function readSealedKey(json: unknown): Uint8Array {
  return new Answer(json).bytes('sealedKey');
}
