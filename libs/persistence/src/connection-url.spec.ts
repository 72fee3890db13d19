import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import { assertProtectedConnection, userOf, withSessionSettings } from './connection-url.js';

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
    'postgres://u:p@db.example/db?sslmode=verify-full&sslrootcert=/ca.pem',
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
    'not a url with a password',
  ])('refuses %s, unless plaintext is allowed', (url) => {
    expect(
      refusal(() => {
        assertProtectedConnection(url, false);
      }),
    ).toBe('internal');
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

  it('tells the user of a URL', () => {
    expect(userOf('postgres://a%40b:p@h/db')).toBe('a@b');
  });
});
