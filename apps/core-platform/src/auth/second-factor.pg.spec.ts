import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PASSWORD, type Reply } from '../../../../test/support/core-app.js';
import { GuardedPeople, STEP } from '../../../../test/support/guarded-people.js';

let people: GuardedPeople;

beforeAll(async () => {
  people = await GuardedPeople.start();
});

afterAll(async () => {
  await people.stop();
});

describe('a second factor', () => {
  it('is set up with a secret, a URI and a picture, and counts once it is confirmed', async () => {
    const { token } = await people.core.person('setting-up');
    const { status, json } = await people.post('/auth/totp/setup', {}, token);
    expect(status).toBe(200);
    const secret = String(json['secret']);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(json['otpauthUri']).toMatch(/^otpauth:\/\/totp\/Keyward%20core\.test:setting-up\?/);
    expect(json['otpauthUri']).toContain(`secret=${secret}`);
    expect(json['qrSvg']).toMatch(/^<svg /);
    expect(json['qrSvg']).not.toMatch(/script|href/);
    expect((await people.logIn('setting-up')).status).toBe(200);
    const confirmed = await people.post(
      '/auth/totp/confirm',
      { totpCode: people.codeAt(secret) },
      token,
    );
    expect(confirmed.json['recoveryCodes']).toHaveLength(10);
    expect((await people.core.send('GET', '/users/me', { token })).json['totpEnabled']).toBe(true);
    expect((await people.logIn('setting-up')).json).toMatchObject({
      status: 401,
      code: 'totp_required',
    });
  });

  it('lets in with a code and answers that it is there', async () => {
    const { username, secret } = await people.guarded('guarded');
    const { status, json } = await people.logIn(username, people.codeAt(secret));
    expect({ status, user: json['user'] }).toMatchObject({
      status: 200,
      user: { username, totpEnabled: true },
    });
  });

  it('is replaced by another setup until it is confirmed, and not after', async () => {
    const { token } = await people.core.person('twice');
    const first = await people.post('/auth/totp/setup', {}, token);
    const second = await people.post('/auth/totp/setup', {}, token);
    const confirm = (setup: Reply) =>
      people.post(
        '/auth/totp/confirm',
        { totpCode: people.codeAt(String(setup.json['secret'])) },
        token,
      );
    expect((await confirm(first)).json).toMatchObject({ code: 'totp_invalid' });
    expect((await confirm(second)).status).toBe(200);
    expect((await confirm(second)).json).toMatchObject({ code: 'conflict' });
    expect((await people.post('/auth/totp/setup', {}, token)).json).toMatchObject({
      code: 'conflict',
    });
  });

  it('takes a code one step early or late, and no further', async () => {
    const { username, secret } = await people.guarded('drifting');
    const outcomes = [];
    for (const steps of [-2, -1, 1, 2]) {
      outcomes.push((await people.logIn(username, people.codeAt(secret, steps))).status);
      people.wait(4 * STEP);
    }
    expect(outcomes).toEqual([401, 200, 200, 401]);
  });

  it('takes each code once, of two at once on two replicas too, and none before it', async () => {
    const { username, secret } = await people.guarded('replayed');
    const code = people.codeAt(secret);
    const replies = await Promise.all([
      people.logIn(username, code),
      people.logIn(username, code, people.other),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await people.logIn(username, code)).json).toMatchObject({ code: 'totp_invalid' });
    expect((await people.logIn(username, people.codeAt(secret, -1))).json).toMatchObject({
      code: 'totp_invalid',
    });
  });

  it.each([
    '12345',
    '1234567',
    '\u0661\u0662\u0663\u0664\u0665\u0666',
    '12e456',
    '-12345',
    'abcdef',
  ])('refuses what is no code as a wrong one: %s', async (code) => {
    const username = `malformed${code.codePointAt(1)?.toString() ?? ''}x${code.length.toString()}`;
    await people.guarded(username);
    expect((await people.logIn(username, code)).json).toMatchObject({
      status: 401,
      code: 'totp_invalid',
    });
  });

  it('says nothing of itself to a wrong password', async () => {
    const { username, secret } = await people.guarded('silent');
    const wrong = await people.logIn(
      username,
      people.codeAt(secret),
      people.core,
      'another horse battery staple',
    );
    expect(wrong.json).toMatchObject({ code: 'unauthenticated' });
    expect((await people.logIn(username, people.codeAt(secret))).status).toBe(200);
  });

  it('takes a recovery code once, however it is typed', async () => {
    const { username, recoveryCodes } = await people.guarded('recovering');
    const [code = ''] = recoveryCodes;
    const typed = code.toLowerCase().replaceAll('-', ' ');
    const replies = await Promise.all([
      people.logIn(username, typed),
      people.logIn(username, code, people.other),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await people.logIn(username, code)).json).toMatchObject({ code: 'totp_invalid' });
    expect((await people.logIn(username, recoveryCodes[1])).status).toBe(200);
  });

  it("takes no other person's recovery code", async () => {
    const [mine, theirs] = [await people.guarded('mine'), await people.guarded('theirs')];
    expect((await people.logIn(mine.username, theirs.recoveryCodes[0])).status).toBe(401);
    expect((await people.logIn(theirs.username, theirs.recoveryCodes[0])).status).toBe(200);
  });

  it('is disabled with password and code, and with no less', async () => {
    const { username, token, secret } = await people.guarded('disabling');
    const disable = (body: object) => people.post('/auth/totp/disable', body, token);
    expect((await disable({ password: PASSWORD })).json).toMatchObject({ code: 'invalid_request' });
    const wrong = await disable({ password: PASSWORD, totpCode: people.wrongCode(secret) });
    expect(wrong.json).toMatchObject({ code: 'totp_invalid' });
    const right = await disable({ password: PASSWORD, totpCode: people.codeAt(secret) });
    expect(right.status).toBe(204);
    expect((await people.logIn(username)).status).toBe(200);
    expect((await disable({ password: PASSWORD, totpCode: '123456' })).json).toMatchObject({
      code: 'conflict',
    });
  });

  it('lies in the database sealed, and its recovery codes as hashes', async () => {
    const { id, secret, recoveryCodes } = await people.guarded('stored');
    const rows = await people.core.test.asOwner<{ all: string }>(
      `select f.secret || string_agg(encode(r.hash, 'escape'), ' ') as all
       from totp_factor f join recovery_code r on r.user_id = f.user_id
       where f.user_id = $1 group by f.secret`,
      [id],
    );
    expect(rows[0]?.all).toMatch(/^eyJ/);
    for (const text of [secret, ...recoveryCodes]) expect(rows[0]?.all).not.toContain(text);
  });
});
