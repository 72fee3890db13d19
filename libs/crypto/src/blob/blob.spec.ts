import { encodeBase64, encodeContext } from '@app/encoding';
import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyPlace } from '../key-place.js';
import { commit, encodeAssociatedData } from './associated-data.js';
import { openBlob, type OpenInput } from './open-blob.js';
import { sealBlob, type SealInput } from './seal-blob.js';
import { deriveVersionKeys, type VersionKeys } from './version-keys.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const ORIGIN = 'b52195e6-18a1-40df-b57c-154cee52967e';
const DEK = Buffer.alloc(32, 7);
const KEYS = keysOf(PLACE, DEK);

function keysOf(place: KeyPlace, dek: Buffer): VersionKeys {
  using secret = SecretBytes.copyOf(dek);
  return deriveVersionKeys(secret, place);
}

function codeOf(keys: VersionKeys, input: OpenInput): string | undefined {
  try {
    openBlob(keys, input);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

const INPUT: SealInput = {
  kind: 'data',
  encoding: 'utf8',
  data: Buffer.from('attack at dawn'),
  context: { purpose: 'test' },
  origin: ORIGIN,
};
const SEALED = sealBlob(KEYS, INPUT);
const OPEN: OpenInput = { ...SEALED, context: { purpose: 'test' } };

describe('a sealed blob', () => {
  it('opens to what was sealed, for any data, context, encoding and origin', () => {
    const context = fc.dictionary(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      { maxKeys: 8 },
    );
    const origin = fc.option(fc.uuid(), { nil: undefined });
    const data = fc.oneof(
      fc
        .uint8Array({ maxLength: 300 })
        .map((bytes) => ({ encoding: 'base64' as const, data: Buffer.from(bytes) })),
      fc
        .string({ unit: 'binary' })
        .map((text) => ({ encoding: 'utf8' as const, data: Buffer.from(text) })),
    );
    fc.assert(
      fc.property(data, context, origin, (plain, entries, from) => {
        const { cipherText, metadata } = sealBlob(KEYS, {
          kind: 'data',
          ...plain,
          context: entries,
          origin: from,
        });
        const stored = JSON.parse(JSON.stringify(metadata)) as unknown;
        const opened = openBlob(KEYS, { cipherText, metadata: stored, context: entries });
        expect(opened).toEqual({
          kind: 'data',
          ...plain,
          ...(from === undefined ? {} : { origin: from }),
        });
      }),
    );
  });

  it('has exactly the members of its format', () => {
    expect(Object.keys(SEALED.metadata).toSorted()).toEqual([
      'commitment',
      'encoding',
      'iv',
      'kind',
      'origin',
      'tag',
      'v',
    ]);
    const { metadata } = sealBlob(KEYS, { kind: 'data', encoding: 'utf8', data: Buffer.alloc(0) });
    expect(Object.keys(metadata).toSorted()).toEqual([
      'commitment',
      'encoding',
      'iv',
      'kind',
      'tag',
      'v',
    ]);
  });

  it('has another nonce each time, so another ciphertext', () => {
    const blobs = Array.from({ length: 500 }, () => sealBlob(KEYS, INPUT));
    expect(new Set(blobs.map(({ metadata }) => metadata.iv)).size).toBe(500);
    expect(new Set(blobs.map(({ cipherText }) => cipherText)).size).toBe(500);
  });

  it('writes an origin in lower case', () => {
    expect(sealBlob(KEYS, { ...INPUT, origin: ORIGIN.toUpperCase() }).metadata.origin).toBe(ORIGIN);
  });

  it('leaves the data as it was', () => {
    expect(INPUT.data.toString()).toBe('attack at dawn');
  });

  it('opens with an absent context where it was sealed with an empty one', () => {
    const { cipherText, metadata } = sealBlob(KEYS, { ...INPUT, context: {} });
    expect(openBlob(KEYS, { cipherText, metadata }).data.toString()).toBe('attack at dawn');
  });

  it('opens whatever the order of its metadata', () => {
    const metadata = Object.fromEntries(Object.entries(SEALED.metadata).toReversed());
    expect(openBlob(KEYS, { ...OPEN, metadata }).origin).toBe(ORIGIN);
  });
});

describe('a data key', () => {
  const key: SealInput = { kind: 'data-key', encoding: 'base64', data: Buffer.alloc(32, 3) };
  const sealed = sealBlob(KEYS, key);

  it('opens as a data key and never as data', () => {
    expect(openBlob(KEYS, { ...sealed, kind: 'data-key' })).toEqual({ ...key });
    expect(codeOf(KEYS, sealed)).toBe('decryption_failed');
    expect(codeOf(KEYS, { ...sealed, kind: 'data' })).toBe('decryption_failed');
  });

  it('opens as what it is where the route keeps the kind, and so does data', () => {
    expect(openBlob(KEYS, { ...sealed, kind: 'any' }).kind).toBe('data-key');
    expect(openBlob(KEYS, { ...OPEN, kind: 'any' }).kind).toBe('data');
  });

  it('is nothing that data opens as', () => {
    expect(codeOf(KEYS, { ...OPEN, kind: 'data-key' })).toBe('decryption_failed');
  });

  it.each([
    ['33 bytes', { ...key, data: Buffer.alloc(33) }],
    ['text', { ...key, encoding: 'utf8' as const }],
  ])('cannot be %s', (_, input) => {
    expect(() => sealBlob(KEYS, input)).toThrow('internal');
  });

  it.each([
    ['31 bytes', 'base64', Buffer.alloc(31)],
    ['text', 'utf8', Buffer.alloc(32)],
  ] as const)('does not open as %s, although all of it is authentic', (_, encoding, data) => {
    const nonce = Buffer.alloc(12, 1);
    const aad = encodeAssociatedData(KEYS, { kind: 'data-key', encoding }, encodeContext({}));
    const { ciphertext, tag } = KEYS.derived.cipher.seal({ nonce, aad }, data);
    const [iv, commitment] = [nonce, commit(KEYS, nonce, aad, undefined)].map(encodeBase64);
    const metadata = { v: 1, kind: 'data-key', encoding, iv, tag: encodeBase64(tag), commitment };
    const blob: OpenInput = { kind: 'data-key', cipherText: encodeBase64(ciphertext), metadata };
    expect(codeOf(KEYS, blob)).toBe('decryption_failed');
  });
});

describe('sealing', () => {
  it('refuses data that is not UTF-8 as text, since it would never open again', () => {
    const data = Buffer.from([0xff]);
    expect(() => sealBlob(KEYS, { kind: 'data', encoding: 'utf8', data })).toThrow('internal');
    expect(sealBlob(KEYS, { kind: 'data', encoding: 'base64', data }).cipherText).toHaveLength(4);
  });
});

describe('the keys of a version', () => {
  it('take a key of the length of the suite alone', () => {
    expect(() => keysOf(PLACE, Buffer.alloc(16))).toThrow('internal');
  });

  it('have a key for streams that is always the same, and its own', () => {
    const keys = keysOf(PLACE, DEK);
    expect(keys.streamKey).toBe(keys.streamKey);
    expect(keys.streamKey.equals(KEYS.streamKey)).toBe(true);
    expect(keys.streamKey.equals(keys.derived.commitment)).toBe(false);
    expect(keys.streamKey.equals(keysOf({ ...PLACE, tenantId: ORIGIN }, DEK).streamKey)).toBe(
      false,
    );
  });

  it('do nothing any more once they have been disposed of', () => {
    const keys = keysOf(PLACE, DEK);
    {
      using disposed = keys;
      expect(openBlob(disposed, OPEN).data.toString()).toBe('attack at dawn');
    }
    keys.dispose();
    expect(codeOf(keys, OPEN)).toBe('internal');
    expect(() => sealBlob(keys, INPUT)).toThrow('internal');
    expect(() => keys.streamKey).toThrow('internal');
  });

  it('show nothing of themselves', () => {
    expect(JSON.stringify(KEYS)).not.toContain(DEK.toString('base64'));
    expect(Object.keys(KEYS)).toEqual(['suite']);
  });

  it('outlive the key that they were derived from', () => {
    const dek = SecretBytes.copyOf(DEK);
    const keys = deriveVersionKeys(dek, PLACE);
    dek.dispose();
    expect(openBlob(keys, OPEN).encoding).toBe('utf8');
  });
});
