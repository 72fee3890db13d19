import type { SecretString } from '@app/secret';
import type { VaultAnswer, VaultConnection, VaultRequest } from './vault-connection.js';
import type { Login } from './vault-login.js';

/** A token that was just got is not the reason for a 403, so that a policy which forbids something is no cause of endless logins. */
const FRESH_MILLIS = 5_000;

interface Held {
  readonly token: SecretString;
  readonly since: number;
}

/** Requests under a token, which is got when it is needed and got anew, once for a request, when Vault refuses it. */
export class VaultSession {
  #held: Promise<Held> | undefined;

  constructor(
    private readonly connection: VaultConnection,
    private readonly login: Login,
    /** Whether getting the token costs nothing, as from a file: then each request gets it. */
    private readonly isCheap: boolean,
  ) {}

  /** @throws KeyServiceError */
  async send(asked: Omit<VaultRequest, 'token'>): Promise<VaultAnswer> {
    if (this.isCheap) this.#held = undefined;
    const held = await this.#hold(asked.signal);
    const answer = await this.connection.send({ ...asked, token: held.token });
    const isSuspect = answer.status === 403 && performance.now() - held.since >= FRESH_MILLIS;
    if (this.isCheap || !isSuspect) return answer;
    await this.#forget(held);
    const { token } = await this.#hold(asked.signal);
    return this.connection.send({ ...asked, token });
  }

  close(): Promise<void> {
    this.#held = undefined;
    return this.connection.close();
  }

  /** Many requests at once are one login. */
  #hold(signal: AbortSignal): Promise<Held> {
    this.#held ??= this.login(this.connection, signal).then(
      (token) => ({ token, since: performance.now() }),
      (error: unknown) => {
        this.#held = undefined;
        throw error;
      },
    );
    return this.#held;
  }

  /** Unless another request has got a new one meanwhile. */
  async #forget(refused: Held): Promise<void> {
    const current = this.#held;
    if (current !== undefined && (await current) === refused && this.#held === current) {
      this.#held = undefined;
    }
  }
}
