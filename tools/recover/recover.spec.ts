import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  CLIENT_KEK_URI,
  deriveClientKek,
  deriveServiceKeys,
  deriveVersionKeys,
  fingerprintOf,
  generateDek,
  sealBlob,
  signEnvelope,
  signExport,
  SUITES,
  wrapDek,
  type ExportedEncryption,
  type KeyPlace,
  type SuiteName,
  type VersionKeys,
} from '@app/crypto';
import { SecretBytes } from '@app/secret';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../launcher/project-root.js';

const RUN = join(PROJECT_ROOT, 'tools/bootstrap/run.mjs');
const TIMEOUT_MILLIS = 120_000;
const TIME = new Date('2026-05-01T00:00:00Z');
const TENANT = randomUUID();
const MASTER_KEY = Buffer.alloc(32, 0x6b);
const CLIENT_KEY = Buffer.alloc(32, 0x63);
const SUITE_NAMES = Object.keys(SUITES) as SuiteName[];
const { identity } = deriveServiceKeys(SecretBytes.copyOf(Buffer.alloc(32, 1)));

interface Made {
  readonly encryption: ExportedEncryption;
  readonly versions: readonly { readonly place: KeyPlace; readonly keys: VersionKeys }[];
}

/** An encryption with a version of every suite, as a service makes and exports it. */
async function makeEncryption(mode: 'platform' | 'client'): Promise<Made> {
  const encryptionId = randomUUID();
  const [kek, kekUri] =
    mode === 'client'
      ? [
          deriveClientKek(SecretBytes.copyOf(CLIENT_KEY), { tenantId: TENANT, encryptionId }),
          CLIENT_KEK_URI,
        ]
      : [SecretBytes.copyOf(MASTER_KEY), 'local:default'];
  const made = await Promise.all(
    SUITE_NAMES.map(async (suite, index) => {
      const place = { tenantId: TENANT, encryptionId, encryptionVersionId: randomUUID(), suite };
      const dek = await generateDek(suite);
      const version = {
        encryptionVersionId: place.encryptionVersionId,
        number: index + 1,
        suite,
        state: 'deactivated' as const,
        createdAt: TIME,
        messages: 3,
        record: wrapDek(kek, kekUri, place, dek),
      };
      return { version, place, keys: deriveVersionKeys(dek, place) };
    }),
  );
  return {
    versions: made,
    encryption: {
      encryptionId,
      algorithm: 'AES-256-GCM',
      mode,
      olderVersionsEncrypt: true,
      versions: made.map(({ version }) => version),
    },
  };
}

function sealLine({ place, keys }: Made['versions'][number], data: string, id: unknown): object {
  const context = { row: String(id) };
  const input = { kind: 'data', encoding: 'utf8', data: Buffer.from(data), context } as const;
  const { encryptionId, encryptionVersionId, suite: algorithm } = place;
  return { id, encryptionId, encryptionVersionId, algorithm, context, ...sealBlob(keys, input) };
}

interface Ended {
  readonly code: number | null;
  readonly answers: string[];
  readonly errors: string;
}

async function recover(argv: readonly string[], input = ''): Promise<Ended> {
  const child = spawn(process.execPath, [RUN, 'tools/recover/main', ...argv]);
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  // It may end before it has read anything.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, answers: output.split('\n').slice(0, -1), errors };
}

const folder = mkdtempSync(join(tmpdir(), 'keyward-recover-'));

