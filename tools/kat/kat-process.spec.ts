import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../launcher/project-root.js';

const RUN = join(PROJECT_ROOT, 'tools/bootstrap/run.mjs');
const TIMEOUT_MILLIS = 120_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

async function kat(input: string, argv: readonly string[] = []): Promise<Ended> {
  const child = spawn(process.execPath, [RUN, 'tools/kat/main', ...argv]);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const [output, code] = await Promise.all([text(child.stdout), ended]);
  return { code, output };
}

describe('npm run kat', { timeout: TIMEOUT_MILLIS }, () => {
  it('answers each line with one, in order, bad ones too', async () => {
    const right = { op: 'hmac', hash: 'SHA-256', key: '', msg: '', size: 4 };
    const input = `${JSON.stringify({ id: 'a', ...right })}\nx\n\n${JSON.stringify({ id: 2, op: 'hotp' })}\n${JSON.stringify({ id: null, ...right })}`;
    const { code, output } = await kat(input);
    expect(output.split('\n')).toEqual([
      '{"id":"a","ok":true,"tag":"b613679a"}',
      '{"ok":false,"code":"invalid_request"}',
      '{"ok":false,"code":"invalid_request"}',
      '{"id":2,"ok":false,"code":"unsupported"}',
      '{"id":null,"ok":true,"tag":"b613679a"}',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('takes no arguments', async () => {
    expect(await kat('', ['cases.jsonl'])).toEqual({ code: 2, output: '' });
  });

  it('is in no production image: those copy one app and the libraries', () => {
    const folder = join(PROJECT_ROOT, 'deploy');
    const files = readdirSync(folder).filter((name) => name.startsWith('Dockerfile'));
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) {
      const copied = readFileSync(join(folder, name), 'utf8').match(/^(?:COPY|ADD) .*$/gm) ?? [];
      expect(copied.filter((line) => /\btools\b|[ ]\.[/]?[ ]/.test(line))).toEqual([]);
    }
  });
});
