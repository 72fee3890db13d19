import { join } from 'node:path';
import { SystemClock } from '@app/ambient';
import { ConfigError, describeOptions, loadConfig, option, readCommand } from '@app/config';
import { FolderInUseError } from '../files/folder-lock.js';
import { printError, printLine } from '../terminal/print.js';
import {
  AuthorityKeyMissingError,
  type DevelopmentCertificates,
  ensureCertificates,
} from './ensure-certificates.js';

const OPTIONS = {
  data: option.path({
    default: '.keyward',
    help: 'The data folder; certificates go into DIR/certs.',
  }),
  hosts: option.list({
    default: [],
    help: 'Further names and addresses for the server certificate, such as those of containers.',
  }),
  newKeys: option.boolean({
    default: false,
    help: 'Replace every key pair, that of the CA included.',
  }),
};

const UNBOUND = [
  'Everything that was bound to the public keys of the old certificates is unbound by this:',
  '  - the operators of the data folder (operator-user.json, operator-core.json),',
  '  - the clients of the first tenant, bound to client.pem,',
  '  - the clients by which the core platform reaches the encryption service, bound to core.pem,',
  '  - and whoever trusts ca.pem has to take the new one.',
  'They are refused until they are bound anew. To undo it, put the old files back.',
];

function report({ files, issued, replaced }: DevelopmentCertificates): void {
  for (const { name, reason } of issued) {
    const why = replaced === undefined ? reason : 'new key';
    printLine(`issued ${files[name].certificate} (${why})`);
  }
  if (issued.length === 0)
    printLine('Every certificate is valid for 30 days or more; nothing to do.');
  else printLine('Programs that are running use them after their next start.');
  if (replaced === undefined) return;
  printLine();
  UNBOUND.forEach((line) => {
    printLine(line);
  });
  printLine(`The old files are in ${replaced}`);
}

async function main(): Promise<void> {
  if (readCommand().helpWanted) {
    printLine(`npm run certs -- [options]\n${describeOptions(OPTIONS)}`);
    return;
  }
  const { data, hosts, newKeys } = loadConfig({ options: OPTIONS }).values;
  const folder = join(data, 'certs');
  report(await ensureCertificates({ folder, clock: new SystemClock(), hosts, newKeys }));
}

try {
  await main();
} catch (error) {
  const isForPerson =
    error instanceof ConfigError ||
    error instanceof AuthorityKeyMissingError ||
    error instanceof FolderInUseError;
  if (!isForPerson) throw error;
  printError(error.message);
  process.exitCode = 1;
}