function write(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

let platform: Made;
let client: Made;
let argv: string[];

beforeAll(async () => {
  platform = await makeEncryption('platform');
  client = await makeEncryption('client');
  const encryptions = [platform.encryption, client.encryption];
  const envelope = signExport(identity, { exportedAt: TIME, tenantId: TENANT, encryptions });
  argv = [
    '--export',
    write('export.json', JSON.stringify(envelope)),
    '--master-key',
    write('master.key', MASTER_KEY),
  ];
  write('client.key', `${CLIENT_KEY.toString('base64')}\n`);
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function jsonLines(lines: readonly unknown[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

describe('recover', { timeout: TIMEOUT_MILLIS }, () => {
  it('opens blobs of every suite, in order, with the platform’s master key', async () => {
    const lines = platform.versions.map((version, index) =>
      sealLine(version, `text ${String(index)} ü`, index),
    );
    const { code, answers, errors } = await recover(argv, jsonLines(lines));
    expect(answers).toEqual(
      lines.map(
        (_, index) => `{"id":${String(index)},"data":"text ${String(index)} ü","encoding":"utf8"}`,
      ),
    );
    expect(errors).toContain(`signed by ${fingerprintOf(identity)}`);
    expect(code).toBe(0);
  });

  it('opens blobs of client mode with the client’s key, in base64', async () => {
    const lines = client.versions.map((version) => sealLine(version, 'secret', 'x'));
    const { code, answers, errors } = await recover(
      [...argv.slice(0, 2), '--master-key', join(folder, 'client.key')],
      jsonLines(lines),
    );
    expect(answers).toEqual(lines.map(() => '{"id":"x","data":"secret","encoding":"utf8"}'));
    expect(errors).toContain('exactly as strong as that key');
    expect(code).toBe(0);
  });

  it('answers a line that does not open, goes on, and ends with 1', async () => {
    const [version] = platform.versions;
    const [other] = client.versions;
    if (version === undefined || other === undefined) throw new Error('no versions');
    const right = jsonLines([sealLine(version, 'right', 1)]);
    const input = `${right}no json\n\n${jsonLines([sealLine(other, 'x', { of: 'client' })])}[]\n${right.trim()}`;
    const { code, answers } = await recover(argv, input);
    expect(answers).toEqual([
      '{"id":1,"data":"right","encoding":"utf8"}',
      '{"error":{"code":"invalid_request"}}',
      '{"error":{"code":"invalid_request"}}',
      '{"id":{"of":"client"},"error":{"code":"master_key_mismatch"}}',
      '{"error":{"code":"invalid_request"}}',
      '{"id":1,"data":"right","encoding":"utf8"}',
    ]);
    expect(code).toBe(1);
  });

  it('goes through many lines', async () => {
    const [version] = platform.versions;
    if (version === undefined) throw new Error('no versions');
    const lines = Array.from({ length: 5000 }, (_, id) => sealLine(version, 'x'.repeat(500), id));
    const { code, answers, errors } = await recover(argv, jsonLines(lines));
    expect([code, answers.length]).toEqual([0, 5000]);
    expect(answers.at(-1)).toBe(`{"id":4999,"data":"${'x'.repeat(500)}","encoding":"utf8"}`);
    expect(errors).toContain('5000 opened, 0 failed');
  });

  it('says which master key leaves no file, in text that a terminal can show', async () => {
    const [version] = platform.versions;
    if (version === undefined) throw new Error('no versions');
    const signed = signExport(identity, {
      exportedAt: TIME,
      tenantId: TENANT,
      encryptions: [platform.encryption],
    });
    const payload = Buffer.from(signed.payload, 'base64')
      .toString()
      .replace('"kekUri":"local:default"', '"provided":"AA==","kekUri":"aws-kms:\\u001b[2Jx"')
      .replace(/}$/, ',"warning":"a\\rb\\u202ec"}');
    const hostile = signEnvelope(identity, signed.payloadType, Buffer.from(payload));
    const { code, answers, errors } = await recover(
      ['--export', write('hostile', JSON.stringify(hostile)), ...argv.slice(2)],
      jsonLines([sealLine(version, 'x', 1)]),
    );
    expect(answers).toEqual(['{"id":1,"error":{"code":"master_key_mismatch"}}']);
    expect(errors).toContain('Keys under aws-kms:\\u{1b}[2Jx do not open with a file');
    expect(errors).toContain('a\\u{d}b\\u{202e}c\n');
    expect(errors.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    expect(code).toBe(1);
  });

  it('takes the signer that was asked for, and no other', async () => {
    expect((await recover([...argv, '--signer', fingerprintOf(identity)])).code).toBe(0);
    const refused = await recover([...argv, '--signer', 'a'.repeat(64)]);
    expect([refused.code, refused.answers]).toEqual([2, []]);
    expect(refused.errors).toContain(
      `--signer: the export was signed by ${fingerprintOf(identity)}`,
    );
  });

  it('tells of a master key that others can read, and uses it', async () => {
    const loose = write('loose.key', MASTER_KEY, 0o644);
    const { code, errors } = await recover([...argv.slice(0, 2), '--master-key', loose]);
    expect(code).toBe(0);
    if (process.platform !== 'win32') expect(errors).toContain('--master-key: ');
  });

  it.each<[string, string, () => string[]]>([
    ['no flags', '--export', () => []],
    ['no export there', '--export', () => ['--export', join(folder, 'none'), ...argv.slice(2)]],
    [
      'a changed export',
      '--export',
      () => {
        const envelope = JSON.stringify(
          signExport(identity, {
            exportedAt: TIME,
            tenantId: TENANT,
            encryptions: [platform.encryption],
          }),
        );
        return [
          '--export',
          write('changed', envelope.replace('"sig":"', '"sig":"AA')),
          ...argv.slice(2),
        ];
      },
    ],
    ['no master key', '--master-key', () => argv.slice(0, 2)],
    [
      'a short master key',
      '--master-key',
      () => [...argv.slice(0, 2), '--master-key', write('short', 'abc')],
    ],
    ['a signer that is no fingerprint', '--signer', () => [...argv, '--signer', 'xyz']],
    ['another flag', '--exprot', () => [...argv, '--exprot', 'x']],
  ])('ends with 2 and names the flag: %s', async (_what, flag, argvOf) => {
    const { code, answers, errors } = await recover(argvOf());
    expect([code, answers]).toEqual([2, []]);
    expect(errors).toContain(`${flag}: `);
  });
});
