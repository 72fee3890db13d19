import { inspect } from 'node:util';
import { readEntries } from '@app/config';
import { AppError } from '@app/errors';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { KEK_SETTINGS, type KekEntry, openKekProvider } from '../registry.js';
import { awsError } from './aws-error.js';
import { regionOf } from './settings.js';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

function entry(more: object): KekEntry & { kind: 'aws-kms' } {
  const [read] = readEntries(
    KEK_SETTINGS,
    [{ kind: 'aws-kms', name: 'aws', keyArn: ARN, ...more }],
    '.',
  );
  if (read?.kind !== 'aws-kms') throw new Error('another kind');
  return read;
}

function named(name: string, more: object = {}): Error {
  return Object.assign(new Error('what AWS says'), { name, ...more });
}

describe('the ARN of a key', () => {
  it.each([
    [ARN, 'eu-west-1'],
    [ARN.replace('1234abcd-12ab-34cd-56ef-1234567890ab', 'mrk-0a1b'), 'eu-west-1'],
    [
      ARN.replace('arn:aws:', 'arn:aws-us-gov:').replace('eu-west-1', 'us-gov-west-1'),
      'us-gov-west-1',
    ],
  ])('is taken: %s', (arn, region) => {
    expect(regionOf(arn)).toBe(region);
  });

  it.each([
    'alias/keyward',
    'arn:aws:kms:eu-west-1:111122223333:alias/keyward',
    '1234abcd-12ab-34cd-56ef-1234567890ab',
    `${ARN} `,
    `${ARN}/x`,
    ARN.replace('kms', 's3'),
    ARN.replace('111122223333', '1'),
  ])('is not %j', (arn) => {
    expect(regionOf(arn)).toBeUndefined();
  });
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('a master key in AWS KMS', () => {
  it.each(['http://kms.example', 'http://10.0.0.7:4566'])(
    'sends no key to where a variable says, without TLS: %s',
    async (url) => {
      vi.stubEnv('AWS_ENDPOINT_URL', url);
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'x');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'x');
      const provider = await openKekProvider('aws-kms', entry({}));
      const error: unknown = await provider.checkHealth().catch((thrown: unknown) => thrown);
      await provider.close();
      expect(error instanceof AppError && error.code).toBe('kms_unavailable');
      expect(inspect(error)).toContain('denied: AWS KMS: the address that variables name');
    },
  );

  it('is named by the ARN of its key', async () => {
    const { uri, kind } = await openKekProvider('aws-kms', entry({}));
    expect([kind, uri]).toEqual(['aws-kms', `aws-kms:${ARN}`]);
  });

  it('has both parts of its credentials or none', async () => {
    const half = entry({ credentials: { accessKeyId: 'x' } });
    const error: unknown = await openKekProvider('aws-kms', half).catch(
      (thrown: unknown) => thrown,
    );
    expect(error instanceof AppError && error.code).toBe('invalid_request');
  });
});

describe('an error of AWS KMS', () => {
  it.each([
    ['ThrottlingException', 'throttled'],
    ['LimitExceededException', 'throttled'],
    ['DisabledException', 'denied'],
    ['KMSInvalidStateException', 'denied'],
    ['AccessDeniedException', 'denied'],
    ['NotFoundException', 'denied'],
    ['UnrecognizedClientException', 'denied'],
    ['InvalidCiphertextException', 'refused'],
    ['IncorrectKeyException', 'refused'],
    ['KMSInternalException', 'unavailable'],
    ['DependencyTimeoutException', 'unavailable'],
    ['KeyUnavailableException', 'unavailable'],
    ['TimeoutError', 'unavailable'],
    ['CredentialsProviderError', 'unavailable'],
    ['ExpiredTokenException', 'unavailable'],
    ['__proto__', 'unavailable'],
    ['constructor', 'unavailable'],
  ])('%s is %s', (name, reason) => {
    expect(awsError(named(name)).reason).toBe(reason);
  });

  it('says how long AWS wants to be left alone', () => {
    const $response = { headers: { 'retry-after': '3' } };
    expect(awsError(named('ThrottlingException', { $response })).retryAfterMillis).toBe(3_000);
  });

  it('keeps nothing of what the SDK threw but its name', () => {
    const error = awsError(named('hunter2 <html>', { $response: { body: 'hunter2' } }));
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('hunter2');
    expect(error.message).not.toContain('what AWS says');
    expect(awsError('thrown').reason).toBe('unavailable');
  });
});
