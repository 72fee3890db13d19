import { encodeMembers } from '@app/encoding';
import { SecretBytes } from '@app/secret';
import { refusalOf } from '../../../../test/support/refusal.js';
import { describe, expect, it } from 'vitest';
import { AES_256_GCM } from '../hazmat/aes-256-gcm.js';
import type { KeyPlace } from '../key-place.js';
import { CLIENT_KEK_URI, deriveClientKek } from './client-kek.js';
import { deriveOuterLockKey, lockOuter, unlockOuter, type OuterKey } from './outer-lock.js';
import {
  isOuterLocked,
  parseOuterLockedRecord,
  type OuterLockedRecord,
} from './outer-locked-record.js';
import { unwrapDek } from './unwrap-dek.js';
import { encodeWrapBinding } from './wrap-binding.js';
import { wrapDek } from './wrap-dek.js';

const PLACE: KeyPlace = {
  tenantId: '7ff3b602-997b-4510-a596-5db792f8e3a6',
  encryptionId: '4d617a21-7574-4cc9-8392-8eeaad156a57',
  encryptionVersionId: '5c9bc386-82c7-4b60-b8cb-4425ea0e160b',
  suite: 'AES-256-GCM',
};
const ELSEWHERE = '00000000-0000-4000-8000-000000000000';
const MASTER_KEY = secretOf(1);
const DEK = secretOf(2);
const OUTER: OuterKey = { id: 'b52195e6-18a1-40df-b57c-154cee52967e', key: secretOf(3) };
const KEK = deriveClientKek(MASTER_KEY, PLACE);
const CLIENT_RECORD = wrapDek(KEK, CLIENT_KEK_URI, PLACE, DEK);
const RECORD = lockOuter(OUTER, PLACE, CLIENT_RECORD);

const ALARM = { code: 'internal', alarm: 'wrapped_key_integrity' };
const MISMATCH = { code: 'master_key_mismatch', alarm: undefined };
const MISUSE = { code: 'internal', alarm: undefined };

function secretOf(byte: number, length = 32): SecretBytes {
  return SecretBytes.copyOf(Buffer.alloc(length, byte));
}

function flipBit(base64: string, bit: number): string {
  const bytes = Buffer.from(base64, 'base64');
  bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return bytes.toString('base64');
}

function bitsOf(base64: string): number[] {
  return Array.from({ length: Buffer.from(base64, 'base64').length * 8 }, (_, bit) => bit);
}

function open(masterKey: SecretBytes, record: unknown, place = PLACE): SecretBytes {
  using kek = deriveClientKek(masterKey, place);
  return unwrapDek(kek, place, unlockOuter(OUTER, place, record), {
    onMismatch: 'master_key_mismatch',
  });
}

describe("a client's master key", () => {
  it('gives another KEK for each tenant and encryption, and the same for each version', () => {
    const keks = [
      KEK,
      deriveClientKek(secretOf(9), PLACE),
      deriveClientKek(MASTER_KEY, { ...PLACE, tenantId: ELSEWHERE }),
      deriveClientKek(MASTER_KEY, { ...PLACE, encryptionId: ELSEWHERE }),
    ].map((kek) => kek.expose().toString('hex'));
    expect(new Set(keks).size).toBe(4);
    const sibling = { ...PLACE, encryptionVersionId: ELSEWHERE };
    expect(deriveClientKek(MASTER_KEY, sibling).equals(KEK)).toBe(true);
  });

  it('is left as it was, and has 32 bytes', () => {
    expect(MASTER_KEY.expose()).toEqual(Buffer.alloc(32, 1));
    for (const length of [0, 16, 31, 33, 64]) {
      expect(refusalOf(() => deriveClientKek(secretOf(1, length), PLACE))).toEqual(MISUSE);
    }
  });
});

