import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '@app/errors';
import { CoreApp, PASSWORD, type Reply } from '../../../../test/support/core-app.js';
import { UserRepository } from '../users/user.repository.js';
import { SessionTokens } from './session-tokens.js';

const MONTH_MILLIS = 30 * 86_400_000;

let core: CoreApp;

beforeAll(async () => {
  core = await CoreApp.start();
});

afterAll(async () => {
  await core.stop();
});

const refresh = (refreshToken: unknown): Promise<Reply> =>
  core.send('POST', '/auth/refresh', { body: { refreshToken } });
const logIn = (username: string, password: string): Promise<Reply> =>
  core.send('POST', '/auth/login', { body: { username, password } });

describe('a refresh that fails half-way', () => {
  it('leaves the token good where the person could not be looked up', async () => {
    const { refreshToken } = await core.person('looked-up');
    const users = core.app.nest.get(UserRepository, { strict: false });
    vi.spyOn(users, 'findById').mockRejectedValueOnce(new AppError('database_unavailable'));
    expect((await refresh(refreshToken)).status).toBe(503);
    expect((await refresh(refreshToken)).status).toBe(200);
  });

  it('leaves the token good where the access token could not be signed', async () => {
    const { refreshToken } = await core.person('signed-for');
    const tokens = core.app.nest.get(SessionTokens, { strict: false });
    vi.spyOn(tokens, 'newAccessToken').mockRejectedValueOnce(new AppError('internal'));
    expect((await refresh(refreshToken)).status).toBe(500);
    expect((await refresh(refreshToken)).status).toBe(200);
  });
});

describe('used refresh tokens', () => {
  it('are forgotten once they would have expired, and not before', async () => {
    let { refreshToken } = await core.person('forgetting');
    const { user } = (await logIn('forgetting', PASSWORD)).json as { user: { id: string } };
    const kept = async (): Promise<number> => {
      const rows = await core.test.asOwner(
        `select from refresh_token t join session s on s.id = t.session_id
         where s.user_id = $1 and t.used_at is not null`,
        [user.id],
      );
      return rows.length;
    };
    const next = async (millis: number): Promise<void> => {
      core.clock.step(millis);
      const { status, json } = await refresh(refreshToken);
      expect(status).toBe(200);
      refreshToken = String(json['refreshToken']);
    };
    await next(0);
    await next(MONTH_MILLIS - 60_000);
    expect(await kept()).toBe(2);
    await next(120_000);
    expect(await kept()).toBe(1);
    core.clock.step(-MONTH_MILLIS - 60_000);
  });
});

describe('a login', () => {
  it('succeeds where the password could not be hashed anew', async () => {
    await core.person('older');
    await core.test.asOwner(
      `update user_account set password_hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc' where username = 'older'`,
    );
    const users = core.app.nest.get(UserRepository, { strict: false });
    const failing = vi
      .spyOn(users, 'replaceHash')
      .mockRejectedValueOnce(new AppError('database_unavailable'));
    expect((await logIn('older', 'password')).status).toBe(200);
    expect(failing).toHaveBeenCalledOnce();
    expect((await logIn('older', 'password')).status).toBe(200);
    const [row] = await core.test.asOwner<{ password_hash: string }>(
      "select password_hash from user_account where username = 'older'",
    );
    expect(row?.password_hash).toContain('m=1024,t=2,p=1');
  });

  it('does not happen where it cannot be recorded', async () => {
    const { id } = await core.person('unrecorded');
    const sessionsOf = () => core.test.asOwner('select from session where user_id = $1', [id]);
    await core.test.asOwner('alter table audit_event rename to audit_event_gone');
    const reply = await logIn('unrecorded', PASSWORD);
    await core.test.asOwner('alter table audit_event_gone rename to audit_event');
    expect(reply.json).toMatchObject({ status: 503, code: 'audit_unavailable', retryable: true });
    expect(await sessionsOf()).toHaveLength(1);
  });
});
