import { errors, Pool, type Dispatcher } from 'undici';
import { AppError } from '@app/errors';
import { isHttpsUrl, type ServiceAddress } from './service-address.js';

export interface TransportLimits {
  /** For a whole call with its retries, from its start to the last byte of the answer. 10,000 by default. */
  readonly deadlineMillis?: number;
  /** Connections at once; 32 by default. What comes on top waits for one, inside its deadline. */
  readonly connections?: number;
  /** The longest answer that is read; 16 MiB by default. The largest that the contract has is one of about 8 MiB. */
  readonly maxAnswerBytes?: number;
}

/** One request, ready to be sent. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Whether it is sent again when its connection died under it; true by default. */
  readonly mayRepeat?: boolean;
}

export interface WireAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
}

const ATTEMPTS = 3;

/** A connection that died under a request: mostly a kept one that the service closed in the moment in which it was used again. */
const DIED_UNDER_THE_REQUEST = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** What came was no answer of the contract: more of it will come if the call is repeated. */
const NO_SUCH_ANSWER = new Set([
  'UND_ERR_RES_EXCEEDED_MAX_SIZE',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/**
 * HTTP/1.1 over mutual TLS 1.3 to one encryption service. There is no proxy, no redirect and no resumption of sessions; connections
 * are kept and used again.
 *
 * A request that may be is repeated, at once and at most twice, when its connection died under it: one that has the same effect when it
 * is carried out twice. Reads do, an encryption made twice is one blob and one that nobody stored, and most of the rest brings an id or
 * an `Idempotency-Key` of its own.
 */
export class ServiceTransport {
  readonly #pool: Pool;
  readonly #deadlineMillis: number;

  /** @throws AppError `internal` for an address that is not `https:`: credentials and plaintext would go over the wire in clear. */
  constructor(address: ServiceAddress, limits: TransportLimits = {}) {
    if (!isHttpsUrl(address.url))
      throw new AppError('internal', {
        detail: 'An encryption service is reached by https: alone.',
      });
    this.#deadlineMillis = limits.deadlineMillis ?? 10_000;
    this.#pool = new Pool(address.url, {
      connections: limits.connections ?? 32,
      pipelining: 1,
      allowH2: false,
      maxResponseSize: limits.maxAnswerBytes ?? 16 * 1024 * 1024,
      // The deadline of the call rules; these are only there so that no timer of the pool outlives it.
      headersTimeout: this.#deadlineMillis,
      bodyTimeout: this.#deadlineMillis,
      maxCachedSessions: 0,
      connect: {
        ca: address.ca,
        cert: address.certificate,
        key: address.key,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        maxVersion: 'TLSv1.3',
        ecdhCurve: 'X25519MLKEM768:X25519',
        timeout: this.#deadlineMillis,
      },
    });
  }

  /**
   * @throws AppError `encryption_service_unavailable` where no answer came in time, `encryption_service_rejected` where what came is no
   * HTTP answer of a bearable size.
   */
  async send(request: WireRequest): Promise<WireAnswer> {
    const signal = AbortSignal.timeout(this.#deadlineMillis);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(request, signal);
      } catch (cause) {
        const again =
          request.mayRepeat !== false &&
          attempt < ATTEMPTS &&
          DIED_UNDER_THE_REQUEST.has(codeOf(cause));
        if (!again) throw toTransportError(cause);
      }
    }
  }

  /** Ends all connections once their answers have come. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #attempt(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const { method, path, headers, body = null } = request;
    const answer = await this.#pool.request({ method, path, headers, body, signal });
    return {
      status: answer.statusCode,
      contentType: single(answer, 'content-type') ?? '',
      retryAfter: single(answer, 'retry-after'),
      body: Buffer.from(await answer.body.arrayBuffer()),
    };
  }
}

function single(answer: Dispatcher.ResponseData, header: string): string | undefined {
  const value = answer.headers[header];
  return typeof value === 'string' ? value : undefined;
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

function toTransportError(cause: unknown): AppError {
  const unreadable = cause instanceof errors.HTTPParserError || NO_SUCH_ANSWER.has(codeOf(cause));
  return unreadable
    ? new AppError('encryption_service_rejected', { cause })
    : new AppError('encryption_service_unavailable', { cause, retryAfterSeconds: 1 });
}
