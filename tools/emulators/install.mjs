/**
 * Installs the emulators of key services that some tests start: `node tools/emulators/install.mjs`. It prints the name of each that is
 * there afterwards, needs Python and its package index, and does nothing for what is installed already. With `--can-run NAME` it installs
 * nothing, and succeeds where there is a Python for that one. Run by `.ci/run`; `npm test` works
 * without, and says what it skips.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EMULATORS, folderOf, markOf, requirementsOf } from './emulators.mjs';

const VERSION = 'import ensurepip, sys, venv; print(*sys.version_info[:2])';

function run(program, argv) {
  const { status, stdout } = spawnSync(program, argv, { stdio: ['ignore', 'pipe', 2] });
  return { hasPassed: status === 0, output: String(stdout ?? '') };
}

/** Interpreters by their usual names, and those of pyenv, of which only one has a name at a time. */
function interpreters() {
  const names = ['python3', 'python3.13', 'python3.14', 'python3.12', 'python3.11'];
  const versions = join(homedir(), '.pyenv', 'versions');
  const ofPyenv = existsSync(versions)
    ? readdirSync(versions).map((version) => join(versions, version, 'bin', 'python3'))
    : [];
  return [...names, ...ofPyenv];
}

function isAtLeast([major, minor], [wantedMajor, wantedMinor]) {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

/** The first interpreter that is new enough and can make environments of its own. */
function findPython(oldest) {
  return interpreters().find((python) => {
    const { status, stdout } = spawnSync(python, ['-c', VERSION], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return status === 0 && isAtLeast(String(stdout).trim().split(' ').map(Number), oldest);
  });
}

function install({ name, python: oldest }) {
  const folder = folderOf(name);
  if (existsSync(markOf(name))) return true;
  const python = findPython(oldest);
  if (python === undefined) {
    process.stderr.write(`${name}: no Python ${oldest.join('.')} or newer\n`);
    return false;
  }
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  const isDone =
    run(python, ['-m', 'venv', folder]).hasPassed &&
    run(join(folder, 'bin', 'python'), [...pip, '-r', requirementsOf(name)]).hasPassed;
  if (isDone) writeFileSync(markOf(name), '');
  return isDone;
}

const { values } = parseArgs({ options: { 'can-run': { type: 'string' } } });
const asked = EMULATORS.find(({ name }) => name === values['can-run']);
if (values['can-run'] !== undefined) {
  process.exitCode = asked !== undefined && findPython(asked.python) !== undefined ? 0 : 1;
} else {
  for (const emulator of EMULATORS) {
    if (install(emulator)) process.stdout.write(`${emulator.name}\n`);
  }
}
