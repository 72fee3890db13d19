import { createCipheriv, type KeyObject } from 'node:crypto';
import type { Aead, Sealing } from './aead.js';
import { AES_256_GCM } from './aes-256-gcm.js';
import { KEY_BYTES, wrongSizes } from './node-aead.js';
import { takeKey } from './secret-key.js';

const BLOCK_BYTES = 16;
const NONCE_BYTES = 24;
/** The first half of the nonce goes into the key, the second is the nonce of AES-256-GCM. */
const HALF_NONCE_BYTES = 12;
/** R of AES in SP 800-38B, section 5.3. */
const REDUCTION = 0b1000_0111;
const ZERO_BLOCK = Buffer.alloc(BLOCK_BYTES);

// M1 and M2 up to the nonce: a counter of 16 bits, the label "X" and a zero byte (SP 800-108r1, section 4.1, without L).
const FIRST = Buffer.from([0, 1, 0x58, 0]);
const SECOND = Buffer.from([0, 2, 0x58, 0]);

/** The raw block cipher, each block by itself. Not to be used for data: equal blocks show. */
function encryptBlocks(key: KeyObject, blocks: Buffer): Buffer {
  return createCipheriv('aes-256-ecb', key, null).setAutoPadding(false).update(blocks);
}

/** K1 of CMAC (SP 800-38B, section 6.1): the encrypted zero block, doubled. Without branches on its bits, which are secret. */
function deriveCmacSubkey(key: KeyObject): Buffer {
  const block = encryptBlocks(key, ZERO_BLOCK);
  const subkey = Buffer.alloc(BLOCK_BYTES);
  let carry = 0;
  for (let at = BLOCK_BYTES - 1; at >= 0; at -= 1) {
    const byte = block.readUInt8(at);
    subkey.writeUInt8(((byte << 1) & 0xff) | carry, at);
    carry = byte >> 7;
  }
  const last = subkey.readUInt8(BLOCK_BYTES - 1);
  subkey.writeUInt8(last ^ (REDUCTION * carry), BLOCK_BYTES - 1);
  block.fill(0);
  return subkey;
}

/** K1 depends on the key alone: it is derived once and lives as long as the key does. */
const subkeys = new WeakMap<KeyObject, Buffer>();

function subkeyOf(key: KeyObject): Buffer {
  const known = subkeys.get(key);
  if (known !== undefined) return known;
  const subkey = deriveCmacSubkey(key);
  subkeys.set(key, subkey);
  return subkey;
}

/** The key and nonce of AES-256-GCM for one nonce of XAES. */
function deriveMessageKey(key: KeyObject, { nonce, aad }: Sealing): [KeyObject, Sealing] {
  if (key.symmetricKeySize !== KEY_BYTES || nonce.length !== NONCE_BYTES) {
    throw wrongSizes('XAES-256-GCM', NONCE_BYTES);
  }
  const subkey = subkeyOf(key);
  const half = nonce.subarray(0, HALF_NONCE_BYTES);
  const blocks = Buffer.concat([FIRST, half, SECOND, half]);
  for (let at = 0; at < blocks.length; at += 1) {
    blocks.writeUInt8(blocks.readUInt8(at) ^ subkey.readUInt8(at % BLOCK_BYTES), at);
  }
  const messageKey = takeKey(encryptBlocks(key, blocks));
  // What is XORed here is known, so that K1 could be read off.
  blocks.fill(0);
  return [messageKey, { nonce: nonce.subarray(HALF_NONCE_BYTES), aad }];
}

/**
 * XAES-256-GCM (c2sp.org/XAES-256-GCM): AES-256-GCM with a nonce of 24 bytes, by a key for each message that CMAC derives from the first
 * half of it. Random nonces do for 2^80 messages. Neither key-committing nor made for a nonce used twice.
 */
export const XAES_256_GCM: Aead = Object.freeze<Aead>({
  seal(key, sealing, plaintext) {
    return AES_256_GCM.seal(...deriveMessageKey(key, sealing), plaintext);
  },
  open(key, sealing, sealed) {
    return AES_256_GCM.open(...deriveMessageKey(key, sealing), sealed);
  },
});
