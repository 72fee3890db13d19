import { createPrivateKey, generateKeyPair, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { writeAtomically } from '../files/write-atomically.js';
import type { Profile } from './profile.js';

/** The two files of one certificate. */
export interface CertificateFiles {
  readonly certificate: string;
  /** PKCS#8 in PEM, mode 0600. */
  readonly key: string;
}

/** What lies in the folder for one profile. */
export interface Found {
  readonly certificate: X509Certificate | undefined;
  readonly key: KeyObject | undefined;
}

export function filesOf(folder: string, { name }: Profile): CertificateFiles {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

export function readPair(files: CertificateFiles): Found {
  const certificate = readIfThere(files.certificate);
  const key = readIfThere(files.key);
  return {
    certificate: certificate && new X509Certificate(certificate),
    key: key && createPrivateKey(key),
  };
}

/** Makes a private key and writes it. */
export async function makeKey(path: string, { modulusBits }: Profile): Promise<KeyObject> {
  const generate = promisify(generateKeyPair);
  const { privateKey } = await generate('rsa', { modulusLength: modulusBits });
  // eslint-disable-next-line bans/export-key -- the file is what this key is made for
  writeAtomically(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  return privateKey;
}
