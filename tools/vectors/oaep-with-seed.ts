import { constants, createHash, publicEncrypt, type KeyObject } from 'node:crypto';

const HASH_BYTES = 32;
const COUNTER_BYTES = 4;

function sha256(...parts: readonly Buffer[]): Buffer {
  return createHash('sha256').update(Buffer.concat(parts)).digest();
}

/** MGF1 (RFC 8017, B.2.1). */
function mask(seed: Buffer, bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / HASH_BYTES) }, (_, index) => {
    const counter = Buffer.alloc(COUNTER_BYTES);
    counter.writeUInt32BE(index);
    return sha256(seed, counter);
  });
  return Buffer.concat(blocks).subarray(0, bytes);
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, at) => byte ^ b.readUInt8(at)));
}

/**
 * RSAES-OAEP with its seed given (RFC 8017, section 7.1.1), which `node:crypto` does not take: a vector can then be met byte for byte. Never
 * for anything else.
 *
 * @param modulusBytes - k.
 */
export function sealOaepWithSeed(
  publicKey: KeyObject,
  modulusBytes: number,
  label: Buffer,
  message: Buffer,
  seed: Buffer,
): Buffer {
  const block = Buffer.alloc(modulusBytes - HASH_BYTES - 1);
  sha256(label).copy(block);
  message.copy(block, block.length - message.length);
  block.writeUInt8(1, block.length - message.length - 1);
  const maskedBlock = xor(block, mask(seed, block.length));
  const maskedSeed = xor(seed, mask(maskedBlock, HASH_BYTES));
  const encoded = Buffer.concat([Buffer.alloc(1), maskedSeed, maskedBlock]);
  return publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, encoded);
}
