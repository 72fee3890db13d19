import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp, PASSWORD } from '../../../../test/support/core-app.js';

let core: CoreApp;

beforeAll(async () => {
  core = await CoreApp.start();
});

afterAll(async () => {
  await core.stop();
});

const register = (username: string, password = PASSWORD) =>
  core.send('POST', '/auth/register', { body: { username, password } });
const logIn = (username: string, password = PASSWORD) =>
  core.send('POST', '/auth/login', { body: { username, password } });
const refresh = (refreshToken: unknown) =>
  core.send('POST', '/auth/refresh', { body: { refreshToken } });
const me = (token: string) => core.send('GET', '/users/me', { token });

describe('register', () => {
  it('answers the person, and lower-cases the name', async () => {
    const reply = await register('Ada.Lovelace');
    expect(reply.status).toBe(201);
    expect(reply.json).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      username: 'ada.lovelace',
      totpEnabled: false,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    });
  });

  it('refuses a name that is taken, in whatever case', async () => {
    await register('taken');
    expect((await register('TAKEN')).json).toMatchObject({ status: 409, code: 'already_exists' });
  });

  it('gives a name to one of two who want it at once', async () => {
    const replies = await Promise.all([register('both'), register('both'), register('both')]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
  });

  it.each([
    ['a short name', { username: 'ab', password: PASSWORD }, 'username'],
    ['a name with a space', { username: 'a b c', password: PASSWORD }, 'username'],
    ['a short password', { username: 'somebody', password: 'too short' }, 'password'],
    ['a common password', { username: 'somebody', password: 'password12345678' }, 'password'],
    [
      'a password with the name in it',
      { username: 'somebody', password: 'I am somebody, am I not' },
      'password',
    ],
    [
      'a hint that gives the password away',
      { username: 'somebody', password: PASSWORD, passwordHint: `it is ${PASSWORD.toUpperCase()}` },
      'passwordHint',
    ],
    [
      'a hint that is too long',
      { username: 'somebody', password: PASSWORD, passwordHint: 'x'.repeat(201) },
      'passwordHint',
    ],
    ['no password', { username: 'somebody' }, 'password'],
    ['a number', { username: 'somebody', password: 1 }, 'password'],
  ])('refuses %s', async (_, body, field) => {
    const { status, json } = await core.send('POST', '/auth/register', { body });
    expect({ status, code: json['code'], errors: json['errors'] }).toEqual({
      status: 400,
      code: 'invalid_request',
      errors: [expect.objectContaining({ field })],
    });
  });

  it('stores the password only as a hash', async () => {
    await register('hashed');
    const rows = await core.test.asOwner<{ password_hash: string }>(
      "select password_hash from user_account where username = 'hashed'",
    );
    expect(rows[0]?.password_hash).toMatch(/^\$argon2id\$v=19\$/);
  });
});

describe('login', () => {
  it('answers both tokens and who it is', async () => {
    const registered = await register('grace');
    const { status, json } = await logIn('Grace');
    expect(status).toBe(200);
    expect(json).toEqual({
      accessToken: expect.any(String) as string,
      refreshToken: expect.stringMatching(/^kwr_/) as string,
      tokenType: 'Bearer',
      expiresIn: 900,
      user: registered.json,
    });
    expect((await me(String(json['accessToken']))).json).toEqual(registered.json);
  });

  it('signs the access token with the key of the key set, and writes no role into it', async () => {
    const { token } = await core.person('signed');
    const { json } = await core.send('GET', '/.well-known/jwks.json');
    const [key] = json['keys'] as Record<string, unknown>[];
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'EdDSA',
      typ: 'at+jwt',
      kid: key?.['kid'],
    });
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(
      ['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sid', 'sub'].sort(),
    );
    expect(key).not.toHaveProperty('d');
  });

  it('answers an unknown name and a wrong password alike', async () => {
    await register('known');
    const unknown = await logIn('nobody-at-all');
    const wrong = await logIn('known', 'another horse battery staple');
    const { requestId: _one, ...first } = unknown.json;
    const { requestId: _two, ...second } = wrong.json;
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('takes a password in whatever form its characters were typed', async () => {
    await register('composed', 'Z\u00FCrcher Stra\u00DFe 12, hinten links');
    expect((await logIn('composed', 'Zu\u0308rcher Stra\u00DFe 12, hinten links')).status).toBe(
      200,
    );
  });

  it('passes over a code of somebody without a second factor', async () => {
    const { status } = await core.send('POST', '/auth/login', {
      body: { username: 'known', password: PASSWORD, totpCode: '123456' },
    });
    expect(status).toBe(200);
  });

  it('makes a hash of an older cost anew', async () => {
    await register('older');
    await core.test.asOwner(
      `update user_account set password_hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' where username = 'older'`,
    );
    expect((await logIn('older', 'password')).status).toBe(200);
    const [row] = await core.test.asOwner<{ password_hash: string }>(
      "select password_hash from user_account where username = 'older'",
    );
    expect(row?.password_hash).toContain('m=1024,t=2,p=1');
    expect((await logIn('older', 'password')).status).toBe(200);
  });
});

