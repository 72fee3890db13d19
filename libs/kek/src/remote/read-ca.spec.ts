import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '@app/errors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeServerCertificate } from '../../../../test/support/key-services/server-certificate.js';
import { readCa } from './read-ca.js';

let folder: string;
let ca: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ca-'));
  ({ ca } = makeServerCertificate());
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(content: string): string {
  const path = join(folder, 'ca.pem');
  writeFileSync(path, content);
  return path;
}

describe('the CA of a key service', () => {
  it('is read as it is, be it one certificate or several', () => {
    expect(readCa(undefined)).toBeUndefined();
    expect(readCa(file(ca))).toBe(ca);
    expect(readCa(file(`of us\n${ca}\n${ca}`))).toContain(ca);
  });

  it.each([
    ['no file', () => join(folder, 'none')],
    ['a folder', () => folder],
    ['another text', () => file('ca.example')],
    ['a certificate that is none', () => file(ca.replace(/\n.{20}/, '\n'))],
  ])('is refused by the name of its setting: %s', (_, path) => {
    let thrown: unknown;
    try {
      readCa(path());
    } catch (error) {
      thrown = error;
    }
    expect(thrown instanceof AppError && thrown.errors).toMatchObject([{ field: 'ca' }]);
  });
});
