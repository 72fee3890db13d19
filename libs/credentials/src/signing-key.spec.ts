import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { SecretString } from '@app/secret';
import { exportSigningKey, generateSigningKey, importSigningKey } from './signing-key.js';

const alarm = { code: 'internal', alarm: 'signing_key_integrity' };

describe('signing keys', () => {
  it('are named by the thumbprint of their public half', async () => {
    const { kid, publicJwk } = await generateSigningKey();
    expect(kid).toBe(await calculateJwkThumbprint({ ...publicJwk }));
    expect(publicJwk).toEqual({
      kty: 'OKP',
      crv: 'Ed25519',
      x: publicJwk.x,
      kid,
      use: 'sig',
      alg: 'EdDSA',
    });
  });

  it('have no private half in what is published', async () => {
    const { publicJwk } = await generateSigningKey();
    expect(publicJwk).not.toHaveProperty('d');
  });

  it('come back from their export', async () => {
    const key = await generateSigningKey();
    const again = await importSigningKey(exportSigningKey(key), key.kid);
    expect(again.publicJwk).toEqual(key.publicJwk);
  });

  it('raise an alarm under another name', async () => {
    const [one, two] = await Promise.all([generateSigningKey(), generateSigningKey()]);
    await expect(importSigningKey(exportSigningKey(one), two.kid)).rejects.toMatchObject(alarm);
  });

  it('raise an alarm where they are of another kind', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = new SecretString(privateKey.export({ format: 'pem', type: 'pkcs8' }) as string);
    const { kid } = await generateSigningKey();
    await expect(importSigningKey(pem, kid)).rejects.toMatchObject(alarm);
  });
});
