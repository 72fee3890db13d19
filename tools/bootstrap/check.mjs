/**
 * All that a change has to pass: `npm run check`, which is `npm test`. It installs nothing. Every fault is shown, and the last line is
 * `N passed, N failed`: tests, and the steps before them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lookAtBackends } from '../check/backends.mjs';
import { runStep, runSteps } from '../check/run-steps.mjs';
import { STEPS, testStep } from '../check/steps.mjs';
import { readTestReport } from '../check/test-report.mjs';
import { isNewEnough, pinnedRuntime, refusal, runUnder } from './runtime.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

function print(line) {
  process.stdout.write(`${line}\n`);
}

function printStep({ name, seconds, hasPassed, output }) {
  print(`${hasPassed ? 'passed' : 'FAILED'}  ${name}  (${seconds.toFixed(1)} s)`);
  if (!hasPassed) print(output.trimEnd().replaceAll(/^(?=.)/gm, '    '));
}

function printBackend({ name, missing, hasFailed }) {
  if (missing === undefined) print(`runs    ${name}`);
  else print(`${hasFailed ? 'FAILED' : 'SKIPPED'}  ${name}: ${missing}`);
}

async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-check-'));
  try {
    const report = join(folder, 'tests.json');
    print('Tests:');
    const step = await runStep(ROOT, testStep(report));
    printStep(step);
    const counts = readTestReport(report, step.hasPassed);
    for (const name of counts.skipped) print(`skipped here: ${name}`);
    return counts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main() {
  const backends = lookAtBackends(ROOT, process.env.KEYWARD_EXPECTED_BACKENDS);
  print('Backends of the tests:');
  backends.forEach(printBackend);
  // What a step prints is kept until it has failed, and read in a file as often as on a terminal.
  process.env.NO_COLOR = '1';
  print('Steps:');
  const steps = await runSteps(ROOT, STEPS, printStep);
  const tests = await runTests();
  const failed =
    tests.failed +
    steps.filter(({ hasPassed }) => !hasPassed).length +
    backends.filter(({ hasFailed }) => hasFailed).length;
  const passed = tests.passed + steps.filter(({ hasPassed }) => hasPassed).length;
  process.exitCode = failed === 0 ? 0 : 1;
  print(`${passed} passed, ${failed} failed`);
}

const pinned = pinnedRuntime(ROOT);
if (isNewEnough(process.version)) await main();
else if (pinned !== undefined) runUnder(pinned, process.argv.slice(1));
else {
  process.stderr.write(`${refusal(process.version)}\n`);
  process.exitCode = 1;
}
