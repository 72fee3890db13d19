import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SUITES } from '@app/crypto';
import { PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { clientKey, keyHeaders } from '../support/client-keys.js';
import { type Credentials, ServiceApp } from '../support/service-app.js';

const KEY = clientKey(1);
const TIMEOUT_MILLIS = 120_000;
const MODES = ['platform', 'client'] as const;
type Mode = (typeof MODES)[number];

let service: ServiceApp;
let admin: Credentials;

beforeAll(async () => {
  service = await ServiceApp.start();
  ({ admin } = await service.tenant());
});

afterAll(async () => {
  await service.stop();
});

/** An encryption that has had every algorithm, and a blob under each. */
async function blobsOf(mode: Mode): Promise<{ id: string; blobs: object[] }> {
  const headers = mode === 'client' ? keyHeaders(KEY) : {};
  const post = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await service.send('POST', path, { as: admin, body, headers })).json;
  const made = await post('/v1/encryptions', { masterKey: { mode } });
  const encryptionId = String(made['encryptionId']);
  const blobs = [];
  for (const algorithm of Object.keys(SUITES)) {
    await post('/v1/rotate', { encryptionId, algorithm });
    const context = { row: algorithm };
    const sealed = await post('/v1/encrypt', { encryptionId, data: `of ${algorithm}`, context });
    blobs.push({ ...sealed, context, id: algorithm });
  }
  return { id: encryptionId, blobs };
}

function write(name: string, content: string | Buffer): string {
  const file = join(service.folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
}

describe('npm run recover', { timeout: TIMEOUT_MILLIS }, () => {
  it.each(MODES)('opens what the running service sealed and exported, in %s mode', async (mode) => {
    const { id, blobs } = await blobsOf(mode);
    const call = { as: admin, body: { encryptionId: id } };
    const file = (await service.send('POST', '/v1/export', call)).text;
    const masterKey = mode === 'client' ? KEY : Buffer.alloc(32, ServiceApp.masterKeyByte);
    const argv = ['--export', write('export.json', file), '--master-key', write('key', masterKey)];
    const run = [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), 'tools/recover/main', ...argv];
    const input = blobs.map((blob) => `${JSON.stringify(blob)}\n`).join('');
    const { status, stdout } = spawnSync(process.execPath, run, { input, encoding: 'utf8' });
    expect(status).toBe(0);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .filter((line) => line.startsWith('{"'));
    expect(answers.map((line) => JSON.parse(line) as unknown)).toEqual(
      Object.keys(SUITES).map((suite) => ({ id: suite, data: `of ${suite}`, encoding: 'utf8' })),
    );
  });
});
