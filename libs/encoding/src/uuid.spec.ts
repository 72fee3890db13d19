import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isUuid, parseUuid, uuidBytes } from './uuid.js';

function errorOf(action: () => unknown): AppError | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error : undefined;
  }
}

const NOT_UUIDS: [string, unknown][] = [
  ['no text', 7],
  ['an empty text', ''],
  ['no hyphens', '9a78e3b540e3499787c4f223952d71b5'],
  ['braces', '{9a78e3b5-40e3-4997-87c4-f223952d71b5}'],
  ['a line end behind it', '9a78e3b5-40e3-4997-87c4-f223952d71b5\n'],
  ['a space before it', ' 9a78e3b5-40e3-4997-87c4-f223952d71b5'],
  ['a digit more', '9a78e3b5-40e3-4997-87c4-f223952d71b50'],
  ['a letter beyond f', '9a78e3b5-40e3-4997-87c4-f223952d71bg'],
  ['hyphens elsewhere', '9a78e3b54-0e3-4997-87c4-f223952d71b5'],
  ['full-width digits', '\uff19a78e3b5-40e3-4997-87c4-f223952d71b5'],
];

describe('a UUID', () => {
  it('comes out in lower case whatever case it came in', () => {
    expect(parseUuid('9A78E3B5-40e3-4997-87C4-F223952D71B5', 'id')).toBe(
      '9a78e3b5-40e3-4997-87c4-f223952d71b5',
    );
  });

  it('may have any version and variant', () => {
    expect(isUuid('ffffffff-ffff-ffff-ffff-ffffffffffff')).toBe(true);
  });

  it.each(NOT_UUIDS)('is not %s', (_, text) => {
    const error = errorOf(() => parseUuid(text, 'items[3].encryptionId'));
    expect(error?.code).toBe('invalid_request');
    expect(error?.errors?.map(({ field }) => field)).toEqual(['items[3].encryptionId']);
  });

  it('is refused as a fault of ours where its bytes are wanted', () => {
    expect(errorOf(() => uuidBytes('nonsense'))?.code).toBe('internal');
  });

  it('has the bytes of its text, in that order', () => {
    fc.assert(
      fc.property(fc.uuid(), (text) => {
        expect(uuidBytes(text.toUpperCase()).toString('hex')).toBe(text.replaceAll('-', ''));
      }),
    );
  });
});
