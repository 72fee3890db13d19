import { ConfigError, loadConfig } from '@app/config';
import { createLogger } from '@app/server';
import { describe, expect, it } from 'vitest';
import { KEK_OPTIONS } from '../master-key/settings.js';
import { openMasterKeys } from './open-master-keys.js';

const VAULT = { kind: 'vault-transit', url: 'https://vault.example', key: 'k', tokenFile: '/t' };
const AZURE = {
  kind: 'azure-key-vault',
  keyUrl: `https://v.vault.azure.net/keys/k/${'0'.repeat(32)}`,
  credential: 'managed-identity',
};

async function problemsOf(providers: readonly object[]): Promise<unknown> {
  const env = { ES_KEK_PROVIDERS: JSON.stringify(providers), ES_KEK_DEFAULT: 'a' };
  const { values } = loadConfig({ prefix: 'ES', options: { kek: KEK_OPTIONS }, argv: [], env });
  try {
    // Nothing else is read where there is no local one.
    const opened = await openMasterKeys(values as never, {} as never, createLogger('x', 'silent'));
    await opened.close();
    return [];
  } catch (error) {
    return error instanceof ConfigError
      ? error.problems.map(({ name, rule }) => `${name} ${rule}`)
      : error;
  }
}

describe('master keys that are opened', () => {
  it('may be many of one service', async () => {
    const two = [
      { ...VAULT, name: 'a' },
      { ...VAULT, name: 'b', key: 'other' },
    ];
    expect(await problemsOf(two)).toEqual([]);
  });

  it('are told by name where two are the same key', async () => {
    const two = [
      { ...VAULT, name: 'a' },
      { ...VAULT, name: 'b' },
    ];
    expect(await problemsOf(two)).toEqual([
      'kek.providers, "b" must not be of the same key as "a"',
    ]);
  });

  it.each([
    ['azure', { ...AZURE, name: 'a', ca: '/nowhere' }],
    ['vault', { ...VAULT, name: 'a', ca: '/nowhere' }],
    [
      'gcp',
      {
        kind: 'gcp-kms',
        name: 'a',
        keyName: 'projects/p/locations/l/keyRings/r/cryptoKeys/k',
        ca: '/nowhere',
      },
    ],
  ])('are told by setting where a file is not there: %s', async (_, entry) => {
    expect(await problemsOf([entry])).toEqual([
      'kek.providers, "a", ca must be a file that can be read (ENOENT)',
    ]);
  });
});
