import type { SecretString } from '@app/secret';
import { Agent, request } from 'undici';
import { MAX_ANSWER_BYTES } from '../remote/bounded-answer.js';
import { KeyServiceError } from '../remote/key-service.js';
import { readCa } from '../remote/read-ca.js';
import { retryAfterMillis } from '../remote/retry-after.js';
import type { VaultTransitOptions } from './settings.js';

/** One request to Vault. */
export interface VaultRequest {
  readonly method: 'GET' | 'POST';
  /** Behind `/v1/`. */
  readonly path: string;
  readonly token?: SecretString;
  readonly body?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** What Vault answered; `body` is JSON, or undefined where it was none. */
export interface VaultAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMillis: number | undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the answer, which may hold a key.
    return undefined;
  }
}

/** Connections to one Vault. No proxy variables, no redirects: whom the key goes to is configured, and nobody else. */
export class VaultConnection {
  readonly #agent: Agent;
  readonly #base: URL;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, ca, namespace, resilience }: VaultTransitOptions) {
    const authorities = readCa(ca);
    this.#base = new URL(`${url.replace(/\/+$/, '')}/v1/`);
    this.#headers = {
      'x-vault-request': 'true',
      ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
    };
    this.#agent = new Agent({
      connections: resilience.callsAtOnce,
      pipelining: 1,
      headersTimeout: resilience.tryTimeout,
      bodyTimeout: resilience.tryTimeout,
      maxResponseSize: MAX_ANSWER_BYTES,
      connect: {
        timeout: resilience.tryTimeout,
        minVersion: 'TLSv1.2',
        // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
        rejectUnauthorized: true,
        ...(authorities === undefined ? {} : { ca: authorities }),
      },
    });
  }

  /** @throws KeyServiceError `unavailable` where there is no answer. */
  async send({ method, path, token, body, signal }: VaultRequest): Promise<VaultAnswer> {
    try {
      const answer = await request(new URL(path, this.#base), {
        dispatcher: this.#agent,
        method,
        signal,
        headers: {
          ...this.#headers,
          ...(token === undefined ? {} : { 'x-vault-token': token.expose() }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return {
        status: answer.statusCode,
        body: parseJson(await answer.body.text()),
        retryAfterMillis: retryAfterMillis(answer.headers['retry-after']),
      };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
      throw new KeyServiceError('unavailable', `Vault: ${code}`);
    }
  }

  /** Ends connections at once: whoever closes a provider asks nothing of it any more. */
  close(): Promise<void> {
    return this.#agent.destroy();
  }
}
