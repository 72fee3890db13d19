import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomically } from '../files/write-atomically.js';
import type { RunningSystem } from './system.js';

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function commandLine(words: readonly string[]): string {
  return `  ${words.map(quoted).join(' ')}`;
}

/** The credentials go into a file for curl's `-H @FILE`: on a command line every process could read them. */
function writeHeaders({ folder, tenant }: RunningSystem): string {
  const { apiKey, apiSecret } = tenant.clients.admin;
  const file = join(folder.path, 'api-headers.txt');
  writeAtomically(file, `X-Api-Key: ${apiKey}\nX-Api-Secret: ${apiSecret}\n`, 0o600);
  return file;
}

/** Three commands to paste, for the curl of Debian 12 and newer. */
function curlCommands(system: RunningSystem): string[] {
  const { connection, tenant } = system;
  const { ca, clientCertificate, clientKey, url } = connection.encryptionService;
  const headers = writeHeaders(system);
  const mutual = ['--cacert', ca, '--cert', clientCertificate, '--key', clientKey];
  const curl = ['curl', '-sS', '-w', '\\n'];
  const toService = [...curl, ...mutual, '-H', `@${headers}`];
  const json = ['-H', 'Content-Type: application/json', '-d'];
  const data = JSON.stringify({ encryptionId: tenant.encryptionId, data: 'Grüß Gott' });
  const person = JSON.stringify({
    username: `ada-${randomBytes(3).toString('hex')}`,
    password: randomBytes(15).toString('base64url'),
  });
  const register = `${connection.corePlatform.url}/api/v1/auth/register`;
  return [
    commandLine([...toService, `${url}/v1/health`]),
    commandLine([...toService, ...json, data, `${url}/v1/encrypt`]),
    commandLine([...curl, '--cacert', ca, ...json, person, register]),
  ];
}

function keyNotice({ masterKeyFile, isNew, folder }: RunningSystem): string[] {
  if (masterKeyFile === undefined) return ['Master key           from ES_KEK_LOCAL_KEY'];
  const made = isNew ? ' It was made just now.' : '';
  return [
    `Master key           ${masterKeyFile}`,
    `                     Without this file nothing that was encrypted can be read again, by anybody.${made}`,
    `                     Keep a copy of ${folder.keys} somewhere else: the secrets beside it are needed as well.`,
  ];
}

/** What the person at the terminal is told once everything runs. */
export function greeting(system: RunningSystem, seconds: string): string[] {
  const { connection, folder, warning } = system;
  const { encryptionService, corePlatform } = connection;
  return [
    `Ready after ${seconds} s. Stop it with Ctrl-C.`,
    '',
    ...encryptionService.replicas.map(
      ({ url, operationsUrl }) =>
        `Encryption service   ${url}   (health and metrics: ${operationsUrl})`,
    ),
    ...corePlatform.replicas.map(
      ({ url, operationsUrl }) =>
        `Core platform        ${url}   (health and metrics: ${operationsUrl})`,
    ),
    `Data, credentials    ${folder.path}`,
    `Certificates         ${folder.certificates}`,
    `Logs                 ${folder.logs}`,
    `For programs         ${folder.connection}`,
    ...keyNotice(system),
    '',
    'Try it:',
    ...curlCommands(system),
    ...(warning === undefined ? [] : ['', `Warning: ${warning}`]),
  ];
}
