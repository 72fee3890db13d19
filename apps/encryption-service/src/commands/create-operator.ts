import { X509Certificate } from 'node:crypto';
import { open, readFile, unlink } from 'node:fs/promises';
import { loadConfig, option } from '@app/config';
import { deriveServiceKeys } from '@app/crypto';
import { AppError } from '@app/errors';
import { connectionOf, migrate, openAsOwner } from '@app/persistence';
import { createLogger } from '@app/server';
import { identityOf } from '../callers/certificate-binding.js';
import { makeOperator } from '../callers/new-operator.js';
import { OperatorEntity } from '../callers/operator.entity.js';
import { OPTIONS } from '../config.js';
import { SCHEMA } from '../schema.js';

export const OPERATOR_OPTIONS = {
  certificate: option.path({
    flagOnly: true,
    help: 'The certificate that the operator will call with, PEM.',
  }),
  out: option.path({ flagOnly: true, help: 'Where the credentials go: a new file, mode 0600.' }),
  name: option.text({ flagOnly: true, default: 'operator', help: 'A name for people.' }),
};

async function spkiOf(path: string): Promise<string> {
  const pem = await readFile(path);
  try {
    return identityOf(new X509Certificate(pem)).spkiSha256;
  } catch (error) {
    throw new AppError('internal', {
      cause: error,
      detail: 'The file of --certificate does not hold a PEM certificate.',
    });
  }
}

async function writePrivate(path: string, text: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** `operator create`: only on the host, with the owner's access to the database. The file is written first, since the secret is in no other place. */
export async function createOperator(argv: readonly string[]): Promise<void> {
  const { values } = loadConfig({
    prefix: 'ES',
    options: { ...OPTIONS, ...OPERATOR_OPTIONS },
    argv,
  });
  const keys = deriveServiceKeys(values.service.secret);
  const { row, apiSecret } = makeOperator(keys, values.name, await spkiOf(values.certificate));
  const connection = connectionOf(values.database);
  await migrate(SCHEMA, connection);
  const owner = await openAsOwner(SCHEMA, connection);
  try {
    await writePrivate(
      values.out,
      `${JSON.stringify({ apiKey: row.apiKey, apiSecret: apiSecret.expose() })}\n`,
    );
    try {
      await owner.transaction({}, (manager) => manager.insert(OperatorEntity, row));
    } catch (error) {
      await unlink(values.out);
      throw error;
    }
  } finally {
    await owner.close();
  }
  createLogger(SCHEMA.applicationName, values.log.level).info(
    { operatorId: row.id },
    'operator created',
  );
}
