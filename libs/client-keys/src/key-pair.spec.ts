import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientRefusal, flipBit } from '../../../test/support/client-refusal.js';
import { encodeHex } from './bytes.js';
import { fingerprintOf } from './fingerprint.js';
import { generateKeyPair, unwrapPrivateKey, wrapPrivateKey } from './key-pair.js';
import { SecretKey } from './secret-key.js';
import { publicKeyOf } from './x25519.js';

const userId = randomUUID();
const memberKey = SecretKey.random();
const REFUSED = ['decryption_failed'];

interface Vector {
  readonly group: string;
  readonly in: { readonly privateKey: string; readonly publicKey: string };
}

const FILE = join(import.meta.dirname, '../../../test/vectors/keyward-v1.json');
const { vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as { vectors: readonly Vector[] };
const PAIRS = vectors.filter(({ group }) => group === 'member-seal').map((vector) => vector.in);

function refusal(...args: Parameters<typeof unwrapPrivateKey>): Promise<unknown> {
  return clientRefusal(() => unwrapPrivateKey(...args));
}

describe('a wrapped private key', () => {
  it('opens under its member key, for its member and beside its public key', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    const wrapped = await wrapPrivateKey(memberKey, userId, privateKey);
    expect(wrapped).toHaveLength(60);
    const opened = await unwrapPrivateKey(memberKey, userId, publicKey, wrapped);
    expect(opened.equals(privateKey)).toBe(true);
    expect(await wrapPrivateKey(memberKey, userId, privateKey)).not.toEqual(wrapped);
  });

  it('opens with nothing else, and with no bit changed', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    const { publicKey: another } = await generateKeyPair();
    const wrapped = await wrapPrivateKey(memberKey, userId, privateKey);
    expect(await refusal(SecretKey.random(), userId, publicKey, wrapped)).toEqual(REFUSED);
    expect(await refusal(memberKey, randomUUID(), publicKey, wrapped)).toEqual(REFUSED);
    expect(await refusal(memberKey, userId, another, wrapped)).toEqual(REFUSED);
    for (let bit = 0; bit < wrapped.length * 8; bit += 1)
      expect(await refusal(memberKey, userId, publicKey, flipBit(wrapped, bit))).toEqual(REFUSED);
    for (let bit = 0; bit < publicKey.length * 8; bit += 1)
      expect(await refusal(memberKey, userId, flipBit(publicKey, bit), wrapped)).toEqual(REFUSED);
    for (const length of [0, 11, 12, 27, 59])
      expect(await refusal(memberKey, userId, publicKey, wrapped.slice(0, length))).toEqual(
        REFUSED,
      );
  });
});

describe('a key pair', () => {
  it.each(PAIRS)('has the public key that another implementation gave it: %j', async (pair) => {
    const privateKey = new SecretKey(Buffer.from(pair.privateKey, 'hex'));
    expect(encodeHex(await publicKeyOf(privateKey))).toBe(pair.publicKey);
  });

  it('has a fingerprint in sixteen groups, which every bit changes', async () => {
    const zeros = new Uint8Array(32);
    expect(await fingerprintOf(zeros)).toBe(
      '6668 7aad f862 bd77 6c8f c18b 8e9f 8e20 0897 1485 6ee2 33b3 902a 591d 0d5f 2925',
    );
    const prints = new Set<string>();
    for (let bit = 0; bit < 256; bit += 1) prints.add(await fingerprintOf(flipBit(zeros, bit)));
    expect(prints.size).toBe(256);
  });
});
