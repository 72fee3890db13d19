import type { KeyObject } from 'node:crypto';
import type { Aead, Sealed, Sealing } from '../hazmat/aead.js';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import { randomSecret } from '../hazmat/random.js';
import { openOaep, sealOaep, type RsaKeyPair } from '../hazmat/rsa-oaep.js';
import { takeKey } from '../hazmat/secret-key.js';

/** One sealed message of a version. */
export interface SealedMessage extends Sealed {
  /** The message's own key, sealed to the version's RSA key; absent in suites without. */
  readonly sealedKey?: Buffer;
}

/** Seals and opens the messages of one version under its suite. Nothing here commits to a key: the blob around it does. */
export interface MessageCipher {
  /** @param plaintext - borrowed and left as it is. */
  seal(sealing: Sealing, plaintext: Buffer): SealedMessage;

  /**
   * Called once the commitment was found right, which covers `sealedKey`.
   *
   * @returns the plaintext, owned by the caller; undefined where anything was changed.
   */
  open(sealing: Sealing, message: SealedMessage): Buffer | undefined;
}

/** All messages under the one key. */
export function versionKeyCipher(aead: Aead, key: KeyObject): MessageCipher {
  return {
    seal: (sealing, plaintext) => aead.seal(key, sealing, plaintext),
    open: (sealing, message) => aead.open(key, sealing, message),
  };
}

const MESSAGE_KEY_BYTES = 32;

/**
 * Each message under a fresh key of 32 bytes, sealed by RSA-OAEP: an asymmetric wrap for those who must have one. Whoever seals can open
 * too, since the version's secret goes into the commitment.
 *
 * @param label - E("keyward/v1/rsa", P), so that a sealed key opens in its own version only.
 */
export function messageKeyCipher(keys: RsaKeyPair, label: Buffer): MessageCipher {
  return {
    seal(sealing, plaintext) {
      const key = randomSecret(MESSAGE_KEY_BYTES);
      const sealedKey = sealOaep(keys.publicKey, label, key);
      return { ...AES_256_GCM.seal(takeKey(key), sealing, plaintext), sealedKey };
    },
    open(sealing, message) {
      const key = message.sealedKey && openOaep(keys.privateKey, label, message.sealedKey);
      if (key?.length === MESSAGE_KEY_BYTES)
        return AES_256_GCM.open(takeKey(key), sealing, message);
      key?.fill(0);
      return undefined;
    },
  };
}
