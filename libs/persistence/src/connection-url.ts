import pg from 'pg';
import { AppError } from '@app/errors';

/** As `pg` names them: without the brackets of an IPv6 address, a socket by its folder. */
const THIS_HOST = /^(\/.*|localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;

/** A `%` that does not begin an escape: `pg` would then read the whole text in another way. */
const STRAY_PERCENT = /%(?![0-9a-f]{2})/i;

/**
 * What correctness depends on. As start-up options these win over what was set for the database, the role or the server, and, being the
 * last, over the URL's own.
 */
const PINNED = [
  // What is read after a lock was taken must be newer than the lock: under repeatable read the snapshot is older.
  String.raw`default_transaction_isolation=read\ committed`,
  // An audit record is durable before the answer.
  'synchronous_commit=on',
  // Rows that come as JSON have their bytes in this form, and times are read in that one.
  'bytea_output=hex',
  'datestyle=ISO',
];

/** What every session of the application runs under; the server ends what hangs, so that no request waits for ever. */
export interface SessionLimits {
  readonly statementTimeoutMillis: number;
  readonly lockTimeoutMillis: number;
}

function refusal(detail: string): AppError {
  // The text holds a password: the parsers' messages, which may quote it, are dropped on purpose.
  return new AppError('internal', { detail });
}

function parse(url: string): URL {
  if (URL.canParse(url) && !STRAY_PERCENT.test(url)) return new URL(url);
  throw refusal(
    'The database URL is not a URL of the form postgresql://USER:PASSWORD@HOST:PORT/DATABASE, percent-encoded.',
  );
}

/**
 * A URL as `pg` reads it, which takes host, user and more from parameters and from the environment too. Who judged it otherwise would
 * judge another connection than the one that is opened.
 */
function readByDriver(url: string): pg.Client {
  const parsed = parse(url);
  const names = [...parsed.searchParams.keys()];
  if (new Set(names).size < names.length) {
    throw refusal('The database URL has a parameter twice.');
  }
  try {
    return new pg.Client({ connectionString: parsed.toString() });
  } catch {
    throw refusal(
      'The database URL has a parameter that cannot be used: look at sslrootcert, sslcert and sslkey (files that can be read) ' +
        'and at sslmode and sslnegotiation.',
    );
  }
}

function isVerified(url: string, client: pg.Client): boolean {
  const ssl = client.ssl as
    boolean | { rejectUnauthorized?: boolean; checkServerIdentity?: unknown };
  if (typeof ssl === 'boolean' || ssl.rejectUnauthorized === false) return false;
  // The modes below this one are to mean less in the next version of pg.
  const isFull = parse(url).searchParams.get('sslmode') === 'verify-full';
  return isFull && ssl.checkServerIdentity === undefined;
}

/**
 * Refuses a database connection that others could read or stand in for: TLS with the certificate verified, loopback or a Unix socket
 * pass; anything else needs `allowPlaintext`, the operator's explicit insecure setting.
 *
 * @throws AppError `internal` that says what to change, without a word of the URL.
 */
export function assertProtectedConnection(url: string, allowPlaintext: boolean): void {
  const client = readByDriver(url);
  if (THIS_HOST.test(client.host) || isVerified(url, client) || allowPlaintext) return;
  throw refusal(
    'The database is on another host: its URL needs sslmode=verify-full (and sslrootcert), or database.insecurePlaintext must be set.',
  );
}

/** The database's name in a URL; the user's where it names none, as PostgreSQL itself takes it. */
export function databaseOf(url: string): string {
  const { database, user } = readByDriver(url);
  return database ?? user ?? '';
}

/** The user name in a database URL. */
export function userOf(url: string): string {
  return readByDriver(url).user ?? '';
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
    ...PINNED,
    `statement_timeout=${String(limits.statementTimeoutMillis)}`,
    `lock_timeout=${String(limits.lockTimeoutMillis)}`,
    'idle_in_transaction_session_timeout=30000',
    ...(role === undefined ? [] : [`role=${role}`]),
  ].map((setting) => `-c ${setting}`);
  const own = parsed.searchParams.get('options');
  parsed.searchParams.delete('options');
  const query = parsed.searchParams.toString();
  // URLSearchParams writes a space as '+', which pg hands to the server as it stands.
  const options = encodeURIComponent([...(own === null ? [] : [own]), ...settings].join(' '));
  parsed.search = `${query === '' ? '' : `${query}&`}options=${options}`;
  return parsed.toString();
}
