import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { SUITES } from '../suites.js';
import { KNOWN_ANSWERS, type KnownAnswers } from './known-answers.js';
import { runSelfTest, runSelfTestWith } from './run-self-test.js';

interface Failure {
  readonly code: string;
  readonly alarm: string | undefined;
  readonly reason: string;
}

function failureWith(answers: KnownAnswers): Failure | undefined {
  try {
    runSelfTestWith(answers);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || !(error.cause instanceof Error)) throw error;
    return { code: error.code, alarm: error.alarm, reason: error.cause.message };
  }
}

function spoil(text: string): string {
  return `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
}

function spoilHex(text: string): string {
  return `${text.startsWith('0') ? '1' : '0'}${text.slice(1)}`;
}

/** The answers with each text that decides made wrong, one at a time. */
function wrongAnswers(): [string, string, KnownAnswers][] {
  const { hmac, hkdf, signature, blobs, wrappedKey, stream } = KNOWN_ANSWERS;
  const members: [string, string, KnownAnswers][] = [
    ['HMAC-SHA-256', 'mac', { ...KNOWN_ANSWERS, hmac: { ...hmac, mac: spoilHex(hmac.mac) } }],
    ['HKDF-SHA-256', 'okm', { ...KNOWN_ANSWERS, hkdf: { ...hkdf, okm: spoilHex(hkdf.okm) } }],
  ];
  for (const name of ['seed', 'publicKey', 'message', 'signature'] as const) {
    const changed = { ...signature, [name]: spoilHex(signature[name]) };
    members.push(['Ed25519', name, { ...KNOWN_ANSWERS, signature: changed }]);
  }
  for (const name of ['masterKey', 'outerKey', 'dek', 'salt', 'nonce'] as const) {
    const changed = { ...wrappedKey, [name]: spoilHex(wrappedKey[name]) };
    members.push(['wrapped keys', name, { ...KNOWN_ANSWERS, wrappedKey: changed }]);
  }
  for (const name of ['dek', 'data', 'salt', 'stream'] as const) {
    const changed = { ...stream, [name]: spoilHex(stream[name]) };
    members.push(['streams', name, { ...KNOWN_ANSWERS, stream: changed }]);
  }
  for (const blob of blobs) {
    const { suite } = blob.place;
    const others = blobs.filter((other) => other !== blob);
    const withBlob = (changed: Partial<typeof blob>): KnownAnswers => ({
      ...KNOWN_ANSWERS,
      blobs: [...others, { ...blob, ...changed }],
    });
    members.push([suite, 'data', withBlob({ data: spoilHex(blob.data) })]);
    members.push([suite, 'cipherText', withBlob({ cipherText: spoil(blob.cipherText) })]);
    members.push([suite, 'context', withBlob({ context: { other: '' } })]);
    for (const name of ['iv', 'tag', 'commitment'] as const) {
      const metadata = { ...blob.metadata, [name]: spoil(blob.metadata[name]) };
      members.push([suite, name, withBlob({ metadata })]);
    }
  }
  return members;
}

describe('the self test', () => {
  it('passes', async () => {
    await expect(runSelfTest()).resolves.toBeUndefined();
  });

  it('has an answer for each suite', () => {
    const tried = KNOWN_ANSWERS.blobs.map(({ place }) => place.suite);
    expect(tried.toSorted()).toEqual(Object.keys(SUITES).toSorted());
  });

  it.each(wrongAnswers())('fails and names %s where its %s is another', (name, _, answers) => {
    expect(failureWith(answers)).toEqual({
      code: 'internal',
      alarm: 'self_test_failed',
      reason: `the self test of ${name} failed`,
    });
  });
});
