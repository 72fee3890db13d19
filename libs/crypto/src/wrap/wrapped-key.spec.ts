import { AppError } from '@app/errors';
import { SecretBytes } from '@app/secret';
import { refusalOf } from '../../../../test/support/refusal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import type { KeyPlace } from '../key-place.js';
import { unwrapDek } from './unwrap-dek.js';
import { deriveWrapKeys, encodeWrapBinding } from './wrap-binding.js';
import { generateDek } from '../dek/generate-dek.js';
import { wrapDek } from './wrap-dek.js';
import type { WrappedKeyRecord } from './wrapped-key-record.js';

const URI = 'local:default';
const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const KEK = SecretBytes.copyOf(Buffer.alloc(32, 1));
const DEK = SecretBytes.copyOf(Buffer.alloc(32, 2));
const RECORD = wrapDek(KEK, URI, PLACE, DEK);

const ALARM = { code: 'internal', alarm: 'wrapped_key_integrity' };

function flipBit(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const at = Math.floor(bit / 8) % bytes.length;
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (bit % 8)), at);
  return bytes.toString('base64');
}

function without(name: keyof WrappedKeyRecord): object {
  return Object.fromEntries(Object.entries(RECORD).filter(([key]) => key !== name));
}

describe('a wrapped key', () => {
  it('has exactly the members of its format', () => {
    expect(Object.keys(RECORD).toSorted()).toEqual(['com', 'ct', 'kekUri', 'nonce', 'v', 'w']);
    expect(RECORD.v).toBe(1);
    expect(
      [RECORD.w, RECORD.com, RECORD.nonce, RECORD.ct].map(
        (text) => Buffer.from(text, 'base64').length,
      ),
    ).toEqual([32, 32, 12, 48]);
  });

  it('keeps what a provider gave with it', () => {
    const record = wrapDek(KEK, 'aws-kms:x', PLACE, DEK, Buffer.from('given'));
    expect(record.provided).toBe('Z2l2ZW4=');
    expect(unwrapDek(KEK, PLACE, record).equals(DEK)).toBe(true);
  });

  it('is made anew each time', () => {
    const other = wrapDek(KEK, URI, PLACE, DEK);
    expect([other.w, other.com, other.nonce, other.ct]).not.toEqual([
      RECORD.w,
      RECORD.com,
      RECORD.nonce,
      RECORD.ct,
    ]);
    expect(other.w).not.toBe(RECORD.w);
    expect(other.nonce).not.toBe(RECORD.nonce);
  });

  it('leaves both keys as they were', () => {
    expect(KEK.expose()).toEqual(Buffer.alloc(32, 1));
    expect(DEK.expose()).toEqual(Buffer.alloc(32, 2));
  });

  it('opens to the key that was wrapped, under any URI, out of a database that sorted its members', () => {
    const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        keys,
        keys,
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        (kekBytes, dekBytes, name) => {
          const kek = SecretBytes.copyOf(kekBytes);
          const record = wrapDek(kek, `local:${name}`, PLACE, SecretBytes.copyOf(dekBytes));
          const stored = JSON.parse(
            JSON.stringify(Object.fromEntries(Object.entries(record).toSorted())),
          ) as unknown;
          expect(unwrapDek(kek, PLACE, stored).expose()).toEqual(Buffer.from(dekBytes));
        },
      ),
    );
  });

  it('takes UUIDs in either case', () => {
    const upper = { ...PLACE, tenantId: PLACE.tenantId.toUpperCase() };
    expect(unwrapDek(KEK, upper, RECORD).equals(DEK)).toBe(true);
  });

  it.each(['w', 'com', 'nonce', 'ct'] as const)(
    'raises an alarm when any bit of %s was flipped',
    (name) => {
      for (let bit = 0; bit < Buffer.from(RECORD[name], 'base64').length * 8; bit += 1) {
        const changed = { ...RECORD, [name]: flipBit(RECORD[name], bit) };
        expect(refusalOf(() => unwrapDek(KEK, PLACE, changed))).toEqual(ALARM);
      }
    },
  );

  it('raises an alarm under another master key', () => {
    expect(
      refusalOf(() => unwrapDek(SecretBytes.copyOf(Buffer.alloc(32, 3)), PLACE, RECORD)),
    ).toEqual(ALARM);
  });

  it.each(['tenantId', 'encryptionId', 'encryptionVersionId'] as const)(
    'raises an alarm with another %s',
    (name) => {
      const elsewhere = { ...PLACE, [name]: '00000000-0000-4000-8000-000000000000' };
      expect(refusalOf(() => unwrapDek(KEK, elsewhere, RECORD))).toEqual(ALARM);
    },
  );

  it('raises an alarm where two records were mixed', async () => {
    const other = wrapDek(KEK, URI, PLACE, await generateDek('AES-256-GCM'));
    for (const name of ['w', 'com', 'nonce', 'ct'] as const) {
      expect(refusalOf(() => unwrapDek(KEK, PLACE, { ...RECORD, [name]: other[name] }))).toEqual(
        ALARM,
      );
    }
  });

  it('does not say in its error which key or record it was', () => {
    const error = (() => {
      try {
        return unwrapDek(KEK, PLACE, { ...RECORD, ct: flipBit(RECORD.ct, 0) });
      } catch (caught) {
        return caught as AppError;
      }
    })();
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(RECORD.ct);
  });
});

