import { spawnSync } from 'node:child_process';
import { isAlive } from '../files/folder-lock.js';
import { allowedCores } from './process-figures.js';

/** Which part of a run has which cores. */
export interface Cores {
  /** Of the server that is measured, alone. */
  readonly server: readonly number[];
  /** Of the load. */
  readonly load: readonly number[];
  /** Of PostgreSQL; on two cores it shares that of the load. */
  readonly database: readonly number[];
}

/** Shares out cores; `undefined` with fewer than two. */
export function shareOut(cores: readonly number[]): Cores | undefined {
  const [server, load, ...others] = cores;
  if (server === undefined || load === undefined) return undefined;
  return { server: [server], load: [load], database: others.length > 0 ? others : [load] };
}

function hasTaskset(): boolean {
  return spawnSync('taskset', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Pins processes to cores by `taskset` of util-linux, so that server and load do not take each other's time. */
export class Pinning {
  private constructor(readonly cores: Cores) {}

  /** A pinning for this machine, or why there is none. */
  static choose(): Pinning | string {
    if (!hasTaskset()) return 'taskset is not installed';
    const cores = shareOut(allowedCores() ?? []);
    return cores === undefined ? 'there is only one core' : new Pinning(cores);
  }

  /** All threads of processes; a thread or process that is started later is where the one is that starts it. */
  pin(pids: readonly number[], part: keyof Cores): void {
    const list = this.cores[part].join(',');
    for (const pid of pids) {
      const run = spawnSync('taskset', ['-a', '-c', '-p', list, pid.toString()]);
      // A child of PostgreSQL may have ended since it was listed.
      if (run.status === 0 || !isAlive(pid)) continue;
      throw new Error(`taskset failed: ${run.stderr.toString().trim()}`);
    }
  }
}
