import { AppError } from '@app/errors';

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\]|::1)$/;

/** What every session of the application runs under; the server ends what hangs, so that no request waits for ever. */
export interface SessionLimits {
  readonly statementTimeoutMillis: number;
  readonly lockTimeoutMillis: number;
}

function parse(url: string): URL {
  try {
    return new URL(url);
  } catch {
    // The text holds a password: the parser's message, which quotes it, is dropped on purpose.
    throw new AppError('internal', {
      detail:
        'The database URL is not a URL of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE.',
    });
  }
}

/**
 * Refuses a database connection that others could read or stand in for: TLS with the certificate verified, loopback or a Unix socket
 * pass; anything else needs `allowPlaintext`, the operator's explicit insecure setting.
 */
export function assertProtectedConnection(url: string, allowPlaintext: boolean): void {
  const { hostname, searchParams } = parse(url);
  const socket =
    hostname === '' ||
    hostname.startsWith('%2F') ||
    searchParams.get('host')?.startsWith('/') === true;
  const verified = searchParams.get('sslmode') === 'verify-full';
  if (socket || verified || allowPlaintext || LOOPBACK.test(hostname)) return;
  throw new AppError('internal', {
    detail:
      'The database is on another host: its URL needs sslmode=verify-full (and sslrootcert), or database.insecurePlaintext must be set.',
  });
}

/** The database's name in a URL; the user's where it names none, as PostgreSQL itself takes it. */
export function databaseOf(url: string): string {
  const name = decodeURIComponent(parse(url).pathname.slice(1));
  return name === '' ? userOf(url) : name;
}

/** The user name in a database URL. */
export function userOf(url: string): string {
  return decodeURIComponent(parse(url).username);
}

/**
 * Adds start-up settings to a URL. They go into the URL because `pg` lets a URL win over its other options, so that an `options`
 * that the operator gave is kept too.
 *
 * @param role - the role that each session takes at once; RESET ROLE and DISCARD ALL keep a role that was set at start-up.
 */
export function withSessionSettings(url: string, limits: SessionLimits, role?: string): string {
  const parsed = parse(url);
  const settings = [
    parsed.searchParams.get('options') ?? '',
    `-c statement_timeout=${String(limits.statementTimeoutMillis)}`,
    `-c lock_timeout=${String(limits.lockTimeoutMillis)}`,
    '-c idle_in_transaction_session_timeout=30000',
    role === undefined ? '' : `-c role=${role}`,
  ];
  parsed.searchParams.delete('options');
  const query = parsed.searchParams.toString();
  // URLSearchParams writes a space as '+', which pg hands to the server as it stands.
  const options = encodeURIComponent(settings.filter(Boolean).join(' '));
  parsed.search = `${query === '' ? '' : `${query}&`}options=${options}`;
  return parsed.toString();
}
