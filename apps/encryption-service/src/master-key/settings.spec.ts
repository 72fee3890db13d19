import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig } from '@app/config';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultNameOf, KEK_OPTIONS, kekProblems } from './settings.js';

const ARN = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const LOCAL = { ES_KEK_LOCAL_FILE: '/etc/keyward/master.key' };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kek-'));
  writeFileSync(join(folder, 'key'), Buffer.alloc(32, 1), { mode: 0o600 });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function aws(name: string, more: object = {}): object {
  return { kind: 'aws-kms', name, keyArn: ARN, ...more };
}

function load(env: Record<string, string>, providers?: readonly object[]) {
  const list = providers === undefined ? {} : { ES_KEK_PROVIDERS: JSON.stringify(providers) };
  return loadConfig({
    prefix: 'ES',
    options: { kek: KEK_OPTIONS },
    argv: [],
    env: { ...env, ...list },
    rules: ({ kek }) => kekProblems(kek),
  }).values.kek;
}

function namesOfProblems(env: Record<string, string>, providers?: readonly object[]): string[] {
  try {
    load(env, providers);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ name }) => name);
    throw error;
  }
}

describe('the settings of master keys', () => {
  it('take a local one alone, as its file or its bytes', () => {
    expect(defaultNameOf(load(LOCAL))).toBe('default');
    const key = Buffer.alloc(32).toString('base64');
    expect(defaultNameOf(load({ ES_KEK_LOCAL_KEY: key, ES_KEK_LOCAL_NAME: 'one' }))).toBe('one');
  });

  it('take others beside it, which leave it the default unless they are told to be', () => {
    expect(defaultNameOf(load(LOCAL, [aws('cloud')]))).toBe('default');
    expect(defaultNameOf(load({ ...LOCAL, ES_KEK_DEFAULT: 'cloud' }, [aws('cloud')]))).toBe(
      'cloud',
    );
  });

  it('take one key service alone', () => {
    const kek = load({}, [aws('cloud', { resilience: { tries: 2, tryTimeout: '1s' } })]);
    expect(defaultNameOf(kek)).toBe('cloud');
    expect(kek.providers[0]).toMatchObject({ resilience: { tries: 2, tryTimeout: 1_000 } });
  });

  it('take several local ones', () => {
    const second = { kind: 'local', name: 'second', key: { file: join(folder, 'key') } };
    expect(load(LOCAL, [second]).providers.map(({ kind }) => kind)).toEqual(['local']);
  });

  it.each([
    ['none at all', {}, undefined, 'kek'],
    ['a file and bytes', { ...LOCAL, ES_KEK_LOCAL_KEY: 'A'.repeat(43) + '=' }, [], 'kek.local'],
    ['one name twice', LOCAL, [aws('default')], 'kek.providers'],
    ['no default among several', {}, [aws('a'), aws('b')], 'kek.default'],
    ['a default that is not there', { ...LOCAL, ES_KEK_DEFAULT: 'b' }, [], 'kek.default'],
    ['an alias', LOCAL, [aws('a', { keyArn: 'alias/x' })], 'ES_KEK_PROVIDERS[0].keyArn'],
    [
      'a secret in the list',
      LOCAL,
      [aws('a', { credentials: { secretAccessKey: 's' } })],
      'ES_KEK_PROVIDERS[0].credentials.secretAccessKey',
    ],
    [
      'a fourth try',
      LOCAL,
      [aws('a', { resilience: { tries: 4 } })],
      'ES_KEK_PROVIDERS[0].resilience.tries',
    ],
    [
      'a try that takes no time',
      LOCAL,
      [aws('a', { resilience: { tryTimeout: '0ms' } })],
      'ES_KEK_PROVIDERS[0].resilience.tryTimeout',
    ],
    [
      'a pause of days',
      LOCAL,
      [aws('a', { resilience: { breakerPause: '1d' } })],
      'ES_KEK_PROVIDERS[0].resilience.breakerPause',
    ],
    [
      'plain HTTP',
      LOCAL,
      [aws('a', { endpoint: 'http://kms.example' })],
      'ES_KEK_PROVIDERS[0].endpoint',
    ],
  ])('refuse %s', (_, env, providers, name) => {
    expect(namesOfProblems(env, providers)).toEqual([name]);
  });
});
