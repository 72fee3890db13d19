import { describe, expect, it } from 'vitest';
import { KeyServiceError } from '../remote/key-service.js';
import { azureError } from './azure-error.js';

function rest(statusCode: number, code?: string): Error {
  return Object.assign(new Error('a message with a key in it'), {
    name: 'RestError',
    statusCode,
    code,
  });
}

function signIn(errorCode: string): Error {
  const cause = Object.assign(new Error(errorCode), { name: 'ServerError', errorCode });
  return Object.assign(new Error('', { cause }), { name: 'AuthenticationRequiredError' });
}

describe('an error of an SDK of Azure', () => {
  it.each([
    [rest(400), 'refused', 'denied'],
    [rest(401), 'denied', 'denied'],
    [rest(403), 'denied', 'denied'],
    [rest(404), 'denied', 'denied'],
    [rest(408), 'unavailable', 'unavailable'],
    [rest(409), 'unavailable', 'unavailable'],
    [rest(429), 'throttled', 'throttled'],
    [rest(502), 'unavailable', 'unavailable'],
    [rest(200, 'PARSE_ERROR'), 'nonsense', 'nonsense'],
    [rest(307), 'nonsense', 'nonsense'],
    [signIn('invalid_client'), 'denied', 'denied'],
    [signIn('temporarily_unavailable'), 'unavailable', 'unavailable'],
    [new Error('socket'), 'unavailable', 'unavailable'],
    ['thrown', 'unavailable', 'unavailable'],
  ])('%s means, when unwrapping, %s; when wrapping, %s', (error, unwrap, wrap) => {
    expect([azureError(error, 'unwrap').reason, azureError(error, 'wrap').reason]).toEqual([
      unwrap,
      wrap,
    ]);
  });

  it('leaves its message behind', () => {
    const { message, cause } = azureError(rest(403, 'Forbidden'), 'wrap');
    expect(message).toBe('denied: Azure Key Vault, wrap: Forbidden');
    expect(cause).toBeUndefined();
  });

  it('is not converted twice', () => {
    const error = new KeyServiceError('nonsense', 'once');
    expect(azureError(error, 'wrap')).toBe(error);
  });
});
