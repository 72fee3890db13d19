import { beforeEach, describe, expect, it } from 'vitest';
import { invalidField } from '@app/errors';
import { clientRefusal } from '../../../test/support/client-refusal.js';
import {
  CLIENT_PASSWORD,
  ClientDevice,
  QUICK_ARGON2ID,
} from '../../../test/support/core-client.js';
import { FakeCore } from '../../../test/support/fake-core.js';
import type { CoreAccounts } from './core-accounts.js';

const PERSON = { username: 'Alice', password: CLIENT_PASSWORD };

let core: FakeCore;
let device: ClientDevice;
let derived: number;

function accounts(origin?: string): CoreAccounts {
  return device.accounts(origin, (input) => {
    derived += 1;
    return QUICK_ARGON2ID(input);
  });
}

beforeEach(() => {
  core = new FakeCore();
  device = new ClientDevice(core);
  derived = 0;
});

describe('an account', () => {
  it('is made and used without its password leaving the client', async () => {
    const person = await accounts().register({ ...PERSON, passwordHint: 'the comic' });
    const { session } = await accounts().logIn(PERSON);
    expect(session.user).toMatchObject({ id: person.id, username: 'alice' });
    expect(core.routes()).toEqual([
      'POST /auth/key-derivation',
      'POST /auth/register',
      'POST /auth/key-derivation',
      'POST /auth/login',
    ]);
    expect(core.calls[1]?.body['password']).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(core.calls[3]?.body['password']).toBe(core.calls[1]?.body['password']);
    expect(core.sent).not.toContain(CLIENT_PASSWORD);
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      expect(core.sent).not.toContain(Buffer.from(session.memberKey.expose()).toString(encoding));
  });

  it.each([
    ['algorithm', 'pbkdf2'],
    ['iterations', 1],
    ['memoryKiB', 1_024],
    ['parallelism', 64],
    ['salt', ''],
  ])('is neither made nor used where the core names the %s %j', async (field, value) => {
    core.parameters = { ...core.parameters, [field]: value };
    const expected = ['unacceptable_parameters', field];
    expect(await clientRefusal(() => accounts().register(PERSON))).toEqual(expected);
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual(expected);
    expect(new Set(core.routes())).toEqual(new Set(['POST /auth/key-derivation']));
    expect(derived).toBe(0);
  });

  it('keeps the strength that it had: a weaker answer gets no login secret', async () => {
    core.parameters = { ...core.parameters, iterations: 4, parallelism: 2 };
    await accounts().register(PERSON);
    for (const [field, value] of [
      ['iterations', 3],
      ['parallelism', 1],
    ] as const) {
      const from = core.calls.length;
      const strong = core.parameters;
      core.parameters = { ...strong, [field]: value };
      expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual([
        'weaker_parameters',
        field,
      ]);
      expect(core.routes(from)).toEqual(['POST /auth/key-derivation']);
      core.parameters = strong;
    }
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toBe('done');
  });

  it('is not remembered for a password that the core did not take', async () => {
    core.parameters = { ...core.parameters, iterations: 9 };
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual(['unauthenticated']);
    expect(device.texts.size).toBe(0);
  });

  it.each([
    [404, { code: 'not_found' }],
    [503, { code: 'shutting_down' }],
    [200, { algorithm: 'plain' }],
    [200, undefined],
  ])(
    'never falls back to the password, whatever key-derivation answers: %d %j',
    async (...answer) => {
      const [status, json] = answer;
      core.instead = ({ route }) =>
        route === 'POST /auth/key-derivation' ? { status, json } : undefined;
      expect(await clientRefusal(() => accounts().logIn(PERSON))).not.toBe('done');
      expect(core.calls.map(({ body }) => body)).toEqual([{ username: 'alice' }]);
    },
  );

  it('has another login secret at another core', async () => {
    await accounts().register(PERSON);
    await accounts('https://evil.example').register({ ...PERSON, username: 'alice2' });
    const [one, other] = [...core.accounts.values()].map(({ password }) => password);
    expect(one).not.toBe(other);
    expect(await clientRefusal(() => accounts('https://evil.example').logIn(PERSON))).toEqual([
      'unauthenticated',
    ]);
  });

  it('takes a new password by the rules that a core has, since that cannot see it', async () => {
    const register = (change: object): Promise<unknown> =>
      clientRefusal(() => accounts().register({ ...PERSON, ...change }));
    const refused = ['invalid_request', 'password'];
    expect(await register({ password: 'fourteen chars' })).toEqual(refused);
    expect(await register({ password: 'x'.repeat(129) })).toEqual(refused);
    expect(await register({ passwordHint: `it is ${CLIENT_PASSWORD.toUpperCase()}!` })).toEqual([
      'invalid_request',
      'passwordHint',
    ]);
    expect(core.calls).toEqual([]);
  });

  it('is checked by the integrator too, before anything is asked', async () => {
    const checked: string[] = [];
    const strict = device.accounts(undefined, QUICK_ARGON2ID, (password, username) => {
      checked.push(username);
      if (password === CLIENT_PASSWORD) throw invalidField('password', 'is too common');
    });
    expect(await clientRefusal(() => strict.register(PERSON))).toEqual([
      'invalid_request',
      'password',
    ]);
    expect([checked, core.calls]).toEqual([['Alice'], []]);
  });

  it('takes a code of the second factor along, and says where one is needed', async () => {
    await accounts().register(PERSON);
    core.instead = ({ route, body }) =>
      route === 'POST /auth/login' && body['totpCode'] !== '123456'
        ? { status: 401, json: { code: 'totp_required' } }
        : undefined;
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual(['totp_required']);
    const login = { ...PERSON, totpCode: '123456' };
    expect(await clientRefusal(() => accounts().logIn(login))).toBe('done');
  });

  it('is nobody else, whom the core answers for', async () => {
    await accounts().register(PERSON);
    const user = { id: 'f0000000-0000-4000-8000-000000000000', username: 'mallory' };
    const json = { accessToken: 'a', refreshToken: 'r', expiresIn: 60, user };
    core.instead = ({ route }) =>
      route === 'POST /auth/login' ? { status: 200, json } : undefined;
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual([
      'malformed_answer',
      'username',
    ]);
  });

  it('is not read out of an answer of another form', async () => {
    await accounts().register(PERSON);
    core.instead = ({ route }) =>
      route === 'POST /auth/login' ? { status: 200, json: { accessToken: 'a' } } : undefined;
    expect(await clientRefusal(() => accounts().logIn(PERSON))).toEqual([
      'malformed_answer',
      'refreshToken',
    ]);
  });
});
