import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../launcher/project-root.js';

const RUN = join(PROJECT_ROOT, 'tools/bootstrap/run.mjs');

/** Two cores that do other things as well start a system more slowly than usual. */
const PATIENCE_MILLIS = 90_000;

let folder: string;

function runDemo(...argv: string[]): { status: number | null; printed: string } {
  const entry = ['tools/demo/main', ...argv];
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, ...entry], {
    encoding: 'utf8',
  });
  return { status, printed: stdout + stderr };
}

beforeAll(() => {
  execFileSync(process.execPath, [RUN, '--build-only'], { stdio: 'inherit' });
  folder = mkdtempSync(join(tmpdir(), 'demo-spec-'));
  // As root the database server is another account, which has to pass through.
  chmodSync(folder, 0o711);
  const records = join(folder, 'records');
  mkdirSync(join(records, 'below'), { recursive: true });
  writeFileSync(join(records, 'letter.txt'), 'Sehr geehrte Frau Übermüller 👋');
  writeFileSync(join(records, 'below', 'picture.png'), Buffer.from([0x89, 0x50, 0xff, 0, 1]));
  writeFileSync(join(records, 'empty'), '');
  symlinkSync(records, join(records, 'loop'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('the demo', { timeout: PATIENCE_MILLIS }, () => {
  it('takes a folder through all steps, keeps the system where it is told to, and names what it skipped', () => {
    const data = join(folder, 'data');
    const { status, printed } = runDemo('--data', data, join(folder, 'records'));
    expect(printed).toContain('Everything came back as it was.');
    expect(status).toBe(0);
    expect(printed).toContain('422 decryption_failed');
    expect(printed).toMatch(/3 files under version .+\n.*3 files under version/);
    expect(printed).toContain('loop: a link, not a file');
    expect(existsSync(join(data, 'demo-person.json'))).toBe(true);
    expect(existsSync(join(data, 'connection.json'))).toBe(false);
  });

  it('refuses a folder of data that is not empty, and a folder of records that is none', () => {
    const records = join(folder, 'records');
    const notEmpty = runDemo('--data', records, records);
    expect(notEmpty.status).toBe(1);
    expect(notEmpty.printed).toContain('is not an empty folder');
    expect(runDemo(join(folder, 'missing')).status).toBe(1);
  });
});
