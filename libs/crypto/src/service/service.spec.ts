import { SecretBytes, SecretString } from '@app/secret';
import { refusalOf } from '../../../../test/support/refusal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  generateApiSecret,
  hashApiSecret,
  isApiSecret,
  isWellFormedApiSecret,
} from './api-secret.js';
import { macRow, verifyRow } from './row-mac.js';
import { deriveServiceKeys } from './service-keys.js';

const TENANT = '7ff3b602-997b-4510-a596-5db792f8e3a6';
const CLIENT = '4d617a21-7574-4cc9-8392-8eeaad156a57';
const KEYS = deriveServiceKeys(SecretBytes.copyOf(Buffer.alloc(32, 9)));

describe('the keys of a service', () => {
  it('are derived from 32 bytes and nothing else', () => {
    const secret = SecretBytes.copyOf(Buffer.alloc(31));
    expect(refusalOf(() => deriveServiceKeys(secret))).toEqual({
      code: 'internal',
      alarm: undefined,
    });
  });

  it('differ by purpose', () => {
    expect(KEYS.integrity.equals(KEYS.apiSecret)).toBe(false);
  });
});

describe('an API secret', () => {
  it('has 52 characters, a prefix and a checksum', () => {
    const secret = generateApiSecret().expose();
    expect(secret).toMatch(/^kw_[A-Za-z0-9_-]{49}$/);
    expect(isWellFormedApiSecret(secret)).toBe(true);
  });

  it('is not well formed after any typing error', () => {
    const secret = generateApiSecret().expose();
    for (let at = 0; at < secret.length; at += 1) {
      const typed = secret.slice(0, at) + (secret[at] === 'x' ? 'y' : 'x') + secret.slice(at + 1);
      expect(isWellFormedApiSecret(typed)).toBe(false);
    }
    const others = [
      '',
      'kw_',
      secret.slice(1),
      secret.slice(0, -1),
      `${secret}x`,
      ` ${secret}`,
      `${secret}\n`,
    ];
    expect(others.filter(isWellFormedApiSecret)).toEqual([]);
  });

  it('fits its own hash and no other secret, client, tenant or service', () => {
    const [secret, owner] = [generateApiSecret(), { tenantId: TENANT, clientId: CLIENT }];
    const stored = hashApiSecret(KEYS.apiSecret, owner, secret);
    const swapped = { tenantId: CLIENT, clientId: TENANT };
    const otherService = deriveServiceKeys(SecretBytes.copyOf(Buffer.alloc(32, 8)));
    expect(isApiSecret(KEYS.apiSecret, owner, secret, stored)).toBe(true);
    expect(isApiSecret(KEYS.apiSecret, owner, generateApiSecret(), stored)).toBe(false);
    expect(isApiSecret(KEYS.apiSecret, swapped, secret, stored)).toBe(false);
    expect(isApiSecret(KEYS.apiSecret, { clientId: CLIENT }, secret, stored)).toBe(false);
    expect(isApiSecret(otherService.apiSecret, owner, secret, stored)).toBe(false);
    expect(isApiSecret(KEYS.apiSecret, owner, secret, stored.subarray(0, 16))).toBe(false);
  });

  it('is hashed as it was sent, whatever that was', () => {
    const owner = { clientId: CLIENT };
    const [one, other] = ['', 'kw_short'].map((text) =>
      hashApiSecret(KEYS.apiSecret, owner, new SecretString(text)),
    );
    expect(one).toHaveLength(32);
    expect(one).not.toEqual(other);
  });
});

describe('the MAC of a row', () => {
  const fields = ['a', undefined, ['b', 'c'], true, 7] as const;
  const mac = macRow(KEYS.integrity, 'clients', fields, 3);
  const alarm = { code: 'internal', alarm: 'row_integrity' };

  it('fits the row that it was made for', () => {
    expect(
      refusalOf(() => {
        verifyRow(KEYS.integrity, 'clients', fields, 3, mac);
      }),
    ).toBeUndefined();
    expect(
      refusalOf(() => {
        verifyRow(KEYS.integrity, 'clients', fields, 3n, mac);
      }),
    ).toBeUndefined();
  });

  it.each([
    ['another table', 'versions', fields, 3],
    ['another revision', 'clients', fields, 4],
    ['a field changed', 'clients', ['a', undefined, ['b', 'c'], false, 7], 3],
    ['a field dropped', 'clients', ['a', undefined, ['b', 'c'], true], 3],
    ['two fields swapped', 'clients', [undefined, 'a', ['b', 'c'], true, 7], 3],
    ['a list cut otherwise', 'clients', ['a', undefined, ['bc'], true, 7], 3],
    ['a list in another order', 'clients', ['a', undefined, ['c', 'b'], true, 7], 3],
    ['an empty list for an absent field', 'clients', ['a', [], ['b', 'c'], true, 7], 3],
  ] as const)('raises an alarm for %s', (_, table, changed, revision) => {
    expect(
      refusalOf(() => {
        verifyRow(KEYS.integrity, table, changed, revision, mac);
      }),
    ).toEqual(alarm);
  });

  it('raises an alarm for any flipped bit, a short MAC and none', () => {
    const bits = fc.integer({ min: 0, max: mac.length * 8 - 1 });
    fc.assert(
      fc.property(bits, (bit) => {
        const flipped = Buffer.from(mac);
        flipped.writeUInt8(flipped.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(
          refusalOf(() => {
            verifyRow(KEYS.integrity, 'clients', fields, 3, flipped);
          }),
        ).toEqual(alarm);
      }),
    );
    for (const short of [mac.subarray(0, 31), Buffer.alloc(0)]) {
      expect(
        refusalOf(() => {
          verifyRow(KEYS.integrity, 'clients', fields, 3, short);
        }),
      ).toEqual(alarm);
    }
  });
});
