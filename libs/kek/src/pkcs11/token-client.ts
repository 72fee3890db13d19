import { KeyServiceError } from '../remote/key-service.js';
import { TokenChild } from './token-child.js';
import type { TokenAnswer, TokenRequest, TokenSettings } from './token-messages.js';

/** What is asked of an open token. */
export type KeyRequest = Exclude<TokenRequest, { kind: 'open' }>;

/** The outcome of `promise`, or `unavailable` once `signal` says so. */
async function until<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(new KeyServiceError('unavailable', 'PKCS #11: no answer of the token in time'));
  };
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/**
 * A token, in a process of its own. That process is started when the token is first needed, ended when a call hangs or fails, and started
 * anew by the next call, which finds a session that was closed and a device that was put back: the one cure that works with every maker's
 * module.
 *
 * A wrong PIN is tried once in the life of this object. Tokens lock after a few.
 */
export class TokenClient {
  #opened: Promise<TokenChild> | undefined;
  #child: TokenChild | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #pinRefused: KeyServiceError | undefined;

  /** @param startMillis - how long opening the token may take. */
  constructor(
    private readonly settings: TokenSettings,
    private readonly startMillis: number,
  ) {}

  /** Asks for one thing, after all that was asked before. Throws {@link KeyServiceError}. */
  async ask(request: KeyRequest, signal: AbortSignal): Promise<Buffer> {
    const before = this.#last;
    const { promise: done, resolve: end } = Promise.withResolvers<undefined>();
    this.#last = before.then(() => done);
    try {
      await until(before, signal);
      return await this.#askNow(request, signal);
    } finally {
      end(undefined);
    }
  }

  /** Ends the process. Nothing is asked afterwards. */
  close(): void {
    this.#end();
  }

  async #askNow(request: KeyRequest, signal: AbortSignal): Promise<Buffer> {
    const opened = this.#hold();
    // Opening is not cut short with the call that began it: it may take longer than one, and the next one finds it done.
    const child = await until(opened, signal);
    try {
      return this.#bytesOf(await until(child.ask(request), signal));
    } catch (error) {
      // Also where the call was cut short: its process is busy with it.
      if (error instanceof KeyServiceError && error.reason === 'unavailable') this.#end();
      throw error;
    }
  }

  /** The open token. What could not be opened is opened anew by the next call. */
  #hold(): Promise<TokenChild> {
    if (this.#opened !== undefined) return this.#opened;
    const opening = this.#open();
    this.#opened = opening;
    opening.catch(() => {
      if (this.#opened === opening) this.#opened = undefined;
    });
    return opening;
  }

  async #open(): Promise<TokenChild> {
    if (this.#pinRefused !== undefined) throw this.#pinRefused;
    const child = new TokenChild();
    this.#child = child;
    try {
      const opening = child.ask({ kind: 'open', settings: this.settings });
      this.#bytesOf(await until(opening, AbortSignal.timeout(this.startMillis)));
      return child;
    } catch (error) {
      child.kill();
      throw error;
    }
  }

  #bytesOf(answer: TokenAnswer): Buffer {
    if (answer.kind === 'done') return answer.bytes;
    const error = new KeyServiceError(answer.reason, `PKCS #11: ${answer.detail}`);
    if (answer.pinRefused) this.#pinRefused = error;
    throw error;
  }

  #end(): void {
    this.#child?.kill();
    this.#child = undefined;
    this.#opened = undefined;
  }
}
