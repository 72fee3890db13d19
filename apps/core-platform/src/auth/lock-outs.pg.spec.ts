import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuardedPeople } from '../../../../test/support/guarded-people.js';

let people: GuardedPeople;

beforeAll(async () => {
  people = await GuardedPeople.start();
});

afterAll(async () => {
  await people.stop();
});

const HOUR = 3_600_000;

describe('failures', () => {
  const fail = (username: string, at = people.core) =>
    people.logIn(username, undefined, at, 'wrong horse battery staple');

  it.each(['locked-out', 'nobody-of-that-name'])(
    'lock a name after ten, whether anybody has it or not: %s',
    async (username) => {
      if (username === 'locked-out') await people.core.person(username);
      const codes = [];
      for (let times = 0; times < 12; times += 1) codes.push((await fail(username)).json['code']);
      expect(codes).toEqual([...Array<string>(10).fill('unauthenticated'), 'locked', 'locked']);
      const { headers } = await fail(username);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    },
  );

  it('lock the right password out as well, until the lock ends', async () => {
    const username = 'patience';
    await people.core.person(username);
    for (let times = 0; times < 10; times += 1) await fail(username);
    expect((await people.logIn(username)).json).toMatchObject({ status: 429, code: 'locked' });
    people.wait(61_000);
    expect((await people.logIn(username)).status).toBe(200);
    expect((await fail(username)).json).toMatchObject({ code: 'unauthenticated' });
  });

  it('made at once, and at two replicas, are no more than ten', async () => {
    const username = 'many-at-once';
    await people.core.person(username);
    const replies = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        fail(username, index % 2 === 0 ? people.core : people.other),
      ),
    );
    const tried = replies.filter(({ json }) => json['code'] === 'unauthenticated');
    expect(tried).toHaveLength(10);
    expect(replies.filter(({ json }) => json['code'] === 'locked')).toHaveLength(14);
  });

  it('with codes lock as well, and hold off guesses for longer each time', async () => {
    const { username, secret } = await people.guarded('guessed-at');
    for (let times = 0; times < 10; times += 1)
      await people.logIn(username, people.wrongCode(secret));
    const locked = await people.logIn(username, people.codeAt(secret));
    expect(locked.json).toMatchObject({ status: 429, code: 'locked' });
    people.wait(61_000);
    await people.logIn(username, people.wrongCode(secret));
    const again = await people.logIn(username, people.codeAt(secret));
    expect(Number(again.headers['retry-after'])).toBeGreaterThan(60);
    people.wait(HOUR);
    expect((await people.logIn(username, people.codeAt(secret))).status).toBe(200);
  });

  it('are on record for their person once they lock', async () => {
    const { token } = await people.core.person('told');
    for (let times = 0; times < 10; times += 1) await fail('told');
    const { json } = await people.core.send('GET', '/audit', { token });
    const [newest] = json['items'] as unknown[];
    expect(newest).toMatchObject({ action: 'user.refuse', outcome: 'locked' });
  });
});
