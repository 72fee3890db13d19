import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { generateDek } from '../dek/generate-dek.js';
import type { KeyPlace } from '../key-place.js';
import { SUITES } from '../suites.js';
import type { BlobMetadata } from './blob-metadata.js';
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

function flipBit(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return bytes.toString('base64');
}

function bitsOf(base64: string): number[] {
  return Array.from({ length: Buffer.from(base64, 'base64').length * 8 }, (_, bit) => bit);
}

function changed(change: Partial<Record<keyof BlobMetadata, unknown>>): OpenInput {
  return { ...OPEN, metadata: { ...SEALED.metadata, ...change } };
}

const SUITE_KEYS = await Promise.all(
  Object.values(SUITES).map(async ({ name }) => {
    using dek = await generateDek(name);
    return { name, dek: Buffer.from(dek.expose()), place: { ...PLACE, suite: name } };
  }),
);

describe.each(SUITE_KEYS)('a blob of $name of which one bit was flipped', ({ dek, place }) => {
  const keys = keysOf(place, dek);
  const sealed = sealBlob(keys, INPUT);
  const open: OpenInput = { ...sealed, context: { purpose: 'test' } };

  it('opens as it was', () => {
    expect(openBlob(keys, open).data.toString()).toBe('attack at dawn');
  });

  it('does not open: cipherText', () => {
    for (const bit of bitsOf(sealed.cipherText)) {
      const cipherText = flipBit(sealed.cipherText, bit);
      expect(codeOf(keys, { ...open, cipherText })).toBe('decryption_failed');
    }
  });

  it.each(['iv', 'tag', 'commitment'] as const)('does not open: %s', (name) => {
    for (const bit of bitsOf(sealed.metadata[name])) {
      const metadata = { ...sealed.metadata, [name]: flipBit(sealed.metadata[name], bit) };
      expect(codeOf(keys, { ...open, metadata })).toBe('decryption_failed');
    }
  });

  it.each(['iv', 'tag', 'commitment'] as const)('does not open with %s of a length', (name) => {
    const right = Buffer.from(sealed.metadata[name], 'base64');
    for (const length of [0, 8, 11, 12, 13, 15, 16, 17, 23, 24, 25, 31, 32, 33]) {
      const bytes = Buffer.concat([right, right, right]).subarray(0, length);
      const metadata = { ...sealed.metadata, [name]: bytes.toString('base64') };
      const expected = length === right.length ? undefined : 'decryption_failed';
      expect(codeOf(keys, { ...open, metadata })).toBe(expected);
    }
  });

  it('does not open with cipherText cut or longer', () => {
    const body = Buffer.from(sealed.cipherText, 'base64');
    for (const length of [0, 1, 3, 4, 5, body.length - 1, body.length + 1]) {
      const cipherText = Buffer.concat([body, body]).subarray(0, length).toString('base64');
      expect(codeOf(keys, { ...open, cipherText })).toBe('decryption_failed');
    }
  });

  it.each(['tenantId', 'encryptionId', 'encryptionVersionId'] as const)(
    'does not open: %s',
    (name) => {
      const hex = place[name].replaceAll('-', '');
      for (const bit of Array.from({ length: 128 }, (_, index) => index)) {
        const flipped = Buffer.from(
          flipBit(Buffer.from(hex, 'hex').toString('base64'), bit),
          'base64',
        ).toString('hex');
        const uuid = flipped.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
        expect(codeOf(keysOf({ ...place, [name]: uuid }, dek), open)).toBe('decryption_failed');
      }
    },
  );

  it("does not open: the secret of the version's key", () => {
    const secretAt = SUITES[place.suite].hasMessageKeys ? 4 : 0;
    for (const bit of [0, 1, 100, 255]) {
      const other = Buffer.from(flipBit(dek.toString('base64'), secretAt * 8 + bit), 'base64');
      expect(codeOf(keysOf(place, other), open)).toBe('decryption_failed');
    }
  });

  it('does not open under another suite with the same key', () => {
    for (const other of SUITE_KEYS.filter(({ name }) => name !== place.suite)) {
      expect(codeOf(keysOf(other.place, other.dek), open)).toBe('decryption_failed');
    }
  });
});

