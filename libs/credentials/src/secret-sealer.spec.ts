import { createSecretKey } from 'node:crypto';
import { CompactEncrypt, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { SecretBytes, SecretString } from '@app/secret';
import { deriveCoreKeys } from './core-keys.js';
import { SecretSealer } from './secret-sealer.js';

const { sealing } = deriveCoreKeys(new SecretBytes(Buffer.alloc(32, 3)));
const sealer = new SecretSealer(sealing);
const place = { table: 'service_connection', column: 'api_secret', rowId: 'row-1' };
const alarm = { code: 'internal', alarm: 'sealed_secret_integrity' };

describe('SecretSealer', () => {
  it('opens at its place what it sealed', async () => {
    const sealed = await sealer.seal(place, new SecretString('größer als 🔐'));
    expect((await sealer.open(place, sealed)).expose()).toBe('größer als 🔐');
  });

  it('writes dir, A256GCM, its kid and the place into the protected header', async () => {
    const sealed = await sealer.seal(place, new SecretString('secret'));
    expect(decodeProtectedHeader(sealed)).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: sealing.kid,
      table: 'service_connection',
      column: 'api_secret',
      row: 'row-1',
    });
  });

  it('never gives the same text twice', async () => {
    const secret = new SecretString('secret');
    expect(await sealer.seal(place, secret)).not.toBe(await sealer.seal(place, secret));
  });

  it.each([
    ['another table', { ...place, table: 'signing_key' }],
    ['another column', { ...place, column: 'client_key' }],
    ['another row', { ...place, rowId: 'row-2' }],
  ])('does not open at %s', async (_, elsewhere) => {
    const sealed = await sealer.seal(place, new SecretString('secret'));
    await expect(sealer.open(elsewhere, sealed)).rejects.toMatchObject(alarm);
  });

  it('does not open under the secret of another core', async () => {
    const sealed = await sealer.seal(place, new SecretString('secret'));
    const other = new SecretSealer(deriveCoreKeys(new SecretBytes(Buffer.alloc(32, 4))).sealing);
    await expect(other.open(place, sealed)).rejects.toMatchObject(alarm);
  });

  it('does not open when the header was rewritten to name this place', async () => {
    const moved = await sealer.seal({ ...place, rowId: 'row-2' }, new SecretString('secret'));
    const [, ...rest] = moved.split('.');
    const [header = ''] = (await sealer.seal(place, new SecretString('x'))).split('.');
    await expect(sealer.open(place, [header, ...rest].join('.'))).rejects.toMatchObject(alarm);
  });

  it('does not open with any character changed', async () => {
    const sealed = await sealer.seal(place, new SecretString('secret'));
    const changed = Array.from(sealed, (character, index) => {
      const other = character === 'A' ? 'B' : 'A';
      return sealed.slice(0, index) + other + sealed.slice(index + 1);
    });
    const outcomes = await Promise.allSettled(changed.map((text) => sealer.open(place, text)));
    const opened = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    // The last character of a part has bits that base64url ignores; what opens then is the same secret.
    for (const { value } of opened) expect(value.expose()).toBe('secret');
    expect(opened.length).toBeLessThanOrEqual(4);
  });

  it('refuses other algorithms, also under the right key and place', async () => {
    const wide = createSecretKey(Buffer.alloc(64, 5));
    const header = { kid: sealing.kid, table: place.table, column: place.column, row: place.rowId };
    const other = await new CompactEncrypt(Buffer.from('secret'))
      .setProtectedHeader({ ...header, alg: 'dir', enc: 'A256CBC-HS512' })
      .encrypt(wide);
    const wrapped = await new CompactEncrypt(Buffer.from('secret'))
      .setProtectedHeader({ ...header, alg: 'A256KW', enc: 'A256GCM' })
      .encrypt(sealing.key);
    await expect(sealer.open(place, other)).rejects.toMatchObject(alarm);
    await expect(sealer.open(place, wrapped)).rejects.toMatchObject(alarm);
  });

  it.each(['', 'a.b.c', '....', 'x'.repeat(70_000)])(
    'raises an alarm at a broken text',
    async (text) => {
      await expect(sealer.open(place, text)).rejects.toMatchObject(alarm);
    },
  );
});
