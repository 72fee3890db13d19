import { pipeline } from 'node:stream/promises';
import { ConfigError, describeOptions, loadConfig, option, readCommand } from '@app/config';
import { isFingerprint, type ExportPayload, type OpenedExport } from '@app/crypto';
import { printError, printLine } from '../terminal/print.js';
import { errorCode } from '../trial/error-code.js';
import { printable } from './printable.js';
import { readExport, readMasterKey } from './read-inputs.js';
import { recoverBlobs, type RecoveryCounts } from './recover-blobs.js';
import { RecoveryError } from './recovery-error.js';
import { RecoveryKeys } from './recovery-keys.js';

const OPTIONS = {
  export: option.path({
    flagOnly: true,
    help: 'The signed file that POST /v1/export answered.',
  }),
  masterKey: option.path({
    flagOnly: true,
    help: 'The file with the master key of 32 bytes, raw or in base64: a local one of the platform, or the one that a client sends as X-Master-Key.',
  }),
  signer: option.text({
    flagOnly: true,
    optional: true,
    help: 'The fingerprint that has to have signed the export.',
    check: (text) => (isFingerprint(text) ? undefined : 'must be 64 digits of lower-case hex'),
  }),
};

const USAGE = `usage: npm run --silent recover -- --export FILE --master-key FILE [--signer FINGERPRINT] < blobs.jsonl

Opens blobs without a service, a database or a network. Standard input has one JSON object a line, the body of POST /v1/decrypt with
an optional "id"; standard output has one answer for each, in order: { "id"?, "data", "encoding" } or { "id"?, "error": { "code" } }.
Exit 1 where one did not open, 2 where nothing could be tried.
`;

const SOME_FAILED = 1;
const UNUSABLE = 2;

/** Kinds of master key of which no file opens anything. */
function describeRemote({ encryptions }: ExportPayload): string[] {
  const versions = encryptions.flatMap((encryption) => encryption.versions);
  const uris = versions.flatMap((version) =>
    version.state !== 'destroyed' && version.record.provided !== undefined
      ? [version.record.kekUri]
      : [],
  );
  return [...new Set(uris)].map(
    (uri) => `Keys under ${uri} do not open with a file: that key never leaves its provider.`,
  );
}

function describeExport({ payload, fingerprint }: OpenedExport): string[] {
  const at = payload.exportedAt.toISOString();
  return [
    `Export of tenant ${payload.tenantId} of ${at}, signed by ${fingerprint}`,
    ...(payload.warning === undefined ? [] : [payload.warning]),
    ...describeRemote(payload),
  ].map(printable);
}

async function recover(): Promise<number> {
  const { values } = loadConfig({ options: OPTIONS });
  const opened = await readExport(values.export, values.signer);
  using masterKey = await readMasterKey(values.masterKey, printError);
  describeExport(opened).forEach(printError);
  const keys = new RecoveryKeys(opened.payload, masterKey);
  const counts: RecoveryCounts = { opened: 0, failed: 0 };
  try {
    await pipeline(
      process.stdin,
      (source: AsyncIterable<Uint8Array>) => recoverBlobs(keys, source, counts),
      process.stdout,
    );
  } finally {
    keys.dispose();
  }
  printError(`${String(counts.opened)} opened, ${String(counts.failed)} failed`);
  return counts.failed === 0 ? 0 : SOME_FAILED;
}

async function main(): Promise<number> {
  if (readCommand().helpWanted) {
    printLine(`${USAGE}\n${describeOptions(OPTIONS)}`);
    return 0;
  }
  try {
    return await recover();
  } catch (error) {
    // Whoever reads the answers has read enough.
    if (errorCode(error) === 'EPIPE') return SOME_FAILED;
    if (!(error instanceof RecoveryError || error instanceof ConfigError)) throw error;
    printError(error.message);
    return UNUSABLE;
  }
}

process.exitCode = await main();
