import { join } from 'node:path';

const GENERATE = 'tools/generate/main';

/**
 * The steps before the tests, the longest first. Each is a program of the project's own `node_modules` or `tools`, run by its path:
 * nothing is installed, and the pinned Node.js runs it. `after` names a step that has to have passed.
 */
export const STEPS = [
  { name: 'lint', program: 'node_modules/eslint/bin/eslint.js', argv: ['.'] },
  { name: 'build', program: 'tools/bootstrap/run.mjs', argv: ['--build-only'] },
  {
    name: 'generated files',
    program: 'tools/bootstrap/run.mjs',
    argv: [GENERATE, '--check'],
    after: 'build',
  },
  {
    name: 'types',
    program: 'node_modules/typescript/bin/tsc',
    argv: ['--noEmit', '--project', 'tsconfig.json'],
  },
  {
    name: 'format',
    program: 'node_modules/prettier/bin/prettier.cjs',
    argv: ['--check', '--log-level', 'warn', '.'],
  },
  {
    name: 'boundaries',
    program: 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
    argv: ['--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'test', 'tools'],
  },
  { name: 'dead code', program: 'node_modules/knip/bin/knip.js', argv: [] },
];

/** The tests, whose results go to `report` as JSON. They run by themselves: several of them measure time. */
export function testStep(report) {
  return {
    name: 'tests',
    program: 'node_modules/vitest/vitest.mjs',
    argv: ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
  };
}

/** The command line of a step, for the Node.js that runs this. */
export function commandOf(root, { program, argv }) {
  return [process.execPath, join(root, program), ...argv];
}
