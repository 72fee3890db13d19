import { describe, expect, it } from 'vitest';
import { isHttpsUrl } from './service-address.js';
import { ServiceTransport } from './transport.js';

describe('the address of a service', () => {
  const pem = { ca: '', certificate: '', key: '' };

  it.each([
    'http://localhost:8443',
    'HTTP://localhost:8443',
    'ws://localhost:8443',
    'localhost:8443',
    '//localhost:8443',
    '',
  ])('is refused where secrets would go in clear: %j', (url) => {
    expect(() => new ServiceTransport({ url, ...pem })).toThrow(
      expect.objectContaining({ code: 'internal' }) as Error,
    );
  });

  it('is taken where they go over TLS', () => {
    expect(isHttpsUrl('https://localhost:8443')).toBe(true);
  });
});
