import { SecretBytes } from '@app/secret';
import { describe, expect, it } from 'vitest';
import { takeEd25519Seed } from '../hazmat/ed25519.js';
import type { SuiteName } from '../suites.js';
import { CLIENT_KEK_URI } from '../wrap/client-kek.js';
import { lockOuter } from '../wrap/outer-lock.js';
import { wrapDek } from '../wrap/wrap-dek.js';
import type { ExportContent, ExportedEncryption, ExportedKey } from './export-payload.js';
import { openExport } from './open-export.js';
import { signExport } from './sign-export.js';

const IDENTITY = takeEd25519Seed(Buffer.alloc(32, 3));
const TIME = new Date('2026-03-01T10:20:30.400Z');
const SUITE: SuiteName = 'AES-256-GCM';
const PLACE = {
  tenantId: '0c6e1a7e-20cf-4b4b-a8ef-b23d2a5b9f10',
  encryptionId: '5b2a8d7c-9c0f-4d3e-8a1b-6f5e4d3c2b1a',
  encryptionVersionId: '11111111-1111-4111-8111-111111111111',
  suite: SUITE,
};
const KEY = SecretBytes.copyOf(Buffer.alloc(32, 1));
const RECORD = wrapDek(KEY, CLIENT_KEK_URI, PLACE, KEY);
const OUTER = { id: PLACE.encryptionVersionId, key: KEY };
const VERSION: ExportedKey = {
  encryptionVersionId: PLACE.encryptionVersionId,
  number: 1,
  suite: SUITE,
  state: 'active',
  createdAt: TIME,
  messages: 0,
  record: RECORD,
};

function content(...versions: ExportedKey[]): ExportContent {
  const { tenantId, encryptionId } = PLACE;
  const encryption: ExportedEncryption = {
    encryptionId,
    algorithm: SUITE,
    mode: 'client',
    olderVersionsEncrypt: false,
    versions,
  };
  return { exportedAt: TIME, tenantId, encryptions: [encryption] };
}

describe('an export', () => {
  it('is signed where it opens again', () => {
    expect(() => openExport(signExport(IDENTITY, content(VERSION)))).not.toThrow();
  });

  it.each<[string, ExportContent]>([
    ['without a version', content()],
    ['with a version twice', content(VERSION, VERSION)],
    ['without a time', content({ ...VERSION, createdAt: new Date(Number.NaN) })],
    [
      'with a record that has its second lock',
      content({
        ...VERSION,
        record: lockOuter(OUTER, PLACE, RECORD) as unknown as ExportedKey['record'],
      }),
    ],
  ])('is not signed %s', (_what, wrong) => {
    expect(() => signExport(IDENTITY, wrong)).toThrow('internal');
  });
});
