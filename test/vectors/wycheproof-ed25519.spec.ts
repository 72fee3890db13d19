import { ed25519PublicKey, verifyEd25519 } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { hex, loadWycheproof, type WycheproofCase } from './wycheproof-file.js';

interface SignatureCase extends WycheproofCase {
  readonly msg: string;
  readonly sig: string;
}

interface KeyOfGroup {
  readonly publicKey: { readonly pk: string };
}

describe('Ed25519 beside Wycheproof', () => {
  const file = loadWycheproof<SignatureCase, KeyOfGroup>('ed25519_test.json');
  const cases = file.testGroups.flatMap(({ publicKey, tests }) =>
    tests.map((test) => ({ ...test, pk: publicKey.pk })),
  );

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(file.numberOfTests);
  });

  it.each(cases)('judges case $tcId as $result: $comment', ({ pk, msg, sig, result }) => {
    const isRight = verifyEd25519(ed25519PublicKey(hex(pk)), hex(msg), hex(sig));
    expect(isRight).toBe(result === 'valid');
  });
});
