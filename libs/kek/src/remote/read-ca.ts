import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { invalidField } from '@app/errors';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw invalidField('ca', `must be a file that can be read${code}`);
  }
}

/**
 * The certificates of a CA that a key service is checked against. A file without any would be found out only by the first connection,
 * and would look like a key service that is down.
 *
 * @param path - of the setting `ca`.
 * @returns PEM; undefined without a path.
 * @throws AppError `invalid_request` for a file that cannot be read or holds something else.
 */
export function readCa(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const text = read(path);
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0 || !found.every(isCertificate))
    throw invalidField('ca', 'must be a file of certificates, PEM');
  return text;
}
