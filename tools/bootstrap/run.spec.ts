import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const SETTINGS = ['package.json', 'tsconfig.json', 'nest-cli.json', 'tools/tsconfig.app.json'];
const APPS = ['apps/core-platform', 'apps/encryption-service'];

interface Outcome {
  readonly code: number | null;
  readonly output: string;
  /** What of it is on standard output, which may be data for another program. */
  readonly data: string;
}

let root: string;

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function run(...argv: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['tools/bootstrap/run.mjs', ...argv], { cwd: root });
    let [output, data] = ['', ''];
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stdout.on('data', (chunk: Buffer) => {
      data += chunk.toString();
    });
    child.stderr.on('data', take);
    child.on('close', (code) => {
      resolve({ code, output, data });
    });
  });
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'bootstrap-'));
  for (const path of [...SETTINGS, ...APPS.map((app) => `${app}/tsconfig.app.json`)]) {
    cpSync(join(PROJECT, path), join(root, path));
  }
  cpSync(join(PROJECT, 'tools/bootstrap'), join(root, 'tools/bootstrap'), { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(root, 'node_modules'));
  write('libs/errors/src/index.ts', "export const greeting = 'hello';\n");
  write(
    'tools/greet.ts',
    "import { greeting } from '@app/errors';\nprocess.stdout.write(greeting + process.argv.slice(2).join());\n",
  );
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('run.mjs', () => {
  it('builds once for two starts at the same time, and not again', async () => {
    const both = await Promise.all([run('tools/greet', 'a', '--b'), run('tools/greet')]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ output }) => output.includes('Built dist'))).toHaveLength(1);
    expect(both.map(({ data }) => data)).toEqual(['helloa,--b', 'hello']);
    expect(await run('tools/greet')).toEqual({ code: 0, output: 'hello', data: 'hello' });
  });

  it('builds again when a source changed, and drops what a deleted source left', async () => {
    write('libs/errors/src/gone.ts', 'export const gone = 1;\n');
    write('libs/errors/src/index.ts', "export const greeting = 'goodbye';\n");
    expect((await run('tools/greet')).output).toMatch(/Built dist.*\ngoodbye$/);
    const made = join(root, 'dist/libs/errors/src/gone.js');
    expect(existsSync(made)).toBe(true);
    rmSync(join(root, 'libs/errors/src/gone.ts'));
    expect((await run('--build-only')).code).toBe(0);
    expect(existsSync(made)).toBe(false);
  });

  it('takes over the lock of a build that died', async () => {
    write('libs/errors/src/index.ts', "export const greeting = 'again';\n");
    write('dist/.lock', '2147483646');
    expect((await run('tools/greet')).output).toMatch(/again$/);
  });

  it('exits 1 without starting anything when a source does not compile', async () => {
    write('libs/errors/src/index.ts', 'export const greeting: number = "no";\n');
    const { code, output } = await run('tools/greet');
    expect(code).toBe(1);
    expect(output).toContain('the build failed');
  });
});
