import { importRsaKeyPair, openOaep, sealOaep } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { casesOf, hex, loadWycheproof, type WycheproofCase } from './wycheproof-file.js';

interface OaepCase extends WycheproofCase {
  readonly msg: string;
  readonly ct: string;
  readonly label: string;
}

interface KeyGroup {
  readonly keySize: number;
  readonly privateKeyPkcs8: string;
}

describe('RSA-OAEP of 3,072 bits beside Wycheproof', () => {
  const file = loadWycheproof<OaepCase, KeyGroup>('rsa_oaep_3072_sha256_mgf1sha256_test.json');
  const cases = file.testGroups.flatMap(({ tests, privateKeyPkcs8 }) =>
    tests.map((test) => ({ ...test, pkcs8: hex(privateKeyPkcs8) })),
  );

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(file.numberOfTests);
    expect(cases.filter(({ result }) => result === 'valid').length).toBeGreaterThan(10);
    expect(cases.filter(({ result }) => result === 'acceptable')).toEqual([]);
  });

  it.each(cases.filter(({ result }) => result === 'valid'))(
    'opens case $tcId, and what it seals itself $comment',
    ({ pkcs8, label, ct, msg }) => {
      const pair = importRsaKeyPair(pkcs8);
      if (pair === undefined) throw new TypeError('the key of the file was refused');
      expect(openOaep(pair.privateKey, hex(label), hex(ct))).toEqual(hex(msg));
      const sealed = sealOaep(pair.publicKey, hex(label), hex(msg));
      expect(openOaep(pair.privateKey, hex(label), sealed)).toEqual(hex(msg));
    },
  );

  it.each(cases.filter(({ result }) => result === 'invalid'))(
    'does not open case $tcId: $comment',
    ({ pkcs8, label, ct }) => {
      const pair = importRsaKeyPair(pkcs8);
      if (pair === undefined) throw new TypeError('the key of the file was refused');
      expect(openOaep(pair.privateKey, hex(label), hex(ct))).toBeUndefined();
    },
  );
});

describe.each([2048, 4096])('RSA-OAEP of %i bits beside Wycheproof', (bits) => {
  const file = loadWycheproof<OaepCase, KeyGroup>(
    `rsa_oaep_${String(bits)}_sha256_mgf1sha256_test.json`,
  );

  it('is refused with every key of the file: the suite has 3,072 bits', () => {
    expect(casesOf(file)).toHaveLength(file.numberOfTests);
    expect(file.testGroups.map(({ keySize }) => keySize)).toEqual([bits]);
    for (const { privateKeyPkcs8 } of file.testGroups) {
      expect(importRsaKeyPair(hex(privateKeyPkcs8))).toBeUndefined();
    }
  });
});
