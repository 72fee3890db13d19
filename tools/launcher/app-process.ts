import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchOver } from '../watchdog/watchdog.js';
import { LauncherError } from './launcher-error.js';

const POLL_MILLISECONDS = 25;
/** The apps let requests under way end for 20 s. */
const STOP_PATIENCE_MILLISECONDS = 25_000;
const RESTART_PAUSES_MILLISECONDS = [0, 200, 1000, 5000];
const TAIL_LINES = 5;

export interface AppProcessOptions {
  /** `encryption-service-1`; also the name of the log. */
  readonly name: string;
  readonly entry: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly url: string;
  readonly operationsUrl: string;
  /** Told in words when the process died, and when it is ready again. */
  readonly onEvent: (text: string) => void;
  /** Called whenever the process is another one. */
  readonly onReplaced: () => void;
}

/** The flags of every process of the system: SIGUSR1 must not open a debugger. */
export const NODE_FLAGS: readonly string[] = ['--disable-sigusr1'];

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

async function isReady(operationsUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${operationsUrl}/readyz`, { signal: AbortSignal.timeout(2000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** One process of an app, which is started again on the same ports when it dies. */
export class AppProcess {
  readonly #options: AppProcessOptions;
  #child: ChildProcess | undefined;
  #isStopping = false;
  #logOffset = 0;

  constructor(options: AppProcessOptions) {
    this.#options = options;
  }

  get url(): string {
    return this.#options.url;
  }

  get operationsUrl(): string {
    return this.#options.operationsUrl;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Starts the process and waits until it can answer.
   *
   * @throws LauncherError `start_failed` when it ends before; the message has the end of its log. It is not started again then.
   */
  async start(signal: AbortSignal): Promise<void> {
    const child = this.#spawn();
    await this.#untilReady(child, signal);
    this.#supervise(child);
  }

  /** Stops the process, after what it has under way. May be called at any time. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const patient = new AbortController();
    const late = sleep(STOP_PATIENCE_MILLISECONDS, undefined, { signal: patient.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await ended;
    patient.abort();
    await late;
  }

  #spawn(): ChildProcess {
    const { entry, environment, logFile } = this.#options;
    const log = openSync(logFile, 'a', 0o600);
    this.#logOffset = statSync(logFile).size;
    try {
      // A process group of its own: an interrupt from the keyboard reaches the launcher, which stops things in order.
      const child = spawn(process.execPath, [...NODE_FLAGS, entry, 'serve'], {
        env: environment,
        stdio: ['ignore', log, log],
        detached: true,
      });
      this.#child = child;
      const endWatch = watchOver(child.pid ?? 0, 'TERM');
      child.once('exit', endWatch);
      return child;
    } finally {
      closeSync(log);
    }
  }

  async #untilReady(child: ChildProcess, signal: AbortSignal): Promise<void> {
    while (!(await isReady(this.#options.operationsUrl))) {
      signal.throwIfAborted();
      if (hasEnded(child)) throw this.#failure();
      await sleep(POLL_MILLISECONDS);
    }
    // Another program may be answering on that port.
    if (hasEnded(child)) throw this.#failure();
  }

  #failure(): LauncherError {
    const { name, logFile } = this.#options;
    const said = readFileSync(logFile).subarray(this.#logOffset).toString().trim();
    const tail = said.split('\n').slice(-TAIL_LINES).join('\n');
    return new LauncherError(
      'start_failed',
      `${name} ended. Its log, ${logFile}, says last:\n${tail}`,
    );
  }

  #isWanted(): boolean {
    return !this.#isStopping;
  }

  #supervise(child: ChildProcess): void {
    const restart = (): void => {
      if (this.#isWanted()) void this.#restart();
    };
    if (hasEnded(child)) restart();
    else child.once('exit', restart);
  }

  async #restart(): Promise<void> {
    const { name, logFile, onEvent, onReplaced } = this.#options;
    onEvent(`${name} died and is started again (see ${logFile}).`);
    for (let attempt = 0; this.#isWanted(); attempt += 1) {
      await sleep(RESTART_PAUSES_MILLISECONDS[attempt] ?? RESTART_PAUSES_MILLISECONDS.at(-1));
      if (!this.#isWanted()) return;
      const child = this.#spawn();
      onReplaced();
      try {
        await this.#untilReady(child, new AbortController().signal);
        onEvent(`${name} is ready again.`);
        this.#supervise(child);
        return;
      } catch (error) {
        if (!(error instanceof LauncherError)) throw error;
        if (this.#isWanted()) onEvent(`${name} did not start again.`);
      }
    }
  }
}
