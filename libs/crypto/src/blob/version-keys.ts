import type { KeyObject } from 'node:crypto';
import { encodeMembers, uuidBytes } from '@app/encoding';
import { AppError } from '@app/errors';
import type { SecretBytes } from '@app/secret';
import { parseDek } from '../dek/dek-form.js';
import { AEADS } from '../hazmat/aeads.js';
import { expandKey, extractKey } from '../hazmat/hkdf.js';
import { importRsaKeyPair } from '../hazmat/rsa-oaep.js';
import { encodePlace, type KeyPlace } from '../key-place.js';
import { SUITES, type Suite } from '../suites.js';
import type { SealedKind } from './blob-metadata.js';
import { messageKeyCipher, versionKeyCipher, type MessageCipher } from './message-cipher.js';

interface DerivedKeys {
  /** What seals and opens messages, with K_enc or the version's RSA key in it. */
  readonly cipher: MessageCipher;
  /** K_com. */
  readonly commitment: KeyObject;
}

/** Everything that has to go when the keys of a version are let go of. */
interface Secrets extends DerivedKeys {
  /** What further keys are expanded from. */
  readonly prk: KeyObject;
}

/**
 * What seals and opens what belongs to one version: its derived keys and the part of AAD that is the same for each of them. Derived once
 * and kept, since a derivation costs more than an encryption. {@link VersionKeys.dispose} lets go of the keys: OpenSSL clears them when
 * the garbage collector gets there, and JavaScript promises no more.
 */
export class VersionKeys {
  readonly suite: Suite;
  readonly #place: Buffer;
  readonly #prefixes: Readonly<Record<SealedKind, Buffer>>;
  #secrets: Secrets | undefined;
  #stream: KeyObject | undefined;

  constructor(suite: Suite, place: Buffer, secrets: Secrets) {
    this.suite = suite;
    this.#place = place;
    this.#secrets = secrets;
    this.#prefixes = {
      data: this.#prefix('data'),
      'data-key': this.#prefix('data-key'),
      stream: this.#prefix('stream'),
    };
  }

  #prefix(kind: SealedKind): Buffer {
    return Buffer.concat([encodeMembers('keyward/v1/blob', kind), this.#place]);
  }

  /** The members of AAD up to the version, encoded: all that does not change from blob to blob. */
  associatedDataPrefix(kind: SealedKind): Buffer {
    return this.#prefixes[kind];
  }

  /** Whether these are the keys of this version, given by its UUID. */
  isOf(versionId: string): boolean {
    const id = uuidBytes(versionId);
    return this.#place.subarray(-id.length).equals(id);
  }

  /** The cipher of messages, and K_com. @throws AppError `internal` after {@link dispose}. */
  get derived(): DerivedKeys {
    return this.#live();
  }

  /** K_stream, derived when it is first asked for: most versions never seal one. @throws AppError `internal` after {@link dispose}. */
  get streamKey(): KeyObject {
    const { prk } = this.#live();
    this.#stream ??= expandKey(prk, encodeMembers('keyward/v1/data/stream', this.#place));
    return this.#stream;
  }

  #live(): Secrets {
    if (this.#secrets === undefined) {
      throw new AppError('internal', {
        cause: new Error('keys of a version were used after they had been disposed of'),
      });
    }
    return this.#secrets;
  }

  /** May be called twice. */
  dispose(): void {
    this.#secrets = undefined;
    this.#stream = undefined;
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function wrongDek(): AppError {
  return new AppError('internal', { cause: new TypeError('not a key of this suite') });
}

function cipherOf(suite: Suite, prk: KeyObject, place: Buffer, pkcs8?: Buffer): MessageCipher {
  if (pkcs8 === undefined) {
    const key = expandKey(prk, encodeMembers('keyward/v1/data/enc', place));
    return versionKeyCipher(AEADS[suite.aead], key);
  }
  const keys = importRsaKeyPair(pkcs8);
  if (keys === undefined) throw wrongDek();
  return messageKeyCipher(keys, encodeMembers('keyward/v1/rsa', place));
}

/**
 * Derives what a version's blobs and streams are sealed with.
 *
 * @param dek - of the suite's form. Borrowed: it may be disposed of right after.
 * @throws AppError `internal` for a key of another form.
 */
export function deriveVersionKeys(dek: SecretBytes, place: KeyPlace): VersionKeys {
  const suite = SUITES[place.suite];
  const parts = parseDek(place.suite, dek.expose());
  if (parts === undefined) throw wrongDek();
  const encodedPlace = encodePlace(place);
  const prk = extractKey(parts.secret);
  return new VersionKeys(suite, encodedPlace, {
    prk,
    cipher: cipherOf(suite, prk, encodedPlace, parts.pkcs8),
    commitment: expandKey(prk, encodeMembers('keyward/v1/data/commit', encodedPlace)),
  });
}
