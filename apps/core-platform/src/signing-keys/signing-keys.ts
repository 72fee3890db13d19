import type { KeyObject } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '@app/ambient';
import {
  exportSigningKey,
  generateSigningKey,
  importSigningKey,
  type PublicJwk,
  SecretSealer,
  type SigningKey,
} from '@app/credentials';
import { AppError } from '@app/errors';
import { SigningKeyRepository, type StoredSigningKey } from './signing-key.repository.js';

const placeOf = (kid: string) =>
  ({ table: 'signing_key', column: 'private_key', rowId: kid }) as const;

/** The keys of this core's access tokens, the same on each replica, opened once at the start. */
@Injectable()
export class SigningKeys {
  readonly #repository: SigningKeyRepository;
  readonly #sealer: SecretSealer;
  readonly #clock: Clock;
  readonly #byKid = new Map<string, SigningKey>();
  #active: SigningKey | undefined;

  constructor(repository: SigningKeyRepository, sealer: SecretSealer, clock: Clock) {
    this.#repository = repository;
    this.#sealer = sealer;
    this.#clock = clock;
  }

  /** Reads the keys and makes the first one where there is none. To be awaited before a request is served. */
  async load(): Promise<void> {
    let stored = await this.#repository.list();
    if (stored.length === 0) {
      await this.#makeFirst();
      stored = await this.#repository.list();
    }
    for (const key of stored) await this.#open(key);
    if (this.#active === undefined) throw new AppError('internal');
  }

  /** The key that signs. */
  get active(): SigningKey {
    if (this.#active === undefined) throw new AppError('internal');
    return this.#active;
  }

  findPublicKey(kid: string): Promise<KeyObject | undefined> {
    return Promise.resolve(this.#byKid.get(kid)?.publicKey);
  }

  publicKeys(): readonly PublicJwk[] {
    return Array.from(this.#byKid.values(), ({ publicJwk }) => publicJwk);
  }

  async #makeFirst(): Promise<void> {
    const key = await generateSigningKey();
    const privateKey = await this.#sealer.seal(placeOf(key.kid), exportSigningKey(key));
    await this.#repository.insertFirst({ kid: key.kid, privateKey }, this.#clock.now());
  }

  async #open({ kid, privateKey, isActive }: StoredSigningKey): Promise<void> {
    const key = await importSigningKey(await this.#sealer.open(placeOf(kid), privateKey), kid);
    this.#byKid.set(kid, key);
    if (isActive) this.#active = key;
  }
}
