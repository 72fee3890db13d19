import { KNOWN_ANSWERS, runSelfTestWith } from '@app/crypto/vectors';
import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { assertSelfTest } from './assert-self-test.js';

class Lines {
  readonly said: string[] = [];

  error(_fields: object, message?: string): void {
    this.said.push(message ?? '');
  }
}

function runWithWrongAnswer(): Promise<void> {
  const hkdf = { ...KNOWN_ANSWERS.hkdf, okm: '00' };
  return new Promise((resolve) => {
    runSelfTestWith({ ...KNOWN_ANSWERS, hkdf });
    resolve();
  });
}

async function codeOf(promise: Promise<void>): Promise<string | undefined> {
  try {
    await promise;
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('the self test before the service listens', () => {
  it('is silent where all is right', async () => {
    const lines = new Lines();
    expect(await codeOf(assertSelfTest(lines))).toBeUndefined();
    expect(lines.said).toEqual([]);
  });

  it('raises its alarm and stops the start where an answer is wrong', async () => {
    const lines = new Lines();
    expect(await codeOf(assertSelfTest(lines, runWithWrongAnswer))).toBe('internal');
    expect(lines.said).toEqual(['self_test_failed']);
  });

  it('stops the start where it could not be run', async () => {
    const lines = new Lines();
    const run = (): Promise<void> => Promise.reject(new TypeError('no such cipher'));
    expect(await codeOf(assertSelfTest(lines, run))).toBe('internal');
    expect(lines.said).toEqual(['the self test could not be run']);
  });
});
