import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as encoding from '@app/encoding';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import {
  decodeBase64,
  encodeBase64,
  encodeBase64Url,
  encodeHex,
  encodeMembers,
  utf8Of,
  uuidBytes,
} from './bytes.js';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const part = fc.oneof(text, fc.nat(), fc.uint8Array({ maxLength: 12 }));

describe('bytes without Buffer', () => {
  it('are the same E as in every other library', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
        const expected = encoding.encodeMembers(...parts);
        expect(Buffer.from(encodeMembers(...parts)).equals(expected)).toBe(true);
      }),
    );
  });

  it('are the same base64, base64url and hex', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        expect(encodeBase64(bytes)).toBe(encoding.encodeBase64(bytes));
        expect(encodeBase64Url(bytes)).toBe(encoding.encodeBase64Url(bytes));
        expect(encodeHex(bytes)).toBe(Buffer.from(bytes).toString('hex'));
        expect(decodeBase64(encodeBase64(bytes), 'salt')).toEqual(bytes);
      }),
    );
  });

  it('are taken from base64 exactly where every other library takes them', async () => {
    const alphabet = Array.from('ABCDwxyz0189+/-_= \n');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 12 }),
        async (spelling) => {
          const outcome = await clientRefusal(() => decodeBase64(spelling, 'salt'));
          const isCanonical = encoding.isCanonicalBase64(spelling);
          expect(outcome).toEqual(isCanonical ? 'done' : ['invalid_base64', 'salt']);
        },
      ),
    );
    expect(await clientRefusal(() => decodeBase64('QR==', 'salt'))).toEqual([
      'invalid_base64',
      'salt',
    ]);
  });

  it('are those of a UUID, in either case', async () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const expected = Uint8Array.from(encoding.uuidBytes(uuid));
        expect(uuidBytes(uuid, 'userId')).toEqual(expected);
        expect(uuidBytes(uuid.toUpperCase(), 'userId')).toEqual(expected);
      }),
    );
    for (const other of ['', '0', '{00000000-0000-0000-0000-000000000000}', '0'.repeat(32)])
      expect(await clientRefusal(() => uuidBytes(other, 'userId'))).toEqual([
        'invalid_request',
        'userId',
      ]);
  });

  it('are none of text with a lone surrogate, which would be U+FFFD', async () => {
    expect(await clientRefusal(() => utf8Of('a\ud800', 'password'))).toEqual([
      'invalid_request',
      'password',
    ]);
  });
});
