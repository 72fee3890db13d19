import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';
import { commandOf } from './steps.mjs';

/** As many as a small machine has cores. */
const AT_ONCE = 2;

function runCommand(root, [program, ...argv]) {
  return new Promise((resolve) => {
    const child = spawn(program, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => output.push(chunk));
    }
    child.on('error', (error) => {
      resolve({ hasPassed: false, output: error.message });
    });
    child.on('close', (code) => {
      resolve({ hasPassed: code === 0, output: Buffer.concat(output).toString() });
    });
  });
}

/** Runs one step to its end: whether it passed, for how long it ran, and all that it printed. */
export async function runStep(root, step) {
  const began = performance.now();
  const outcome = await runCommand(root, commandOf(root, step));
  return { name: step.name, seconds: (performance.now() - began) / 1000, ...outcome };
}

/** Takes the next step whose predecessor has ended; `undefined` while there is none. */
function takeReady(waiting, ended) {
  const index = waiting.findIndex(({ after }) => after === undefined || ended.has(after));
  return index === -1 ? undefined : waiting.splice(index, 1)[0];
}

/**
 * Runs all steps, two at a time, and goes on when one fails, so that every fault is shown. A step after one that failed is not run and
 * has failed with it.
 *
 * @param onEnd - told of each step when it has ended.
 */
export async function runSteps(root, steps, onEnd) {
  const waiting = [...steps];
  const running = new Set();
  const ended = new Map();
  const finish = (result) => {
    ended.set(result.name, result);
    onEnd(result);
  };
  const begin = (step) => {
    if (step.after !== undefined && !ended.get(step.after).hasPassed) {
      const output = `Not run, because "${step.after}" failed.`;
      finish({ name: step.name, seconds: 0, hasPassed: false, output });
      return;
    }
    const run = runStep(root, step).then((result) => {
      running.delete(run);
      finish(result);
    });
    running.add(run);
  };
  while (waiting.length > 0 || running.size > 0) {
    const next = running.size < AT_ONCE ? takeReady(waiting, ended) : undefined;
    if (next !== undefined) begin(next);
    else await Promise.race(running);
  }
  return [...ended.values()];
}
