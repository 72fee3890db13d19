import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { NODE_FLAGS } from './app-process.js';
import { LauncherError } from './launcher-error.js';

/**
 * Runs a command of an app to its end.
 *
 * @throws LauncherError `setup_failed` with what it printed.
 */
export async function runCommand(
  entry: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const child = spawn(process.execPath, [...NODE_FLAGS, entry, ...argv], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new LauncherError('setup_failed', `${argv.join(' ')}:\n${printed.trim()}`);
}
