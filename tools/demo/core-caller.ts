import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import { TrialError } from '../trial/run-trial.js';

export interface CoreAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface CoreCall {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v1`. */
  readonly path: string;
  readonly body?: object;
}

const TIMEOUT_MILLIS = 60_000;

/** Calls the core platform as a person's program does: HTTPS under the development CA, with the person's access token. */
export class CoreCaller {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #signal: AbortSignal;
  #accessToken: string | undefined;

  /** @param core - `corePlatform` of `connection.json`. */
  constructor(core: { readonly url: string; readonly ca: string }, signal: AbortSignal) {
    this.#url = core.url;
    this.#signal = signal;
    this.#agent = new Agent({
      allowH2: false,
      connect: { ca: readFileSync(core.ca), minVersion: 'TLSv1.3' },
    });
  }

  /** From now on calls are those of this person. */
  useToken(accessToken: string): void {
    this.#accessToken = accessToken;
  }

  /** Any answer, whatever its status. */
  async ask({ method, path, body }: CoreCall): Promise<CoreAnswer> {
    const token = this.#accessToken;
    const answer = await request(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      dispatcher: this.#agent,
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(TIMEOUT_MILLIS)]),
    });
    const parsed = JSON.parse(await answer.body.text()) as Record<string, unknown>;
    return { status: answer.statusCode, body: parsed };
  }

  /** @throws TrialError `unexpected_answer` for any status but 200 and 201. */
  async call(call: CoreCall): Promise<CoreAnswer> {
    const answer = await this.ask(call);
    if (answer.status !== 200 && answer.status !== 201) throw unexpected(call, answer);
    return answer;
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }
}

function unexpected({ method, path }: CoreCall, { status, body }: CoreAnswer): TrialError {
  const code = typeof body['code'] === 'string' ? body['code'] : 'no code';
  const id = typeof body['requestId'] === 'string' ? `, request ${body['requestId']}` : '';
  return new TrialError(
    'unexpected_answer',
    `The core platform answered ${status.toString()} (${code}${id}) to ${method} ${path}. ` +
      'Run it again with --data DIR to keep its logs.',
  );
}

/** A text field of an answer. @throws TrialError `unexpected_answer` where it is something else. */
export function textOf({ body }: CoreAnswer, field: string): string {
  const value = body[field];
  if (typeof value === 'string') return value;
  throw new TrialError('unexpected_answer', `An answer of the core platform has no ${field}.`);
}
