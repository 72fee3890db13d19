import type { CoreLink } from './core-link.js';
import { type Argon2id, type DerivedKeys, deriveKeys, lowered } from './derivation.js';
import type { ParameterMemory } from './memory.js';
import { assertNotWeaker, type DerivationParameters, parseKeyDerivation } from './parameters.js';
import type { SecretKey } from './secret-key.js';
import { assertSupported } from './x25519.js';

/** Whose password it is, where a device has a secret of its own too. */
export interface PasswordOwner {
  readonly username: string;
  /** 32 bytes that never leave the device. Without them a member key cannot be derived again: keep them where they outlive it. Borrowed. */
  readonly deviceSecret?: SecretKey | undefined;
}

/** The keys of an account's password, by the parameters that its core names. A password goes into this, and nowhere else. */
export class PasswordKeys {
  readonly #link: CoreLink;
  readonly #argon2id: Argon2id;
  readonly #memory: ParameterMemory;

  constructor(link: CoreLink, argon2id: Argon2id, memory: ParameterMemory) {
    this.#link = link;
    this.#argon2id = argon2id;
    this.#memory = memory;
  }

  /**
   * Asks the core for an account's parameters. All that it is told is the name.
   *
   * @throws ClientKeysError `unsupported_runtime`, `unacceptable_parameters`, `weaker_parameters`.
   */
  async parametersOf(username: string): Promise<DerivationParameters> {
    await assertSupported();
    const body = { username: lowered(username) };
    const parameters = parseKeyDerivation(
      await this.#link.call('POST', '/auth/key-derivation', { body }),
    );
    assertNotWeaker(parameters, await this.#memory.readCost(this.#account(username)));
    return parameters;
  }

  /** @returns keys, owned by the caller. */
  async derive(
    password: string,
    { username, deviceSecret }: PasswordOwner,
    parameters: DerivationParameters,
  ): Promise<DerivedKeys> {
    const account = this.#account(username);
    return await deriveKeys(this.#argon2id, password, account, parameters, deviceSecret);
  }

  /** To be called once the core took the login secret: a name that was mistyped is not worth remembering. */
  async remember(username: string, parameters: DerivationParameters): Promise<void> {
    await this.#memory.writeCost(this.#account(username), parameters);
  }

  #account(username: string): { readonly origin: string; readonly username: string } {
    return { origin: this.#link.origin, username };
  }
}
