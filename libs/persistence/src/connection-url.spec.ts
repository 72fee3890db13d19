import { describe, expect, it, vi } from 'vitest';
import { AppError } from '@app/errors';
import {
  assertProtectedConnection,
  databaseOf,
  userOf,
  withSessionSettings,
} from './connection-url.js';

const LIMITS = { statementTimeoutMillis: 1_000, lockTimeoutMillis: 500 };

function refusal(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : 'another error';
  }
}

describe('assertProtectedConnection', () => {
  it.each([
    'postgres://u:p@127.0.0.1:5432/db',
    'postgres://u:p@127.9.9.9/db',
    'postgres://u:p@localhost/db',
    'postgres://u:p@[::1]:5432/db',
    'postgres://u:p@%2Fvar%2Frun/db',
    'postgres:///db?host=/var/run/postgresql',
    'postgres://u:p@db.example/db?sslmode=verify-full',
    `postgres://u:p@db.example/db?sslmode=verify-full&sslrootcert=${import.meta.filename}`,
    'postgres://u:p@db.example/db?sslmode=verify-full&uselibpqcompat=true',
    'postgres://u:p@db.example/db?host=127.0.0.1',
  ])('lets %s pass', (url) => {
    expect(
      refusal(() => {
        assertProtectedConnection(url, false);
      }),
    ).toBeUndefined();
  });

  it.each([
    'postgres://u:p@db.example/db',
    'postgres://u:p@10.0.0.1/db?sslmode=require',
    'postgres://u:p@db.example/db?sslmode=no-verify',
    'postgres://u:p@localhost.example/db',
    'postgres://u:p@127.0.0.1.example/db',
    'postgres://u:p@localhost/db?host=10.0.0.5&sslmode=disable',
    'postgres://u:p@localhost/db?host=10.0.0.5',
    'postgres://u:p@%2Fvar%2Frun/db?host=10.0.0.5',
    'postgres://u:p@%31%30.0.0.5/db',
    'postgres://u:p@localhost,10.0.0.5/db',
    'postgres://u:p@db.example/db?sslmode=verify-ca&uselibpqcompat=true',
    'postgres://u:p@db.example/db?ssl=true',
  ])('refuses %s, unless plaintext is allowed', (url) => {
    expect(
      refusal(() => {
        assertProtectedConnection(url, false);
      }),
    ).toBe('internal');
  });

  it.each([
    'not a url with a password',
    'postgres://u:p@db.example/db?sslmode=verify-full&sslmode=disable',
    'postgres://u:p@localhost/db?host=127.0.0.1&host=10.0.0.5',
    'postgres://u:p@localhost/db?host=127.0.0.1&h%6Fst=10.0.0.5',
    'postgres://u:p%zz@localhost/db',
    'postgres://u:p@db.example/db?sslmode=verify-full&sslrootcert=/no/such/file.pem',
    'postgres://u:p@localhost/db?sslnegotiation=direct&sslmode=disable',
  ])('refuses %s, also where plaintext is allowed', (url) => {
    expect(
      refusal(() => {
        assertProtectedConnection(url, true);
      }),
    ).toBe('internal');
  });

  it('judges the host that PGHOST gives to a URL without one', () => {
    vi.stubEnv('PGHOST', '10.0.0.5');
    expect(
      refusal(() => {
        assertProtectedConnection('postgres:///db', false);
      }),
    ).toBe('internal');
    vi.unstubAllEnvs();
  });

  it('does not quote a URL that it cannot read', () => {
    try {
      assertProtectedConnection('a secret', true);
    } catch (error) {
      expect((error as AppError).detail).not.toContain('a secret');
      expect((error as AppError).cause).toBeUndefined();
      return;
    }
    expect.unreachable();
  });
});

describe('withSessionSettings', () => {
  it('adds the role and the limits, and keeps what was there', () => {
    const url = withSessionSettings(
      'postgres://u:p@h/db?sslmode=verify-full&options=-c%20geqo%3Doff',
      LIMITS,
      'app',
    );
    const options = new URL(url).searchParams.get('options') ?? '';
    expect(options).toContain('-c geqo=off');
    expect(options).toContain('-c role=app');
    expect(options).toContain('-c statement_timeout=1000');
    expect(url).toContain('sslmode=verify-full');
    expect(url).not.toContain('+');
  });

  it('lets no option of the URL come after what it pins', () => {
    const url = withSessionSettings(
      'postgres://u:p@h/db?options=-c%20bytea_output%3Descape',
      LIMITS,
    );
    const options = new URL(url).searchParams.get('options') ?? '';
    expect(options.lastIndexOf('bytea_output')).toBe(options.indexOf('bytea_output=hex'));
    expect(options).toContain(String.raw`-c default_transaction_isolation=read\ committed`);
  });
});

describe('userOf and databaseOf', () => {
  it.each([
    ['postgres://a%40b:p@h/db', 'a@b', 'db'],
    ['postgres://u:p@h/db?user=other', 'other', 'db'],
    ['postgres://u:p@h', 'u', 'u'],
  ])('read %s as the driver does', (url, user, database) => {
    expect([userOf(url), databaseOf(url)]).toEqual([user, database]);
  });
});
