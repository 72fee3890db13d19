import { describe, expect, it } from 'vitest';
import { vaultError } from './vault-error.js';

function reasonOf(status: number, ...errors: unknown[]): string {
  return vaultError({ status, body: { errors }, retryAfterMillis: undefined }).reason;
}

describe('an answer of Vault', () => {
  it.each([
    'cipher: message authentication failed',
    'invalid ciphertext: version is too new',
    'invalid ciphertext: could not decode base64',
    'invalid ciphertext length',
  ])('that says "%s" refuses the ciphertext', (text) => {
    expect(reasonOf(400, text)).toBe('refused');
  });

  it.each([
    'refusing to use soft-deleted key',
    'encryption key not found',
    'ciphertext or signature version is disallowed by policy (too old)',
    { message: 'message authentication failed' },
  ])('that says %j is about the key', (text) => {
    expect(reasonOf(400, text)).toBe('denied');
  });

  it.each([
    [200, 'nonsense'],
    [204, 'nonsense'],
    [307, 'unavailable'],
    [403, 'denied'],
    [404, 'denied'],
    [412, 'unavailable'],
    [429, 'throttled'],
    [473, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('of status %i is %s', (status, reason) => {
    expect(reasonOf(status, 'cipher: message authentication failed')).toBe(reason);
  });

  it.each([undefined, null, 'text', {}, { errors: 'invalid ciphertext' }])(
    'of another form, %j, is about the key',
    (body) => {
      expect(vaultError({ status: 400, body, retryAfterMillis: 5 })).toMatchObject({
        reason: 'denied',
        retryAfterMillis: 5,
      });
    },
  );
});
