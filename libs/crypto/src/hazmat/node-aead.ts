import type {
  CipherChaCha20Poly1305,
  CipherGCM,
  DecipherChaCha20Poly1305,
  DecipherGCM,
  KeyObject,
} from 'node:crypto';
import { AppError } from '@app/errors';
import type { Aead, Sealed, Sealing } from './aead.js';

/** Bytes of a key of every cipher here. */
export const KEY_BYTES = 32;
/** The length that GCM and ChaCha20-Poly1305 are defined for; Node takes others. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// Without it Node takes tags of 4 bytes, which a forger finds in 2^32 attempts at most.
export const TAG_OPTIONS = Object.freeze({ authTagLength: TAG_BYTES });

/** One cipher of `node:crypto`: how it is set up, with {@link TAG_OPTIONS}. */
export interface NodeCipher {
  readonly name: string;
  encrypt(key: KeyObject, nonce: Buffer): CipherGCM | CipherChaCha20Poly1305;
  decrypt(key: KeyObject, nonce: Buffer): DecipherGCM | DecipherChaCha20Poly1305;
}

/** What a key or a nonce of another size is: a mistake of the calling code. */
export function wrongSizes(cipher: string, nonceBytes: number): AppError {
  const rule = `${cipher} takes a 32-byte key and a ${String(nonceBytes)}-byte nonce`;
  return new AppError('internal', { cause: new RangeError(rule) });
}

class NodeAead implements Aead {
  readonly #cipher: NodeCipher;

  constructor(cipher: NodeCipher) {
    this.#cipher = cipher;
  }

  seal(key: KeyObject, { nonce, aad }: Sealing, plaintext: Buffer): Sealed {
    this.#assertSizes(key, nonce);
    const cipher = this.#cipher.encrypt(key, nonce);
    cipher.setAAD(aad, { plaintextLength: plaintext.length });
    // A stream mode: update gives everything, and final only makes the tag.
    const ciphertext = cipher.update(plaintext);
    cipher.final();
    return { ciphertext, tag: cipher.getAuthTag() };
  }

  open(key: KeyObject, { nonce, aad }: Sealing, { ciphertext, tag }: Sealed): Buffer | undefined {
    this.#assertSizes(key, nonce);
    if (tag.length !== TAG_BYTES) return undefined;
    const decipher = this.#cipher.decrypt(key, nonce);
    decipher.setAAD(aad, { plaintextLength: ciphertext.length });
    decipher.setAuthTag(tag);
    const plaintext = decipher.update(ciphertext);
    try {
      decipher.final();
      return plaintext;
    } catch {
      // update hands out plaintext before final has checked the tag: what was forged must not stay behind.
      plaintext.fill(0);
      return undefined;
    }
  }

  #assertSizes(key: KeyObject, nonce: Buffer): void {
    // GCM defines nonces of other lengths by hashing them, which collide earlier (SP 800-38D, section 8.2.2); OpenSSL fills a short one of
    // ChaCha20-Poly1305 with zeros.
    if (key.symmetricKeySize !== KEY_BYTES || nonce.length !== NONCE_BYTES) {
      throw wrongSizes(this.#cipher.name, NONCE_BYTES);
    }
  }
}

/** A cipher of `node:crypto` with keys, nonces and tags of the one size that we use, and without its pitfalls. */
export function nodeAead(cipher: NodeCipher): Aead {
  return Object.freeze(new NodeAead(cipher));
}