describe('a blob in another place than its own', () => {
  it.each([
    ['no context', undefined],
    ['another value', { purpose: 'Test' }],
    ['another key', { Purpose: 'test' }],
    ['an entry more', { purpose: 'test', '': '' }],
    ['the context cut otherwise', { purposet: 'est' }],
  ])('does not open with %s', (_, context) => {
    expect(codeOf(KEYS, { ...OPEN, context })).toBe('decryption_failed');
  });

  it.each([
    ['another encoding', { encoding: 'base64' }],
    ['another kind', { kind: 'data-key' }],
    ['another origin', { origin: '00000000-0000-4000-8000-000000000000' }],
  ])('does not open with %s in its metadata', (_, change) => {
    expect(codeOf(KEYS, changed(change))).toBe('decryption_failed');
  });

  it('does not open without its origin, or with one that it never had', () => {
    const { origin, ...rest } = SEALED.metadata;
    expect(codeOf(KEYS, { ...OPEN, metadata: rest })).toBe('decryption_failed');
    const plain = sealBlob(KEYS, { kind: 'data', encoding: 'utf8', data: Buffer.from('x') });
    expect(codeOf(KEYS, { ...plain, metadata: { ...plain.metadata, origin } })).toBe(
      'decryption_failed',
    );
  });

  it('does not open with the parts of two blobs mixed', () => {
    const other = sealBlob(KEYS, INPUT);
    expect(codeOf(KEYS, { ...OPEN, cipherText: other.cipherText })).toBe('decryption_failed');
    for (const name of ['iv', 'tag', 'commitment'] as const) {
      expect(codeOf(KEYS, changed({ [name]: other.metadata[name] }))).toBe('decryption_failed');
    }
  });
});

const WRONG_INSIDE: [string, unknown][] = [
  ['no members', {}],
  ['v 2', { ...SEALED.metadata, v: 2 }],
  ['v as text', { ...SEALED.metadata, v: '1' }],
  ['v true', { ...SEALED.metadata, v: true }],
  ['a member more', { ...SEALED.metadata, alg: 'AES-256-GCM' }],
  [
    'a member __proto__ more',
    JSON.parse(`{"__proto__":1,${JSON.stringify(SEALED.metadata).slice(1)}`) as unknown,
  ],
  [
    'no tag',
    Object.fromEntries(Object.entries(SEALED.metadata).filter(([name]) => name !== 'tag')),
  ],
  ['no tag but a member more', { ...SEALED.metadata, tag: undefined, x: 1 }],
  ['another kind', { ...SEALED.metadata, kind: 'stream' }],
  ['kind as a list', { ...SEALED.metadata, kind: ['data'] }],
  ['another encoding', { ...SEALED.metadata, encoding: 'UTF8' }],
  ['iv null', { ...SEALED.metadata, iv: null }],
  ['iv of 16 bytes', { ...SEALED.metadata, iv: SEALED.metadata.tag }],
  ['iv empty', { ...SEALED.metadata, iv: '' }],
  ['tag of 12 bytes', { ...SEALED.metadata, tag: SEALED.metadata.iv }],
  ['commitment of 16 bytes', { ...SEALED.metadata, commitment: SEALED.metadata.tag }],
  ['a line end in base64', { ...SEALED.metadata, tag: `${SEALED.metadata.tag}\n` }],
  [
    'base64 without its padding',
    { ...SEALED.metadata, tag: SEALED.metadata.tag.replaceAll('=', '') },
  ],
  ['origin null', { ...SEALED.metadata, origin: null }],
  ['origin empty', { ...SEALED.metadata, origin: '' }],
  ['origin in capitals', { ...SEALED.metadata, origin: ORIGIN.toUpperCase() }],
  ['origin without hyphens', { ...SEALED.metadata, origin: ORIGIN.replaceAll('-', '') }],
];

describe('metadata', () => {
  it.each(WRONG_INSIDE)('is refused as decryption_failed: %s', (_, metadata) => {
    expect(codeOf(KEYS, { ...OPEN, metadata })).toBe('decryption_failed');
  });

  it.each([
    ['null', null],
    ['a list', [SEALED.metadata]],
    ['text', JSON.stringify(SEALED.metadata)],
    ['absent', undefined],
    ['a number', 1],
  ])('is a wrong request where it is no object: %s', (_, metadata) => {
    expect(codeOf(KEYS, { ...OPEN, metadata })).toBe('invalid_request');
  });
});

describe('a request to open', () => {
  it.each(['QQ', 'QR==', ' ', `${SEALED.cipherText}\n`, SEALED.cipherText.replaceAll('=', '-')])(
    'is invalid_base64 where cipherText is not canonical',
    (cipherText) => {
      expect(codeOf(KEYS, { ...OPEN, cipherText })).toBe('invalid_base64');
    },
  );

  it('says what is wrong with the request before it looks at the blob', () => {
    const metadata = { ...SEALED.metadata, v: 2 };
    expect(codeOf(KEYS, { ...OPEN, metadata, cipherText: '?' })).toBe('invalid_base64');
    const context = Object.fromEntries(
      Array.from({ length: 33 }, (_, index) => [String(index), '']),
    );
    expect(codeOf(KEYS, { ...OPEN, metadata, context })).toBe('invalid_request');
  });
});
