import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** Older ones lack `crypto.argon2`, and the argon2 package kills a Node 20 process at import. */
const LEAST_MAJOR = 24;
const LEAST_MINOR = 11;

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether a version such as `v24.21.0` is new enough for this project. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > LEAST_MAJOR || (major === LEAST_MAJOR && minor >= LEAST_MINOR);
}

/** The Node.js that npm installed for this platform, where it did. */
export function pinnedRuntime(root) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const executable = process.platform === 'win32' ? 'node.exe' : 'node';
  return [`node-${platform}-${process.arch}`, `node-bin-${platform}-${process.arch}`]
    .map((name) => join(root, 'node_modules', name, 'bin', executable))
    .find((path) => existsSync(path));
}

/** What to say when neither this Node.js nor the pinned one will do. */
export function refusal(version) {
  return [
    `This project needs Node.js ${LEAST_MAJOR}.${LEAST_MINOR} or newer, and this is ${version}.`,
    'It brings its own: install it with `npm ci` and start things with `npm run …` or `npx …`.',
    `(npm has none for ${process.platform} ${process.arch}? Then install Node.js ${LEAST_MAJOR} yourself.)`,
  ].join('\n');
}

/** Runs the same command line under another Node.js, passes signals on and ends as it ends. */
export function runUnder(executable, argv) {
  const child = spawn(executable, argv, { stdio: 'inherit' });
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${executable} does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
  });
}
