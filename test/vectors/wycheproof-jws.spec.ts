import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SystemClock } from '@app/ambient';
import { AccessTokens } from '@app/credentials';
import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { loadWycheproof, type WycheproofCase } from './wycheproof-file.js';

interface JwsCase extends WycheproofCase {
  /** Compact, or JSON of a serialization that the core does not take. */
  readonly jws: unknown;
}

interface KeyOfGroup {
  readonly public?: JsonWebKey;
  readonly private?: JsonWebKey;
}

const tokens = new AccessTokens({
  issuer: 'https://core.example',
  audience: 'https://core.example',
  clock: new SystemClock(),
});

function keyOf(group: KeyOfGroup): KeyObject {
  const key = group.public ?? group.private;
  // A secret has no public half; the core's own kind of key stands in for it.
  if (key === undefined || key.kty === 'oct') return generateKeyPairSync('ed25519').publicKey;
  return createPublicKey({ key, format: 'jwk' });
}

async function verdict(token: string, key: KeyObject): Promise<string> {
  try {
    await tokens.verify(token, () => Promise.resolve(key));
    return 'taken';
  } catch (error) {
    return error instanceof AppError ? error.code : 'crash';
  }
}

/** None of them is signed with Ed25519, the one algorithm of the core's tokens: the valid ones are outside its policy, like the others. */
describe('access tokens beside the JSON Web Signatures of Wycheproof', () => {
  const file = loadWycheproof<JwsCase, KeyOfGroup>('json_web_signature_test.json');
  const cases = file.testGroups.flatMap((group) => group.tests.map((test) => ({ ...test, group })));

  it('has all cases of the file', () => {
    expect(cases).toHaveLength(file.numberOfTests);
  });

  it.each(cases)('refuses case $tcId: $comment', async ({ jws, group }) => {
    const token = typeof jws === 'string' ? jws : JSON.stringify(jws);
    expect(await verdict(token, keyOf(group))).toBe('unauthenticated');
  });
});
