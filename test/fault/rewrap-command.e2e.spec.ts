import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inParallel } from '@app/pacing';
import { entryOf, PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import { keysUnderSeveral, recordedActs } from '../support/keys-in-order.js';
import { type Credentials, ServiceApp } from '../support/service-app.js';

const NEXT = 10;
const ENCRYPTIONS = 250;
const TIMEOUT_MILLIS = 120_000;

let service: ServiceApp;
let admin: Credentials;
let blobs: Record<string, unknown>[];
let environment: Record<string, string>;

function fileOfKey(name: string, byte: number): string {
  const file = join(service.folder, name);
  writeFileSync(file, Buffer.alloc(32, byte), { mode: 0o600 });
  return file;
}

beforeAll(async () => {
  execFileSync(process.execPath, [join(PROJECT_ROOT, 'tools/bootstrap/run.mjs'), '--build-only']);
  const masterKeys = { default: ServiceApp.masterKeyByte, next: NEXT };
  service = await ServiceApp.start(1, undefined, { masterKeys });
  ({ admin } = await service.tenant());
  const next = { kind: 'local', name: 'next', key: { file: fileOfKey('next.key', NEXT) } };
  environment = {
    ES_DATABASE_URL: service.test.connection.ownerUrl.expose(),
    ES_TLS_CERTIFICATE: join(service.folder, 'server.pem'),
    ES_TLS_KEY: join(service.folder, 'server.key'),
    ES_TLS_CLIENT_CA: join(service.folder, 'ca.pem'),
    ES_SERVICE_SECRET_FILE: fileOfKey('secret', ServiceApp.serviceSecretByte),
    ES_KEK_LOCAL_FILE: fileOfKey('master.key', ServiceApp.masterKeyByte),
    ES_KEK_PROVIDERS: JSON.stringify([next]),
  };
  blobs = await inParallel(Array.from({ length: ENCRYPTIONS }), 4, async () => {
    const id = await service.encryption(admin);
    const blob = await service.blob(admin, id);
    await service.send('POST', '/v1/rotate', { as: admin, body: { encryptionId: id } });
    return blob;
  });
}, TIMEOUT_MILLIS);

afterAll(async () => {
  await service.stop();
});

function start(...flags: string[]): ChildProcess {
  return spawn(process.execPath, [entryOf('encryption-service'), 'rewrap', ...flags], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(...flags: string[]): Promise<{ code: unknown; out: string; err: string }> {
  const child = start(...flags);
  if (child.stdout === null || child.stderr === null) throw new Error('its output is piped');
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { code, out, err };
}

async function countUnder(provider: string): Promise<number> {
  const [row] = await service.test.asOwner<{ n: number }>(
    'select count(*)::int as n from encryption where provider = $1',
    [provider],
  );
  return row?.n ?? 0;
}

async function readable(): Promise<number> {
  const replies = await inParallel(blobs, 4, (body) =>
    service.send('POST', '/v1/decrypt', { as: admin, body }),
  );
  return replies.filter(({ json }) => json['data'] === 'a secret').length;
}

describe(
  'the command that moves all encryptions to another master key',
  { timeout: TIMEOUT_MILLIS },
  () => {
    it('says which name it does not know, and that two names are one', async () => {
      const unknown = await run('--from', 'default', '--to', 'nowhere');
      expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('--to')]);
      const same = await run('--from', 'default', '--to', 'default');
      expect([same.code, same.err]).toEqual([1, expect.stringContaining('--to')]);
    });

    it('counts, and changes nothing, in a dry run', async () => {
      const { code, out } = await run('--from', 'default', '--to', 'next', '--dry-run');
      expect([code, out]).toEqual([
        0,
        expect.stringContaining(`${String(ENCRYPTIONS)} encryptions`),
      ]);
      expect(await countUnder('next')).toBe(0);
    });

    it('may be killed at any moment, and moves the rest when it is run again', async () => {
      for (const least of [10, 60, 120]) {
        const child = start('--from', 'default', '--to', 'next');
        await expect
          .poll(() => countUnder('next'), { timeout: 20_000, interval: 5 })
          .toBeGreaterThan(least);
        child.kill('SIGKILL');
        await once(child, 'exit');
        expect(await countUnder('default')).toBeGreaterThan(0);
        expect(await keysUnderSeveral(service)).toEqual([]);
        expect(await readable()).toBe(ENCRYPTIONS);
      }
      const { code, out } = await run('--from', 'default', '--to', 'next');
      expect([code, out]).toEqual([0, expect.stringContaining('0 are left under default')]);
      expect(out).toContain('set kek.default to next');
      expect(await countUnder('next')).toBe(ENCRYPTIONS);
      expect(await keysUnderSeveral(service)).toEqual([]);
      expect(await readable()).toBe(ENCRYPTIONS);
      expect(await recordedActs(service, 'rewrap')).toBe(ENCRYPTIONS);
    });

    it('names what it could not move, and ends with 1', async () => {
      const [blob] = blobs;
      const id = String(blob?.['encryptionId']);
      await service.test.asOwner(
        "update encryption_key_version set state = 'suspended' where encryption_id = $1 and number = 1",
        [id],
      );
      const { code, out, err } = await run('--from', 'next', '--to', 'default');
      expect(code).toBe(1);
      expect(err).toContain(`encryption ${id}: internal`);
      expect(out).toContain('1 are left under next');
      expect(await countUnder('default')).toBe(ENCRYPTIONS - 1);
    });
  },
);
