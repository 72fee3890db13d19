import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { childEnvironment } from '@app/config';
import { KeyServiceError } from '../remote/key-service.js';
import type { TokenAnswer, TokenRequest } from './token-messages.js';
// Nothing of it runs in here; the build has to know that it is part of the program.
import type {} from './token-process.js';

/** In the form that this file has itself: compiled, or as source. */
const PROGRAM = new URL(`./token-process${extname(import.meta.url)}`, import.meta.url);

function startProcess(): ChildProcess {
  try {
    return fork(PROGRAM, [], {
      // Keys as bytes: of text, and JSON is that, nothing can be overwritten.
      serialization: 'advanced',
      // Modules read settings of their own there. Those of this service, secrets among them, are not their maker's business.
      env: childEnvironment({ without: ['ES_', 'DATABASE_URL'], set: {} }),
      // Not those of this process, and no debugger.
      execArgv: ['--disable-sigusr1'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new KeyServiceError('unavailable', `PKCS #11: no process for the token${code}`);
  }
}

/** The running process of one token. Asked one thing at a time. */
export class TokenChild {
  readonly #child: ChildProcess;

  /** @throws KeyServiceError `unavailable` where this machine has no room for another process. */
  constructor() {
    this.#child = startProcess();
    // A process that cannot be started says so by this event and by not answering.
    this.#child.on('error', () => this.#child.kill('SIGKILL'));
    this.#keepAlive(false);
  }

  /** The answer. Rejects with `unavailable` where the process ends before it. */
  async ask(request: TokenRequest): Promise<TokenAnswer> {
    this.#keepAlive(true);
    try {
      return await this.#exchange(request);
    } finally {
      this.#keepAlive(false);
    }
  }

  /** Ends the process at once, also in the middle of a call of its module. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #exchange(request: TokenRequest): Promise<TokenAnswer> {
    const child = this.#child;
    const { promise, resolve, reject } = Promise.withResolvers<TokenAnswer>();
    const onAnswer = (message: unknown): void => {
      resolve(message as TokenAnswer);
    };
    const onEnd = (): void => {
      reject(new KeyServiceError('unavailable', 'PKCS #11: the process of the token has ended'));
    };
    child.once('message', onAnswer).once('exit', onEnd).once('error', onEnd);
    child.send(request, (error) => {
      if (error !== null) onEnd();
    });
    return promise.finally(() => {
      child.off('message', onAnswer).off('exit', onEnd).off('error', onEnd);
    });
  }

  /** Whether this process stays for the other one's sake: while it waits for an answer. */
  #keepAlive(value: boolean): void {
    if (value) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }
}
