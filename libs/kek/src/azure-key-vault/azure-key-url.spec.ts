import { AppError } from '@app/errors';
import { describe, expect, it } from 'vitest';
import { parseAzureKeyUrl } from './azure-key-url.js';

const VERSION = '0123456789abcdef0123456789abcdef';

function codeOf(url: string): string | undefined {
  try {
    parseAzureKeyUrl(url);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('the URL of a key of Azure Key Vault', () => {
  it('names vault, key and version', () => {
    const id = `https://keyward.vault.azure.net/keys/master-1/${VERSION}`;
    const vaultUrl = 'https://keyward.vault.azure.net';
    expect(parseAzureKeyUrl(id)).toEqual({ id, vaultUrl, name: 'master-1', version: VERSION });
  });

  it.each([
    'https://keyward.managedhsm.azure.net/keys/master/' + VERSION,
    'https://localhost:8443/keys/master/' + VERSION,
  ])('takes %s', (url) => {
    expect(codeOf(url)).toBeUndefined();
  });

  it.each([
    ['no version', 'https://keyward.vault.azure.net/keys/master'],
    ['an empty version', 'https://keyward.vault.azure.net/keys/master/'],
    ['a version of another form', 'https://keyward.vault.azure.net/keys/master/latest'],
    ['a secret', `https://keyward.vault.azure.net/secrets/master/${VERSION}`],
    ['plain HTTP', `http://keyward.vault.azure.net/keys/master/${VERSION}`],
    ['a query', `https://keyward.vault.azure.net/keys/master/${VERSION}?a=b`],
    ['a fragment', `https://keyward.vault.azure.net/keys/master/${VERSION}#a`],
    ['a user', `https://me@keyward.vault.azure.net/keys/master/${VERSION}`],
    ['a host in capitals', `https://Keyward.vault.azure.net/keys/master/${VERSION}`],
    ['the port that https has anyway', `https://keyward.vault.azure.net:443/keys/m/${VERSION}`],
    ['a slash behind', `https://keyward.vault.azure.net/keys/master/${VERSION}/`],
    ['no URL', 'master'],
  ])('has not %s', (_, url) => {
    expect(codeOf(url)).toBe('invalid_request');
  });
});
