/**
 * Starts a program of this project: `run.mjs ENTRY [arguments]`, ENTRY being its place below the top level without suffix.
 * Plain JavaScript for any Node.js from 20 on, so that a wrong one gets a sentence rather than a stack trace: it goes on
 * under the pinned Node.js, builds `dist` where it is not up to date, and imports the program.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.mjs';
import { isNewEnough, pinnedRuntime, refusal, runUnder } from './runtime.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

async function main([entry, ...rest]) {
  if (entry === undefined) return fail('usage: run.mjs ENTRY [arguments], or --build-only');
  try {
    await ensureBuilt(ROOT);
  } catch (error) {
    return fail(error.message);
  }
  if (entry === '--build-only') return;
  const program = join(ROOT, 'dist', `${entry}.js`);
  process.argv = [process.execPath, program, ...rest];
  await import(pathToFileURL(program).href);
}

const pinned = pinnedRuntime(ROOT);
if (isNewEnough(process.version)) await main(process.argv.slice(2));
else if (pinned === undefined) fail(refusal(process.version));
else runUnder(pinned, process.argv.slice(1));
