import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { Clock } from '@app/ambient';
import { AccessTokens } from './access-tokens.js';
import { generateSigningKey, type SigningKey } from './signing-key.js';

class SetClock extends Clock {
  millis = Date.UTC(2030, 0, 1);
  now(): Date {
    return new Date(this.millis);
  }
}

const clock = new SetClock();
const tokens = new AccessTokens({ issuer: 'https://core.test', audience: 'core', clock });
const userId = '11111111-1111-4111-8111-111111111111';
const sessionId = '22222222-2222-4222-8222-222222222222';
const tokenId = '33333333-3333-4333-8333-333333333333';
const refusal = { code: 'unauthenticated' };
const nowSeconds = (): number => clock.nowMillis() / 1_000;

let key: SigningKey;
let asked: string[];
const find = (kid: string): Promise<KeyObject | undefined> => {
  asked.push(kid);
  return Promise.resolve(kid === key.kid ? key.publicKey : undefined);
};

beforeAll(async () => {
  key = await generateSigningKey();
  asked = [];
});

const goodClaims = (): Record<string, unknown> => ({
  iss: 'https://core.test',
  aud: 'core',
  sub: userId,
  sid: sessionId,
  jti: tokenId,
  iat: nowSeconds(),
  exp: nowSeconds() + 900,
});
const goodHeader = () => ({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid });

