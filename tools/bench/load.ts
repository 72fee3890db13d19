import { performance } from 'node:perf_hooks';
import { Client } from 'undici';
import { TrialError } from '../trial/run-trial.js';

/** Where requests go, and as whom. */
export interface Target {
  /** Scheme, host and port. */
  readonly url: string;
  /** PEM. */
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
  readonly headers: Readonly<Record<string, string>>;
}

export interface Load {
  readonly target: Target;
  readonly path: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

export interface LoadReport {
  /** Milliseconds, one for each answer. */
  readonly latencies: readonly number[];
  readonly seconds: number;
  /** Some of the answers, for their content to be checked. */
  readonly samples: readonly string[];
}

const TIMEOUT_MILLIS = 30_000;
const SAMPLE_EVERY = 97;
const MAX_SAMPLES = 10;

/** Connections to one server, open and warm before anything is measured. */
export class LoadGenerator {
  readonly #load: Load;
  readonly #clients: readonly Client[];
  readonly #latencies: number[] = [];
  readonly #samples: string[] = [];

  private constructor(load: Load) {
    this.#load = load;
    const { url, tls } = load.target;
    this.#clients = Array.from(
      { length: load.connections },
      () =>
        new Client(url, {
          pipelining: 1,
          allowH2: false,
          headersTimeout: TIMEOUT_MILLIS,
          bodyTimeout: TIMEOUT_MILLIS,
          connect: { ...tls, minVersion: 'TLSv1.3', ecdhCurve: 'X25519MLKEM768:X25519' },
        }),
    );
  }

  /** Opens every connection with one request, so that no handshake is measured. */
  static async connect(load: Load): Promise<LoadGenerator> {
    const generator = new LoadGenerator(load);
    await Promise.all(generator.#clients.map((client) => generator.#ask(client)));
    return generator;
  }

  /**
   * Sends requests on every connection, each after the answer to the one before, until the time is over.
   *
   * @throws TrialError `wrong_answer` for any status but 200.
   */
  async run(): Promise<LoadReport> {
    const began = performance.now();
    const until = began + this.#load.seconds * 1000;
    await Promise.all(this.#clients.map((client) => this.#work(client, until)));
    const seconds = (performance.now() - began) / 1000;
    return { latencies: this.#latencies, seconds, samples: this.#samples };
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  async #work(client: Client, until: number): Promise<void> {
    do {
      const began = performance.now();
      const answer = await this.#ask(client);
      this.#latencies.push(performance.now() - began);
      const isSample = this.#latencies.length % SAMPLE_EVERY === 1;
      if (isSample && this.#samples.length < MAX_SAMPLES) this.#samples.push(answer);
    } while (performance.now() < until);
  }

  async #ask(client: Client): Promise<string> {
    const { path, body, target, signal } = this.#load;
    const { headers } = target;
    signal.throwIfAborted();
    const answer = await client.request({ method: 'POST', path, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode === 200) return text;
    const message = `${path} of ${target.url} answered ${answer.statusCode.toString()}: ${text}`;
    throw new TrialError('wrong_answer', message);
  }
}