describe('refresh', () => {
  it('exchanges a token for new ones of the same session', async () => {
    const first = await core.person('refreshing');
    const { status, json } = await refresh(first.refreshToken);
    expect(status).toBe(200);
    expect(json['refreshToken']).not.toBe(first.refreshToken);
    expect(decodeJwt(String(json['accessToken'])).sid).toBe(decodeJwt(first.token).sid);
    expect((await me(String(json['accessToken']))).status).toBe(200);
  });

  it('ends the session, access tokens and all, when a token comes a second time', async () => {
    const stolen = await core.person('stolen-from');
    const { json } = await refresh(stolen.refreshToken);
    expect((await refresh(stolen.refreshToken)).json).toMatchObject({ code: 'unauthenticated' });
    expect((await refresh(json['refreshToken'])).json).toMatchObject({ code: 'unauthenticated' });
    expect((await me(String(json['accessToken']))).status).toBe(401);
    expect((await me(stolen.token)).status).toBe(401);
  });

  it('lets one of two uses at once through, and ends the session then', async () => {
    const { refreshToken } = await core.person('in-parallel');
    const replies = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
    const winner = replies.find(({ status }) => status === 200);
    expect((await refresh(winner?.json['refreshToken'])).status).toBe(401);
  });

  it("leaves a person's other sessions alone", async () => {
    const one = await core.person('two-devices');
    const two = await logIn('two-devices');
    await refresh(one.refreshToken);
    await refresh(one.refreshToken);
    expect((await me(String(two.json['accessToken']))).status).toBe(200);
  });

  it('refuses a token after 30 days', async () => {
    const { refreshToken } = await core.person('long-gone');
    core.clock.step(30 * 86_400_000 + 1_000);
    const reply = await refresh(refreshToken);
    core.clock.step(-(30 * 86_400_000 + 1_000));
    expect(reply.json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it.each(['', 'kwr_', `kwr_${'a'.repeat(43)}`, 'x'.repeat(10_000)])(
    'refuses what is no token',
    async (token) => {
      expect((await refresh(token)).json).toMatchObject({ status: 401, code: 'unauthenticated' });
    },
  );

  it('stores no token in clear', async () => {
    const { refreshToken } = await core.person('not-in-clear');
    const rows = await core.test.asOwner<{ all: string }>(
      "select string_agg(encode(hash, 'escape') || session_id, ' ') as all from refresh_token",
    );
    expect(rows[0]?.all).not.toContain(refreshToken.slice(4));
  });
});

describe('logout', () => {
  it('ends the session at once', async () => {
    const { token, refreshToken } = await core.person('leaving');
    const reply = await core.send('POST', '/auth/logout', { token, body: { refreshToken } });
    expect({ status: reply.status, text: reply.text }).toEqual({ status: 204, text: '' });
    expect((await me(token)).status).toBe(401);
    expect((await refresh(refreshToken)).status).toBe(401);
  });

  it("does nothing to another person's session, and tells nothing of it", async () => {
    const victim = await core.person('victim');
    const { token } = await core.person('intruder');
    const body = { refreshToken: victim.refreshToken };
    expect((await core.send('POST', '/auth/logout', { token, body })).status).toBe(204);
    expect((await me(victim.token)).status).toBe(200);
  });

  it('needs an access token', async () => {
    const { refreshToken } = await core.person('anonymous');
    const reply = await core.send('POST', '/auth/logout', { body: { refreshToken } });
    expect(reply.json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});

describe('access tokens', () => {
  it('are good for 15 minutes, and 5 seconds for the difference of clocks', async () => {
    const { token } = await core.person('patient');
    core.clock.step(899_000);
    expect((await me(token)).status).toBe(200);
    core.clock.step(7_000);
    expect((await me(token)).status).toBe(401);
    core.clock.step(-906_000);
  });

  it('are taken by another replica, and ended there too', async () => {
    const replica = await CoreApp.on(core.test, core.service);
    const { token, refreshToken } = await core.person('roaming');
    expect((await replica.send('GET', '/users/me', { token })).status).toBe(200);
    await replica.send('POST', '/auth/logout', { token, body: { refreshToken } });
    expect((await me(token)).status).toBe(401);
    await replica.app.close();
  });

  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic dXNlcjpwYXNz' }],
    ['no token', { authorization: 'Bearer ' }],
    ['junk', { authorization: 'Bearer a.b.c' }],
    ['an API key of an encryption service', { 'x-api-key': 'k', 'x-api-secret': 's' }],
  ])('are needed: not %s', async (_, headers) => {
    const reply = await core.send('GET', '/users/me', { headers });
    expect(reply.json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });
});

describe('the audit', () => {
  it('has one record for each act of a session, in order, and none for what was refused', async () => {
    const { token, refreshToken } = await core.person('recorded');
    await logIn('recorded', 'another horse battery staple');
    const { json } = await refresh(refreshToken);
    await refresh(refreshToken);
    const again = await logIn('recorded');
    const reply = await core.send('GET', '/audit', { token: String(again.json['accessToken']) });
    const items = reply.json['items'] as Record<string, unknown>[];
    expect(items.map(({ action }) => action)).toEqual([
      'session.start',
      'session.reuse',
      'session.refresh',
      'session.start',
      'user.register',
    ]);
    expect(JSON.stringify(items)).not.toContain(String(json['refreshToken']));
    expect(items.every(({ requestId }) => typeof requestId === 'string')).toBe(true);
    expect((await me(token)).status).toBe(401);
  });
});
