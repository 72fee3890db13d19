import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import type { DevelopmentCertificates } from '../certs/ensure-certificates.js';
import { NODE_FLAGS } from '../launcher/app-process.js';
import { TrialError } from '../trial/run-trial.js';

const ENTRY = join(dirname(fileURLToPath(import.meta.url)), 'twin', 'main.js');

/** The bare server beside which the encryption service is measured, as a process of its own. */
export class TwinProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** Milliseconds from the start of the process until it listens. */
    readonly startMillis: number,
  ) {}

  /** @throws TrialError `start_failed`. */
  static async start(certificates: DevelopmentCertificates['files']): Promise<TwinProcess> {
    const began = performance.now();
    const { server, ca } = certificates;
    const paths = { certificate: server.certificate, key: server.key, 'client-ca': ca.certificate };
    const argv = Object.entries(paths).map(([flag, path]) => `--${flag}=${path}`);
    // A process group of its own: an interrupt from the keyboard reaches the bench, which stops things in order.
    const child = fork(ENTRY, argv, { execArgv: [...NODE_FLAGS], detached: true });
    const ended = once(child, 'exit').then(() => {
      throw new TrialError('start_failed', 'The twin ended before it was ready; see above.');
    });
    const told = once(child, 'message') as Promise<[{ readonly port: number }]>;
    const [{ port }] = await Promise.race([told, ended]);
    ended.catch(() => undefined);
    const url = `https://localhost:${port.toString()}`;
    return new TwinProcess(child, url, performance.now() - began);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill();
    await ended;
  }
}