function signed(claims: Record<string, unknown>, header: object = goodHeader()): Promise<string> {
  return new SignJWT(claims).setProtectedHeader(header as { alg: string }).sign(key.privateKey);
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('AccessTokens.sign', () => {
  it('writes a token after RFC 9068 with 15 minutes and no role', async () => {
    const token = (await tokens.sign(key, { userId, sessionId }, tokenId)).expose();
    expect(decodeProtectedHeader(token)).toEqual(goodHeader());
    expect(decodeJwt(token)).toEqual({ ...goodClaims(), client_id: 'keyward' });
  });
});

describe('AccessTokens.verify', () => {
  it('gives back whom and which session it was signed for', async () => {
    const token = await tokens.sign(key, { userId, sessionId }, tokenId);
    await expect(tokens.verify(token.expose(), find)).resolves.toEqual({ userId, sessionId });
  });

  it('refuses a token once it has expired by the clock of every replica', async () => {
    const token = (await tokens.sign(key, { userId, sessionId }, tokenId)).expose();
    const before = clock.millis;
    clock.millis = before + 904_000;
    await expect(tokens.verify(token, find)).resolves.toEqual({ userId, sessionId });
    clock.millis = before + 905_000;
    await expect(tokens.verify(token, find)).rejects.toMatchObject(refusal);
    clock.millis = before;
  });

  it('takes a token of a replica whose clock is up to 5 seconds ahead', async () => {
    const token = (await tokens.sign(key, { userId, sessionId }, tokenId)).expose();
    const before = clock.millis;
    clock.millis = before - 5_000;
    await expect(tokens.verify(token, find)).resolves.toEqual({ userId, sessionId });
    clock.millis = before - 6_000;
    await expect(tokens.verify(token, find)).rejects.toMatchObject(refusal);
    clock.millis = before;
  });

  it.each<[string, Record<string, unknown>]>([
    ['another issuer', { iss: 'https://evil.test' }],
    ['another audience', { aud: 'service' }],
    ['no issuer', { iss: undefined }],
    ['no audience', { aud: undefined }],
    ['no subject', { sub: undefined }],
    ['a subject that is no UUID', { sub: 'admin' }],
    ['no session', { sid: undefined }],
    ['no jti', { jti: undefined }],
    ['no expiry', { exp: undefined }],
    ['no time of issue', { iat: undefined }],
    ['a time of issue in the future', { iat: Date.UTC(2031, 0, 1) / 1_000 }],
    ['an expiry far beyond 15 minutes of age', { iat: Date.UTC(2029, 0, 1) / 1_000 }],
    ['a time before which it is not good', { nbf: Date.UTC(2031, 0, 1) / 1_000 }],
  ])('refuses %s', async (_, change) => {
    const token = await signed({ ...goodClaims(), ...change });
    await expect(tokens.verify(token, find)).rejects.toMatchObject(refusal);
  });

  it.each<[string, object]>([
    ['typ JWT', { typ: 'JWT' }],
    ['typ with its media type spelled out', { typ: 'application/at+jwt' }],
    ['no typ', { typ: undefined }],
    ['no kid', { kid: undefined }],
    ['a kid that is a path', { kid: '../../../../dev/null' }],
    ['a kid that is a query', { kid: "' or '1'='1" }],
    ['an unknown kid', { kid: 'a'.repeat(43) }],
    ['its own key as jwk', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'a'.repeat(43) } }],
    ['a key set by jku', { jku: 'https://evil.test/jwks.json' }],
    ['a certificate by x5u', { x5u: 'https://evil.test/cert.pem' }],
    ['a certificate as x5c', { x5c: ['MIIB'] }],
    ['a thumbprint as x5t', { x5t: 'AAAA' }],
    ['a member of no standard', { extra: 1 }],
  ])('refuses %s in the header, rightly signed or not', async (_, change) => {
    const token = await signed(goodClaims(), { ...goodHeader(), ...change });
    await expect(tokens.verify(token, find)).rejects.toMatchObject(refusal);
  });

  it('refuses crit, whatever it names', async () => {
    const header = part({ ...goodHeader(), crit: ['exp'], exp: 1 });
    const [, body = '', signature = ''] = (await signed(goodClaims())).split('.');
    await expect(tokens.verify(`${header}.${body}.${signature}`, find)).rejects.toMatchObject(
      refusal,
    );
  });

  it.each(['none', 'None', 'NONE'])('refuses alg %s with and without a signature', async (alg) => {
    const head = `${part({ ...goodHeader(), alg })}.${part(goodClaims())}`;
    await expect(tokens.verify(`${head}.`, find)).rejects.toMatchObject(refusal);
    await expect(tokens.verify(`${head}.AAAA`, find)).rejects.toMatchObject(refusal);
  });

  it('refuses HS256 under the public key, in each form in which it is published', async () => {
    const raw = Buffer.from(key.publicJwk.x, 'base64url');
    const pem = Buffer.from(key.publicKey.export({ format: 'pem', type: 'spki' }) as string);
    for (const secret of [raw, pem, Buffer.from(JSON.stringify(key.publicJwk))]) {
      const head = `${part({ ...goodHeader(), alg: 'HS256' })}.${part(goodClaims())}`;
      const mac = createHmac('sha256', createSecretKey(secret)).update(head).digest('base64url');
      await expect(tokens.verify(`${head}.${mac}`, find)).rejects.toMatchObject(refusal);
    }
  });

  it('refuses a signature of another algorithm or another key under our kid', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const other = await generateSigningKey();
    const byRsa = await new SignJWT(goodClaims())
      .setProtectedHeader({ ...goodHeader(), alg: 'RS256' })
      .sign(rsa);
    const byOther = await new SignJWT(goodClaims())
      .setProtectedHeader(goodHeader())
      .sign(other.privateKey);
    await expect(tokens.verify(byRsa, find)).rejects.toMatchObject(refusal);
    await expect(tokens.verify(byOther, find)).rejects.toMatchObject(refusal);
  });

  it('refuses a key of another kind even where the store gives one', async () => {
    const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = await signed(goodClaims());
    await expect(tokens.verify(token, () => Promise.resolve(ec.publicKey))).rejects.toMatchObject(
      refusal,
    );
  });

  it('refuses a changed body, a cut signature, and text that is no token', async () => {
    const [head = '', , signature = ''] = (await signed(goodClaims())).split('.');
    const admin = part({ ...goodClaims(), sub: tokenId });
    const broken = [
      `${head}.${admin}.${signature}`,
      `${head}.${part(goodClaims())}.${signature.slice(0, -4)}`,
      `${head}.${part(goodClaims())}`,
      'not a token',
      '',
      '..',
      `${head}.${'a'.repeat(4_000)}.${signature}`,
    ];
    for (const token of broken)
      await expect(tokens.verify(token, find)).rejects.toMatchObject(refusal);
  });

  it('asks the store for nothing but well-formed names', () => {
    expect(asked.every((kid) => /^[A-Za-z0-9_-]{43}$/.test(kid))).toBe(true);
  });

  it('lets a failure of the store through as it is', async () => {
    const token = await signed(goodClaims());
    await expect(tokens.verify(token, () => Promise.reject(new Error('store')))).rejects.toThrow(
      'store',
    );
  });
});
