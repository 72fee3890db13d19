import { readFile, stat } from 'node:fs/promises';
import { openExport, type OpenedExport } from '@app/crypto';
import { parseStrictJson } from '@app/encoding';
import { AppError } from '@app/errors';
import { KeyFileError, readKeyFile } from '@app/kek';
import type { SecretBytes } from '@app/secret';
import { errorCode } from '../trial/error-code.js';
import { RecoveryError } from './recovery-error.js';

const EXPORT_FLAG = '--export';
const MASTER_KEY_FLAG = '--master-key';
const SIGNER_FLAG = '--signer';

/** Bytes of an export at most: a payload of 32 MiB in base64, and room for the rest. */
const MAX_EXPORT_BYTES = 48 * 1024 * 1024;

async function readExportFile(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_EXPORT_BYTES) throw new RecoveryError(EXPORT_FLAG, `${path} is too large`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof RecoveryError) throw error;
    throw new RecoveryError(EXPORT_FLAG, `${path} cannot be read (${errorCode(error)})`, error);
  }
}

function reasonOf(error: AppError): string {
  const [problem] = error.errors ?? [];
  return problem === undefined ? error.detail : `${problem.field} ${problem.message}`;
}

function parseExport(bytes: Buffer, path: string): OpenedExport {
  try {
    return openExport(parseStrictJson(bytes), 'export');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new RecoveryError(EXPORT_FLAG, `${path} is no export: ${reasonOf(error)}`, error);
  }
}

/**
 * Reads an export and verifies its signature.
 *
 * @param signer - the fingerprint that has to have signed it; anybody's will do where absent.
 * @throws RecoveryError
 */
export async function readExport(path: string, signer?: string): Promise<OpenedExport> {
  const opened = parseExport(await readExportFile(path), path);
  if (signer !== undefined && opened.fingerprint !== signer)
    throw new RecoveryError(SIGNER_FLAG, `the export was signed by ${opened.fingerprint}`);
  return opened;
}

/**
 * Reads the master key. One that lies on a borrowed disk may have no rights to speak of, so that loose ones are told and no reason to
 * stop.
 *
 * @param warn - told in a sentence.
 * @returns 32 bytes, owned by the caller.
 * @throws RecoveryError
 */
export async function readMasterKey(
  path: string,
  warn: (sentence: string) => void,
): Promise<SecretBytes> {
  const onLoosePermissions = ({ message }: KeyFileError): void => {
    warn(`${MASTER_KEY_FLAG}: ${message}`);
  };
  try {
    return await readKeyFile(path, { onLoosePermissions });
  } catch (error) {
    if (!(error instanceof KeyFileError)) throw error;
    throw new RecoveryError(MASTER_KEY_FLAG, error.message, error);
  }
}
