import { AppError } from '@app/errors';
import { checkBlob } from './check-blobs.js';
import { checkHkdf, checkHmac, checkRandom, checkSignature } from './check-primitives.js';
import { checkStream } from './check-stream.js';
import { checkWrappedKey } from './check-wrapped-key.js';
import { KNOWN_ANSWERS, type KnownAnswers } from './known-answers.js';

/** The word of the alarm that a failed self test raises. */
const SELF_TEST_ALARM = 'self_test_failed';

/** Whether one piece does what it is known to do, and refuses what was changed. It may throw where it does not. */
type Check = () => boolean;

function checksOf(answers: KnownAnswers): readonly (readonly [string, Check])[] {
  return [
    ['random bytes', checkRandom],
    ['HMAC-SHA-256', () => checkHmac(answers.hmac)],
    ['HKDF-SHA-256', () => checkHkdf(answers.hkdf)],
    ['Ed25519', () => checkSignature(answers.signature)],
    ...answers.blobs.map((blob) => [blob.place.suite, () => checkBlob(blob)] as const),
    ['wrapped keys', () => checkWrappedKey(answers.wrappedKey)],
    ['streams', () => checkStream(answers.stream)],
  ];
}

function fail(name: string, cause?: unknown): AppError {
  const reason = new Error(`the self test of ${name} failed`, { cause });
  return new AppError('internal', { alarm: SELF_TEST_ALARM, cause: reason });
}

function assertPasses(name: string, check: Check): void {
  let passes: boolean;
  try {
    passes = check();
  } catch (error) {
    throw fail(name, error);
  }
  if (!passes) throw fail(name);
}

/** {@link runSelfTest} with its answers given: for tests, which give it wrong ones. */
export function runSelfTestWith(answers: KnownAnswers): void {
  for (const [name, check] of checksOf(answers)) assertPasses(name, check);
}

/**
 * Tries every algorithm of this library on known answers, those that seal as well as those that open, and that what was changed is
 * refused. It is to be run before a process listens: with an OpenSSL, a processor or a build that calculates wrongly, nothing may be
 * sealed, since it would never open again. Some milliseconds.
 *
 * @throws AppError `internal` with the alarm `self_test_failed`; the cause names the algorithm.
 */
export function runSelfTest(): Promise<void> {
  return new Promise((resolve) => {
    runSelfTestWith(KNOWN_ANSWERS);
    resolve();
  });
}
