import { SUITES } from '@app/crypto';
import { AEADS, takeKey } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { casesOf, hex, loadWycheproof, outcome, type WycheproofCase } from './wycheproof-file.js';

interface AeadCase extends WycheproofCase {
  readonly key: string;
  readonly iv: string;
  readonly aad: string;
  readonly msg: string;
  readonly ct: string;
  readonly tag: string;
}

const FILES = [
  ['AES-256-GCM', 'aes_gcm_test.json', 60],
  ['ChaCha20-Poly1305', 'chacha20_poly1305_test.json', 300],
] as const;

describe.each(FILES)('%s beside Wycheproof', (name, fileName, inPolicyAtLeast) => {
  const file = loadWycheproof<AeadCase>(fileName);
  const cases = casesOf(file);
  const { nonceBytes, tagBytes } = SUITES[name];

  function inPolicy({ key, iv, tag }: AeadCase): boolean {
    return key.length === 64 && iv.length === nonceBytes * 2 && tag.length === tagBytes * 2;
  }

  function open(test: AeadCase): unknown {
    const key = takeKey(hex(test.key));
    const sealing = { nonce: hex(test.iv), aad: hex(test.aad) };
    return outcome(() =>
      AEADS[name].open(key, sealing, { ciphertext: hex(test.ct), tag: hex(test.tag) }),
    );
  }

  function seal(test: AeadCase): unknown {
    const key = takeKey(hex(test.key));
    return outcome(() =>
      AEADS[name].seal(key, { nonce: hex(test.iv), aad: hex(test.aad) }, hex(test.msg)),
    );
  }

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(file.numberOfTests);
    expect(cases.filter(inPolicy).length).toBeGreaterThan(inPolicyAtLeast);
  });

  it.each(cases.filter((test) => inPolicy(test) && test.result === 'valid'))(
    'seals and opens case $tcId byte for byte $comment',
    (test) => {
      expect(seal(test)).toEqual({ ciphertext: hex(test.ct), tag: hex(test.tag) });
      expect(open(test)).toEqual(hex(test.msg));
    },
  );

  it.each(cases.filter((test) => inPolicy(test) && test.result === 'invalid'))(
    'does not open case $tcId: $comment',
    (test) => {
      expect(open(test)).toBeUndefined();
    },
  );

  it.each(cases.filter((test) => !inPolicy(test)))(
    'refuses the sizes of case $tcId $comment',
    (test) => {
      expect(seal(test)).toEqual({ code: 'internal' });
      expect(open(test)).toEqual({ code: 'internal' });
    },
  );
});
