import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientRefusal, flipBit } from '../../../test/support/client-refusal.js';
import { generateKeyPair } from './key-pair.js';
import { openMasterKey, type SealedFor, sealMasterKey } from './sealed-copy.js';
import { SecretKey } from './secret-key.js';

const place: SealedFor = { tenantId: randomUUID(), userId: randomUUID() };
const masterKey = SecretKey.random();
const REFUSED = ['decryption_failed'];

/** Points whose product with any scalar is zero, or that are another spelling of one (RFC 7748, section 6.1). */
const SMALL_ORDER = [
  '00'.repeat(32),
  `01${'00'.repeat(31)}`,
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  `ec${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
];

describe('a sealed copy of a master key', () => {
  it('opens for its member, in 80 bytes, each time others', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    const copies = [
      await sealMasterKey(publicKey, place, masterKey),
      await sealMasterKey(publicKey, place, masterKey),
    ];
    for (const copy of copies) {
      expect(copy).toHaveLength(80);
      expect((await openMasterKey(privateKey, place, copy)).equals(masterKey)).toBe(true);
    }
    expect(copies[0]).not.toEqual(copies[1]);
  });

  it('opens for nobody else, in no other place, and with no bit changed', async () => {
    const { privateKey, publicKey } = await generateKeyPair();
    const { privateKey: another } = await generateKeyPair();
    const sealed = await sealMasterKey(publicKey, place, masterKey);
    const open = (key: SecretKey, at: SealedFor, bytes: Uint8Array): Promise<unknown> =>
      clientRefusal(() => openMasterKey(key, at, bytes));
    expect(await open(another, place, sealed)).toEqual(REFUSED);
    expect(await open(privateKey, { ...place, userId: randomUUID() }, sealed)).toEqual(REFUSED);
    expect(await open(privateKey, { ...place, tenantId: randomUUID() }, sealed)).toEqual(REFUSED);
    for (let bit = 0; bit < sealed.length * 8; bit += 1)
      expect(await open(privateKey, place, flipBit(sealed, bit))).toEqual(REFUSED);
    for (const length of [0, 31, 32, 47, 79])
      expect(await open(privateKey, place, sealed.slice(0, length))).toEqual(REFUSED);
    expect(await open(privateKey, place, Buffer.concat([sealed, sealed]))).toEqual(REFUSED);
  });

  it.each(SMALL_ORDER)('is neither made for nor opened with the point %s', async (point) => {
    const bytes = Uint8Array.from(Buffer.from(point, 'hex'));
    expect(await clientRefusal(() => sealMasterKey(bytes, place, masterKey))).toEqual(REFUSED);
    const { privateKey } = await generateKeyPair();
    const sealed = Buffer.concat([bytes, randomBytes(48)]);
    expect(await clientRefusal(() => openMasterKey(privateKey, place, sealed))).toEqual(REFUSED);
  });

  it('takes public keys of 32 bytes and ids that are UUIDs', async () => {
    const { publicKey } = await generateKeyPair();
    const seal = (key: Uint8Array, at: SealedFor): Promise<unknown> =>
      clientRefusal(() => sealMasterKey(key, at, masterKey));
    const expected = ['invalid_request'];
    expect(await seal(publicKey.slice(1), place)).toEqual([...expected, 'publicKey']);
    expect(await seal(publicKey, { ...place, userId: 'me' })).toEqual([...expected, 'userId']);
    expect(await seal(publicKey, { ...place, tenantId: '' })).toEqual([...expected, 'tenantId']);
  });
});
