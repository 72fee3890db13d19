import { parseStrictJson } from '@app/encoding';
import { AppError, type FieldError, isErrorCode } from '@app/errors';
import { encodeBase64 } from './bytes.js';
import { ClientKeysError } from './client-keys-error.js';
import { parseOrigin } from './origin.js';
import type { SecretKey } from './secret-key.js';

/** What of an answer is looked at. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** How a call is sent. It follows no redirect, sends no cookie and is kept in no cache. */
export interface FetchInit {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: 'error';
  readonly credentials: 'omit';
  readonly cache: 'no-store';
  readonly referrerPolicy: 'no-referrer';
}

/** `fetch`, or something of its form: with a certificate authority of one's own, or a proxy. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** What goes with a call. */
export interface CallOptions {
  readonly body?: object;
  readonly accessToken?: string;
  /** Sent as `X-Master-Key`. Borrowed. */
  readonly masterKey?: SecretKey;
  /** Sent as `X-New-Master-Key`. Borrowed. */
  readonly newMasterKey?: SecretKey;
}

function headersOf({
  body,
  accessToken,
  masterKey,
  newMasterKey,
}: CallOptions): Record<string, string> {
  const given: readonly (readonly [string, string | undefined])[] = [
    ['content-type', body && 'application/json'],
    ['authorization', accessToken && `Bearer ${accessToken}`],
    ['x-master-key', masterKey && encodeBase64(masterKey.expose())],
    ['x-new-master-key', newMasterKey && encodeBase64(newMasterKey.expose())],
  ];
  return Object.fromEntries(
    given.filter((header): header is [string, string] => header[1] !== undefined),
  );
}

function retryAfterOf({ headers }: FetchAnswer): number | undefined {
  const text = headers.get('retry-after') ?? '';
  return /^[0-9]{1,9}$/.test(text) ? Number(text) : undefined;
}

function isFieldError(value: unknown): value is FieldError {
  const { field, message } = (value ?? {}) as Record<string, unknown>;
  return typeof field === 'string' && typeof message === 'string';
}

/** The core's problem (RFC 9457) as the error that it was there. */
function problemOf(answer: FetchAnswer, json: unknown): Error {
  const { code, errors } = (json ?? {}) as Record<string, unknown>;
  if (!isErrorCode(code)) return new ClientKeysError('malformed_answer', { field: 'code' });
  const retryAfterSeconds = retryAfterOf(answer);
  return new AppError(code, {
    ...(Array.isArray(errors) && errors.every(isFieldError) ? { errors } : {}),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}

function parse(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined;
  try {
    return parseStrictJson(bytes);
  } catch (cause) {
    throw new ClientKeysError('malformed_answer', { field: 'body', cause });
  }
}

/** Calls to one core, whose origin was configured. */
export class CoreLink {
  readonly origin: string;
  readonly #fetch: Fetch;

  /** @throws AppError `invalid_request` for what is no origin. */
  constructor(origin: string, fetch: Fetch = (url, init) => globalThis.fetch(url, init)) {
    this.origin = parseOrigin(origin);
    this.#fetch = fetch;
  }

  /**
   * One call.
   *
   * @param path - below `/api/v1`, from its slash on.
   * @returns the answer's JSON; undefined where it has no body.
   * @throws AppError with the code that the core answered; ClientKeysError `core_unreachable`, `malformed_answer`.
   */
  async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    const answer = await this.#send(method, path, options);
    const json = parse(new Uint8Array(await this.#read(answer)));
    if (answer.status >= 200 && answer.status < 300) return json;
    throw problemOf(answer, json);
  }

  async #send(method: string, path: string, options: CallOptions): Promise<FetchAnswer> {
    try {
      return await this.#fetch(`${this.origin}/api/v1${path}`, {
        method,
        headers: headersOf(options),
        ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
        redirect: 'error',
        credentials: 'omit',
        cache: 'no-store',
        referrerPolicy: 'no-referrer',
      });
    } catch (cause) {
      throw new ClientKeysError('core_unreachable', { cause });
    }
  }

  async #read(answer: FetchAnswer): Promise<ArrayBuffer> {
    try {
      return await answer.arrayBuffer();
    } catch (cause) {
      throw new ClientKeysError('core_unreachable', { cause });
    }
  }
}
