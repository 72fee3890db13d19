import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { watchOver } from './watchdog.js';

function sleeper(): ChildProcess {
  return spawn('sleep', ['60'], { stdio: 'ignore' });
}

const isPosix = process.platform !== 'win32';

describe.runIf(isPosix)('watchOver', () => {
  it('ends the child when the watching process is killed', async () => {
    const child = sleeper();
    const module = fileURLToPath(new URL('watchdog.ts', import.meta.url));
    const script = `
      const { watchOver } = await import(${JSON.stringify(module)});
      watchOver(${String(child.pid)}, 'TERM');
      process.stdout.write('watching');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script]);
    await once(parent.stdout, 'data');
    const ended = once(child, 'exit');
    parent.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGTERM']);
  });

  it('leaves the child alone once the watch is over', async () => {
    const child = sleeper();
    watchOver(child.pid ?? 0, 'TERM')();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(child.exitCode ?? child.signalCode).toBeNull();
    child.kill();
  });
});
