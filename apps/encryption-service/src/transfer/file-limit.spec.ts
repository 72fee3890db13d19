import { describe, expect, it } from 'vitest';
import type { ExportedEncryption } from '@app/crypto';
import { AppError } from '@app/errors';
import { FileLimit } from './file-limit.js';

const BODY_BYTES = 128 * 1024;

function codeOf(act: () => void): string {
  try {
    act();
    return 'fits';
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
}

function encryptionOf(bytes: number): ExportedEncryption {
  return { encryptionId: 'x'.repeat(bytes) } as unknown as ExportedEncryption;
}

describe('the limit of a file', () => {
  const limit = new FileLimit(BODY_BYTES);

  it('leaves room for what a body has besides the payload, in base64', () => {
    const most = ((BODY_BYTES - 4096) * 3) / 4;
    expect(
      codeOf(() => {
        limit.assertFits([encryptionOf(most - 100)]);
      }),
    ).toBe('fits');
    expect(
      codeOf(() => {
        limit.assertFits([encryptionOf(most)]);
      }),
    ).toBe('payload_too_large');
  });

  it('counts bytes of UTF-8, not characters', () => {
    const wide = { name: 'ü'.repeat(60_000) } as unknown as ExportedEncryption;
    expect(
      codeOf(() => {
        limit.assertFits([wide]);
      }),
    ).toBe('payload_too_large');
  });

  it('refuses before anything is read what cannot fit', () => {
    expect(
      codeOf(() => {
        limit.assertVersions(100);
      }),
    ).toBe('fits');
    expect(
      codeOf(() => {
        limit.assertVersions(1000);
      }),
    ).toBe('payload_too_large');
  });
});
