import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findFreePort } from '../network/free-port.js';
import { AppProcess } from './app-process.js';

const READY = `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end('ready'));
  server.listen(Number(process.env.PORT), '127.0.0.1');
  process.on('SIGTERM', () => { process.stdout.write('stopped'); process.exit(0); });
`;

let folder: string;
let events: string[];
let replaced: number;
let app: AppProcess;

async function make(program: string): Promise<AppProcess> {
  const entry = join(folder, 'program.mjs');
  writeFileSync(entry, program);
  const port = (await findFreePort()).toString();
  return new AppProcess({
    name: 'app-1',
    entry,
    environment: { PORT: port },
    logFile: join(folder, 'app-1.log'),
    url: '',
    operationsUrl: `http://127.0.0.1:${port}`,
    onEvent: (text) => events.push(text),
    onReplaced: () => (replaced += 1),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'app-'));
  events = [];
  replaced = 0;
});
afterEach(async () => {
  await app.stop();
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;

describe('AppProcess', () => {
  it('waits until the process is ready, and lets it end what it has under way', async () => {
    app = await make(READY);
    await app.start(never);
    await app.stop();
    expect(readFileSync(join(folder, 'app-1.log'), 'utf8')).toBe('stopped');
    expect(events).toEqual([]);
  });

  it('starts a process that died again, on its port', async () => {
    app = await make(READY);
    await app.start(never);
    const first = app.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => {
      expect(events).toHaveLength(2);
    }, 10_000);
    expect(events.at(-1)).toBe('app-1 is ready again.');
    expect(app.pid).not.toBe(first);
    expect(replaced).toBe(1);
  });

  it('fails with the end of the log when the process ends before it is ready', async () => {
    app = await make("process.stdout.write('no such file'); process.exit(3);");
    await expect(app.start(never)).rejects.toMatchObject({
      code: 'start_failed',
      message: expect.stringContaining('no such file') as string,
    });
  });

  it('stops waiting when the start is broken off', async () => {
    app = await make('setInterval(() => {}, 1000);');
    const signal = AbortSignal.timeout(200);
    await expect(app.start(signal)).rejects.toMatchObject({ name: 'TimeoutError' });
  });
});
