import { describe, expect, it } from 'vitest';
import { brokenUrlRule } from './https-url.js';
import { retryAfterMillis } from './retry-after.js';

describe('the address of a key service', () => {
  it.each([
    'https://kms.example',
    'https://kms.example:8200/x',
    'http://127.0.0.1:1',
    'http://[::1]:1',
  ])('may be %s', (url) => {
    expect(brokenUrlRule(url)).toBeUndefined();
  });

  it.each([
    '',
    'kms.example',
    'http://kms.example',
    'http://127.0.0.1.example',
    'ftp://kms.example',
    'https://user:password@kms.example',
    'https://kms.example/?x',
    'https://kms.example/#x',
  ])('may not be %j', (url) => {
    expect(brokenUrlRule(url)).toBeTypeOf('string');
  });
});

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    ['-1', undefined],
    ['1.5', undefined],
    ['Wed, 21 Oct 2015 07:28:00 GMT', undefined],
    [undefined, undefined],
    [['1'], undefined],
  ])('%j is %s ms', (header, expected) => {
    expect(retryAfterMillis(header)).toBe(expected);
  });
});