const OTHER_FORMS: [string, unknown][] = [
  ['null', null],
  ['text', JSON.stringify(RECORD)],
  ['a list', [RECORD]],
  ['no members', {}],
  ['v 2', { ...RECORD, v: 2 }],
  ['v as text', { ...RECORD, v: '1' }],
  ['a member more', { ...RECORD, alg: 'AES-256-GCM' }],
  [
    'a member __proto__ more',
    JSON.parse(`{"__proto__":1,${JSON.stringify(RECORD).slice(1)}`) as unknown,
  ],
  ['no w', without('w')],
  ['no com', without('com')],
  ['no nonce', without('nonce')],
  ['no ct', without('ct')],
  ['no kekUri', without('kekUri')],
  ['no ct but a member more', { ...without('ct'), extra: '' }],
  ['another kekUri', { ...RECORD, kekUri: 'local:other' }],
  ['a kekUri that is no text', { ...RECORD, kekUri: 7 }],
  ['a kekUri too long', { ...RECORD, kekUri: `local:${'x'.repeat(512)}` }],
  ['a kekUri with half of a character', { ...RECORD, kekUri: 'local:\ud800' }],
  ['provided null', { ...RECORD, provided: null }],
  ['provided that is no base64', { ...RECORD, provided: '?' }],
  ['a short w', { ...RECORD, w: RECORD.nonce }],
  ['a short com', { ...RECORD, com: RECORD.nonce }],
  ['a long nonce', { ...RECORD, nonce: RECORD.w }],
  ['a ct shorter than a tag', { ...RECORD, ct: RECORD.nonce }],
  ['an empty ct', { ...RECORD, ct: '' }],
  ['bytes that are a number', { ...RECORD, ct: 7 }],
  ['base64 without its padding', { ...RECORD, w: RECORD.w.replaceAll('=', '') }],
  ['a line end', { ...RECORD, ct: `${RECORD.ct}\n` }],
];

describe('a record of another form', () => {
  it.each(OTHER_FORMS)('raises an alarm: %s', (_, record) => {
    expect(refusalOf(() => unwrapDek(KEK, PLACE, record))).toEqual(ALARM);
  });

  it('raises an alarm where what it holds is of another length, although it opens', () => {
    const [salt, nonce] = [Buffer.alloc(32, 5), Buffer.alloc(12, 6)];
    const aad = encodeWrapBinding(PLACE, URI);
    const keys = deriveWrapKeys(KEK, salt, aad);
    const { ciphertext, tag } = AES_256_GCM.seal(keys.encryption, { nonce, aad }, Buffer.alloc(31));
    const [w, com] = [salt.toString('base64'), keys.commitment.toString('base64')];
    const ct = Buffer.concat([ciphertext, tag]).toString('base64');
    const record = { v: 1, kekUri: URI, w, com, nonce: nonce.toString('base64'), ct };
    expect(refusalOf(() => unwrapDek(KEK, PLACE, record))).toEqual(ALARM);
  });
});

describe('wrapping', () => {
  it('refuses keys of other lengths and a URI too long', () => {
    const short = SecretBytes.copyOf(Buffer.alloc(16));
    const fault = { code: 'internal', alarm: undefined };
    expect(refusalOf(() => wrapDek(short, URI, PLACE, DEK))).toEqual(fault);
    expect(refusalOf(() => wrapDek(KEK, URI, PLACE, short))).toEqual(fault);
    expect(refusalOf(() => wrapDek(KEK, `local:${'\u00e9'.repeat(256)}`, PLACE, DEK))).toEqual(
      fault,
    );
  });

  it('refuses a private key of which nothing would open', async () => {
    const place = { ...PLACE, suite: 'RSA-OAEP-3072-SHA256+AES-256-GCM' } as const;
    const [one, other] = [await generateDek(place.suite), await generateDek(place.suite)];
    expect(unwrapDek(KEK, place, wrapDek(KEK, URI, place, one)).equals(one)).toBe(true);
    // The modulus of another key, right in its form: secret and lengths come before it, 384 bytes.
    const mixed = Buffer.from(one.expose());
    other.expose().copy(mixed, 77, 77, 77 + 384);
    const fault = { code: 'internal', alarm: undefined };
    expect(refusalOf(() => wrapDek(KEK, URI, place, SecretBytes.copyOf(mixed)))).toEqual(fault);
  });

  it('generates keys of the suite, each another', async () => {
    const [one, other] = [await generateDek('AES-256-GCM'), await generateDek('AES-256-GCM')];
    expect(one).toHaveLength(32);
    expect(one.equals(other)).toBe(false);
  });
});

describe('an outer key', () => {
  const place = { outerKeyId: 'b52195e6-18a1-40df-b57c-154cee52967e' };
  const record = wrapDek(KEK, URI, place, DEK);

  it('is wrapped as any key, but opens in no place of a tenant', () => {
    expect(unwrapDek(KEK, place, record).equals(DEK)).toBe(true);
    expect(refusalOf(() => unwrapDek(KEK, PLACE, record))).toEqual(ALARM);
    expect(refusalOf(() => unwrapDek(KEK, place, RECORD))).toEqual(ALARM);
    const other = { outerKeyId: PLACE.tenantId };
    expect(refusalOf(() => unwrapDek(KEK, other, record))).toEqual(ALARM);
  });

  it('has 32 bytes', () => {
    const short = SecretBytes.copyOf(Buffer.alloc(31));
    expect(refusalOf(() => wrapDek(KEK, URI, place, short))).toEqual({
      code: 'internal',
      alarm: undefined,
    });
  });
});
