import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../../../tools/emulators/emulators.mjs';
import { findFreePort } from '../../../tools/network/free-port.js';
import { watchOver } from '../../../tools/watchdog/watchdog.js';

const START_MILLIS = 60_000;

/** A key service that runs for a test. */
export interface Emulator {
  readonly url: string;
  stop(): Promise<void>;
}

/** What starts one. */
export interface EmulatorCommand {
  /** Of `tools/emulators`. */
  readonly name: string;
  readonly program: string;
  /** `folder` is an empty one of its own, which goes with it. */
  readonly argv: (port: number, folder: string) => readonly string[];
  readonly env?: (port: number, folder: string) => Readonly<Record<string, string>>;
  /** The path that is answered once it is ready. */
  readonly readyPath: string;
}

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  for (let waited = 0; waited < START_MILLIS && !hasEnded(); waited += 100) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`${url} did not become ready`);
}

/** Starts an emulator on loopback, with nothing of this process's environment. */
export async function startEmulator(command: EmulatorCommand): Promise<Emulator> {
  const program = findProgram(command.name, command.program);
  if (program === undefined) throw new Error(`${command.name} is not installed`);
  const port = await findFreePort();
  const folder = mkdtempSync(join(tmpdir(), 'keyward-emulator-'));
  const child = spawn(program, command.argv(port, folder), {
    env: { PATH: '/usr/bin:/bin', HOME: folder, ...command.env?.(port, folder) },
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const unwatch = child.pid === undefined ? () => undefined : watchOver(child.pid, 'TERM');
  const stop = async (): Promise<void> => {
    // Nothing in it is to be kept.
    child.kill('SIGKILL');
    await ended;
    unwatch();
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port.toString()}`;
  try {
    await untilReady(`${url}${command.readyPath}`, () => child.exitCode !== null);
    return { url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
