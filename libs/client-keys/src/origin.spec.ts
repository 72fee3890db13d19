import { describe, expect, it } from 'vitest';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import { parseOrigin } from './origin.js';

describe('the origin of a core', () => {
  it.each([
    ['https://core.example', 'https://core.example'],
    ['https://core.example/', 'https://core.example'],
    ['HTTPS://Core.Example:443', 'https://core.example'],
    ['https://core.example:8443', 'https://core.example:8443'],
    ['https://b\u00fccher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('is %s as a browser serialises it', (configured, origin) => {
    expect(parseOrigin(configured)).toBe(origin);
  });

  it.each([
    '',
    'core.example',
    'http://core.example',
    'http://localhost.evil.example',
    'https://core.example/api',
    'https://core.example?a',
    'https://core.example#a',
    'https://me:secret@core.example',
    'ftp://core.example',
    'javascript:alert(1)',
    'null',
  ])('is not %j', async (text) => {
    expect(await clientRefusal(() => parseOrigin(text))).toEqual(['invalid_request', 'origin']);
  });
});