describe('a record of client mode', () => {
  it('opens with both keys', () => {
    expect(open(MASTER_KEY, RECORD).equals(DEK)).toBe(true);
    expect(unlockOuter(OUTER, PLACE, RECORD)).toEqual(CLIENT_RECORD);
  });

  it('has exactly the members of its format, and shows nothing that a password could be tried on', () => {
    expect(Object.keys(RECORD).toSorted()).toEqual([
      'kekUri',
      'outer',
      'outerKeyId',
      'outerNonce',
      'v',
    ]);
    for (const name of ['w', 'com', 'nonce', 'ct'] as const) {
      expect(JSON.stringify(RECORD)).not.toContain(CLIENT_RECORD[name]);
    }
  });

  it('is told from a record with one lock', () => {
    expect([RECORD, CLIENT_RECORD].map(isOuterLocked)).toEqual([true, false]);
    expect(parseOuterLockedRecord(CLIENT_RECORD)).toBeUndefined();
  });

  it('is locked anew each time', () => {
    const other = lockOuter(OUTER, PLACE, CLIENT_RECORD);
    expect(other.outerNonce).not.toBe(RECORD.outerNonce);
    expect(other.outer).not.toBe(RECORD.outer);
  });

  it("answers master_key_mismatch for another key of the client's, and an alarm unless asked", () => {
    expect(refusalOf(() => open(secretOf(4), RECORD))).toEqual(MISMATCH);
    const inner = unlockOuter(OUTER, PLACE, RECORD);
    expect(refusalOf(() => unwrapDek(secretOf(4), PLACE, inner))).toEqual(ALARM);
  });

  it('raises an alarm where the right key meets a changed ciphertext', () => {
    const changed = lockOuter(OUTER, PLACE, {
      ...CLIENT_RECORD,
      ct: flipBit(CLIENT_RECORD.ct, 3),
    });
    expect(refusalOf(() => open(MASTER_KEY, changed))).toEqual(ALARM);
  });

  it.each(['outerNonce', 'outer'] as const)(
    'raises an alarm for any flipped bit of %s, whatever key the client brings',
    (name) => {
      for (const bit of bitsOf(RECORD[name])) {
        const changed = { ...RECORD, [name]: flipBit(RECORD[name], bit) };
        expect(refusalOf(() => open(MASTER_KEY, changed))).toEqual(ALARM);
        expect(refusalOf(() => open(secretOf(4), changed))).toEqual(ALARM);
      }
    },
  );

  it.each(['tenantId', 'encryptionId', 'encryptionVersionId'] as const)(
    'raises an alarm with another %s, not a mismatch',
    (name) => {
      const place = { ...PLACE, [name]: ELSEWHERE };
      expect(refusalOf(() => open(MASTER_KEY, RECORD, place))).toEqual(ALARM);
    },
  );

  it('raises an alarm under another outer key', () => {
    const sameId = { ...OUTER, key: secretOf(5) };
    const otherId = { ...OUTER, id: ELSEWHERE };
    expect(refusalOf(() => unlockOuter(sameId, PLACE, RECORD))).toEqual(ALARM);
    expect(refusalOf(() => unlockOuter(otherId, PLACE, RECORD))).toEqual(ALARM);
  });

  it('names its outer key in lower case, and takes it in either', () => {
    const upper = { ...OUTER, id: OUTER.id.toUpperCase() };
    expect(lockOuter(upper, PLACE, CLIENT_RECORD).outerKeyId).toBe(OUTER.id);
    expect(unlockOuter(upper, PLACE, RECORD)).toEqual(CLIENT_RECORD);
  });
});

describe('the second lock', () => {
  it('is no lock of another record than one of client mode', () => {
    const platform = wrapDek(KEK, 'local:default', PLACE, DEK);
    const provided = wrapDek(KEK, CLIENT_KEK_URI, PLACE, DEK, Buffer.from('x'));
    expect(refusalOf(() => lockOuter(OUTER, PLACE, platform))).toEqual(MISUSE);
    expect(refusalOf(() => lockOuter(OUTER, PLACE, provided))).toEqual(MISUSE);
    const broken = { ...CLIENT_RECORD, w: '' };
    expect(refusalOf(() => lockOuter(OUTER, PLACE, broken))).toEqual(MISUSE);
  });

  it('takes an outer key of 32 bytes alone', () => {
    const short = { ...OUTER, key: secretOf(3, 16) };
    expect(refusalOf(() => lockOuter(short, PLACE, CLIENT_RECORD))).toEqual(MISUSE);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['three members', encodeMembers(Buffer.alloc(32), Buffer.alloc(32), Buffer.alloc(12))],
    ['a short salt', encodeMembers('w', Buffer.alloc(32), Buffer.alloc(12), Buffer.alloc(48))],
  ])('raises an alarm where it holds %s, although it opens', (_, plaintext) => {
    const nonce = Buffer.alloc(12, 6);
    const aad = encodeWrapBinding(PLACE, CLIENT_KEK_URI);
    const key = deriveOuterLockKey(OUTER, aad);
    const { ciphertext, tag } = AES_256_GCM.seal(key, { nonce, aad }, plaintext);
    const outer = Buffer.concat([ciphertext, tag]).toString('base64');
    const record = { ...RECORD, outerNonce: nonce.toString('base64'), outer };
    expect(refusalOf(() => unlockOuter(OUTER, PLACE, record))).toEqual(ALARM);
  });
});

function without(name: keyof OuterLockedRecord): object {
  return Object.fromEntries(Object.entries(RECORD).filter(([key]) => key !== name));
}

const OTHER_FORMS: [string, unknown][] = [
  ['null', null],
  ['text', JSON.stringify(RECORD)],
  ['no members', {}],
  ['one lock alone', CLIENT_RECORD],
  ['v 2', { ...RECORD, v: 2 }],
  ['a member more', { ...RECORD, w: CLIENT_RECORD.w }],
  ['no outerKeyId', without('outerKeyId')],
  ['no outer but a member more', { ...without('outer'), extra: '' }],
  ['another kekUri', { ...RECORD, kekUri: 'local:default' }],
  ['an outerKeyId in capitals', { ...RECORD, outerKeyId: OUTER.id.toUpperCase() }],
  ['an outerKeyId that is no UUID', { ...RECORD, outerKeyId: 'x' }],
  ['a nonce of 16 bytes', { ...RECORD, outerNonce: Buffer.alloc(16).toString('base64') }],
  ['a nonce that is no text', { ...RECORD, outerNonce: 7 }],
  ['outer shorter than a tag', { ...RECORD, outer: RECORD.outerNonce }],
  ['outer with a line end', { ...RECORD, outer: `${RECORD.outer}\n` }],
];

describe('a record of another form', () => {
  it.each(OTHER_FORMS)('raises an alarm: %s', (_, record) => {
    expect(refusalOf(() => unlockOuter(OUTER, PLACE, record))).toEqual(ALARM);
  });
});
