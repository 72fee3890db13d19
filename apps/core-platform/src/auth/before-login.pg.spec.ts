import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD } from '../../../../test/support/core-app.js';
import { GuardedPeople } from '../../../../test/support/guarded-people.js';

let people: GuardedPeople;

beforeAll(async () => {
  people = await GuardedPeople.start();
});

afterAll(async () => {
  await people.stop();
});

describe('POST /auth/key-derivation', () => {
  const derivation = async (username: string, at = people.core): Promise<unknown> =>
    (await people.post('/auth/key-derivation', { username }, undefined, at)).json;

  it('answers the same before and after a name is taken, on each replica', async () => {
    const before = await derivation('Derived');
    expect(before).toEqual({
      algorithm: 'argon2id',
      salt: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string,
      iterations: 3,
      memoryKiB: 65_536,
      parallelism: 4,
    });
    await people.core.person('derived');
    expect(await derivation('derived')).toEqual(before);
    expect(await derivation('derived', people.other)).toEqual(before);
    expect(await derivation('another-name')).not.toEqual(before);
  });

  it('goes on answering what an account was stored with', async () => {
    await people.core.person('older-account');
    await people.core.test.asOwner(
      "update user_account set kdf_iterations = 5 where username = 'older-account'",
    );
    expect(await derivation('older-account')).toMatchObject({ iterations: 5 });
  });
});

describe('POST /auth/hint', () => {
  const hintOf = (username: string, totpCode?: string) =>
    people.post('/auth/hint', { username, ...(totpCode === undefined ? {} : { totpCode }) });
  const register = (username: string, more: object) =>
    people.post('/auth/register', {
      username,
      password: PASSWORD,
      passwordHint: 'the comic',
      ...more,
    });

  it('shows a public hint to anybody', async () => {
    await register('open-hint', { hintPublic: true });
    expect((await hintOf('open-hint')).json).toEqual({ passwordHint: 'the comic' });
  });

  it('shows another to whoever has the second factor, once for each code', async () => {
    await register('closed-hint', {});
    const { secret } = await people.guarded('closed-hint');
    const code = people.codeAt(secret);
    expect((await hintOf('closed-hint', code)).json).toEqual({ passwordHint: 'the comic' });
    expect((await hintOf('closed-hint', code)).json).toMatchObject({ code: 'unauthenticated' });
  });

  it('answers everybody else alike', async () => {
    await register('guarded-hint', {});
    const { secret } = await people.guarded('guarded-hint');
    await register('no-factor', {});
    await people.core.person('no-hint');
    const replies = [
      await hintOf('guarded-hint'),
      await hintOf('guarded-hint', people.wrongCode(secret)),
      await hintOf('no-factor', '123456'),
      await hintOf('no-hint'),
      await hintOf('nobody-at-all', '123456'),
    ];
    const texts = replies.map(({ json: { requestId: _, ...rest } }) => JSON.stringify(rest));
    expect(new Set(texts).size).toBe(1);
    expect(replies[0]?.json).toMatchObject({ status: 401, code: 'unauthenticated' });
  });

  it('locks after ten wrong codes, and keeps nobody from logging in', async () => {
    await register('hint-guessed', {});
    const { secret } = await people.guarded('hint-guessed');
    for (let times = 0; times < 10; times += 1)
      await hintOf('hint-guessed', people.wrongCode(secret));
    expect((await hintOf('hint-guessed', people.codeAt(secret))).json).toMatchObject({
      code: 'locked',
    });
    expect((await people.logIn('hint-guessed', people.codeAt(secret))).status).toBe(200);
  });

  it('lies in the database sealed', async () => {
    await register('sealed-hint', { hintPublic: true });
    const [row] = await people.core.test.asOwner<{ password_hint: string }>(
      "select password_hint from user_account where username = 'sealed-hint'",
    );
    expect(row?.password_hint).toMatch(/^eyJ/);
    expect(row?.password_hint).not.toContain('comic');
  });
});
