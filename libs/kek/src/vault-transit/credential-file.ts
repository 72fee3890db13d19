import { open } from 'node:fs/promises';
import { SecretString } from '@app/secret';
import { KeyServiceError } from '../remote/key-service.js';

/** Bits that let others than the owner do more than the group's reading, which mounted secrets need. */
const LOOSE_RIGHTS = 0o027;
const MAX_BYTES = 16_384;

/**
 * Reads a credential of Vault from its file, less white space around it. It is read anew each time: agents and Kubernetes replace it.
 *
 * @param isPrivate - whether rights of others are refused. Kubernetes gives everybody in a container the right to read its token.
 */
export async function readCredentialFile(path: string, isPrivate: boolean): Promise<SecretString> {
  try {
    const file = await open(path, 'r');
    try {
      // Asked of the open file, so that what was looked at is what is read.
      const { mode, size } = await file.stat();
      if (isPrivate && process.platform !== 'win32' && (mode & LOOSE_RIGHTS) !== 0) {
        throw new KeyServiceError('denied', 'a credential file is open to other users');
      }
      if (size > MAX_BYTES) throw new KeyServiceError('denied', 'a credential file is too long');
      const text = (await file.readFile('utf8')).trim();
      // Anything else would be refused as a header, in words that may repeat it.
      if (/^[\x21-\x7e]+$/.test(text)) return new SecretString(text);
      throw new KeyServiceError('denied', 'a credential file holds no credential');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KeyServiceError) throw error;
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    // It may be on its way: whoever replaces a file may take it away first.
    throw new KeyServiceError('unavailable', `a credential file cannot be read${code}`);
  }
}
