import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoreApp, PASSWORD, type Reply } from '../../../../test/support/core-app.js';

let core: CoreApp;
let other: CoreApp;
let person = 0;

const LIMITS = {
  register: { perHour: 1, burst: 3 },
  login: { perMinute: 1, burst: 4 },
} as const;

beforeAll(async () => {
  core = await CoreApp.start();
  other = await CoreApp.on(core.test, core.service, LIMITS);
});

afterAll(async () => {
  await other.app.close();
  await core.stop();
});

function register(at: CoreApp): Promise<Reply> {
  person += 1;
  const body = { username: `person${person.toString()}`, password: PASSWORD };
  return at.send('POST', '/auth/register', { body });
}

function login(at: CoreApp, username: string): Promise<Reply> {
  return at.send('POST', '/auth/login', { body: { username, password: PASSWORD } });
}

describe('limits by address', () => {
  it('let few register, on all replicas together', async () => {
    const third = await CoreApp.on(core.test, core.service, LIMITS);
    const replies = [
      await register(other),
      await register(third),
      await register(other),
      await register(third),
      await register(other),
    ];
    await third.app.close();
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 429, 429]);
    const [, , , refused] = replies;
    expect(refused?.json).toMatchObject({ code: 'rate_limited', retryable: true });
    const seconds = Number(refused?.headers['retry-after']);
    expect(seconds).toBeGreaterThan(3_500);
    expect(seconds).toBeLessThanOrEqual(3_600);
  });

  it('let logins, hints and key derivations be tried so often together, whoever is meant', async () => {
    const codes = [];
    for (let time = 0; time < 6; time += 1)
      codes.push((await login(other, `nobody${time.toString()}`)).json['code']);
    expect(codes).toEqual([
      ...Array.from({ length: 4 }, () => 'unauthenticated'),
      'rate_limited',
      'rate_limited',
    ]);
  });

  it('come after what is wrong with the route, and before what is wrong with the body', async () => {
    expect((await other.send('PUT', '/auth/login', { body: {} })).json['code']).toBe(
      'method_not_allowed',
    );
    expect((await other.send('POST', '/auth/login', { body: {} })).json['code']).toBe(
      'rate_limited',
    );
  });

  it('are none where they are switched off', async () => {
    for (let time = 0; time < 6; time += 1)
      expect((await login(core, 'nobody')).json['code']).toBe('unauthenticated');
  });
});
