import { CLIENT_KEK_URI } from '../wrap/client-kek.js';
import { parseWrappedKeyRecord, type WrappedKeyRecord } from '../wrap/wrapped-key-record.js';
import {
  EXPORT_PAYLOAD_TYPE,
  MAX_EXPORTED_ENCRYPTIONS,
  MAX_EXPORTED_VERSIONS,
  STATES_WITH_KEY,
  type ExportedEncryption,
  type ExportedRotation,
  type ExportedVersion,
  type ExportPayload,
} from './export-payload.js';
import type { Envelope } from './envelope.js';
import type { Members } from './members.js';
import { openEnvelope, type OpenedEnvelope } from './open-envelope.js';
import { openReceipt } from './open-receipt.js';
import { readPayload } from './parse-payload.js';

const MODES = ['platform', 'client'] as const;
const STATES = [...STATES_WITH_KEY, 'destroyed'] as const;
const MAX_NAME_CHARACTERS = 200;
const MAX_WARNING_CHARACTERS = 1000;

const PAYLOAD = {
  required: ['v', 'exportedAt', 'tenantId', 'publicKey', 'encryptions'],
  optional: ['warning'],
};
const ENCRYPTION = {
  required: ['encryptionId', 'algorithm', 'mode', 'olderVersionsEncrypt', 'versions'],
  optional: ['name', 'provider', 'rotation'],
};
const ROTATION = { required: [], optional: ['everyDays', 'afterMessages'] };
const VERSION = {
  required: ['encryptionVersionId', 'number', 'suite', 'state', 'createdAt', 'messages'],
  optional: ['activatedAt', 'deactivatedAt', 'destroyAt', 'record', 'receipt'],
};

/** Where a version of an export is. */
interface Place {
  readonly tenantId: string;
  readonly encryptionId: string;
  readonly mode: (typeof MODES)[number];
}

function readRecord(version: Members, mode: Place['mode']): WrappedKeyRecord {
  const record = version.raw('record');
  const parts = parseWrappedKeyRecord(record);
  if (parts === undefined) throw version.refuse('record', 'must be a wrapped key, v1');
  const isClients = parts.kekUri === CLIENT_KEK_URI && parts.provided === undefined;
  if (isClients !== (mode === 'client'))
    throw version.refuse('record', 'must be under a master key of the mode of its encryption');
  return record as WrappedKeyRecord;
}

function readReceipt(version: Members, place: Place, encryptionVersionId: string): Envelope {
  const receipt = version.raw('receipt');
  const opened = openReceipt(receipt, `${version.path}.receipt`).payload;
  const isOfVersion =
    opened.tenantId === place.tenantId &&
    opened.encryptionId === place.encryptionId &&
    opened.encryptionVersionId === encryptionVersionId;
  if (!isOfVersion) throw version.refuse('receipt', 'must be of this version');
  return receipt as Envelope;
}

function readVersion(version: Members, place: Place): ExportedVersion {
  const readTime = (name: string): Date => version.time(name);
  const state = version.oneOf('state', STATES);
  const common = {
    encryptionVersionId: version.uuid('encryptionVersionId'),
    number: version.integer('number', 1),
    suite: version.suite('suite'),
    createdAt: version.time('createdAt'),
    ...version.optional('activatedAt', readTime),
    ...version.optional('deactivatedAt', readTime),
    ...version.optional('destroyAt', readTime),
    messages: version.integer('messages', 0),
  };
  if (version.has(state === 'destroyed' ? 'record' : 'receipt'))
    throw version.refuse('state', 'must be destroyed with a receipt, and else with a record');
  return state === 'destroyed'
    ? { ...common, state, receipt: readReceipt(version, place, common.encryptionVersionId) }
    : { ...common, state, record: readRecord(version, place.mode) };
}

function assertDistinct(list: Members, name: string, values: readonly unknown[]): void {
  if (new Set(values).size !== values.length) throw list.refuse(name, 'must not be there twice');
}

function readVersions(encryption: Members, place: Place): ExportedVersion[] {
  const range = { least: 1, most: MAX_EXPORTED_VERSIONS };
  const versions = encryption
    .objects('versions', range, VERSION)
    .map((version) => readVersion(version, place));
  const numbers = versions.map(({ number }) => number);
  assertDistinct(encryption, 'versions', numbers);
  if (versions.filter(({ state }) => state === 'active').length > 1)
    throw encryption.refuse('versions', 'must have at most one active version');
  return versions;
}

function readRotation(encryption: Members): ExportedRotation {
  const rotation = encryption.object('rotation', ROTATION);
  return {
    ...rotation.optional('everyDays', (name) => rotation.integer(name, 1)),
    ...rotation.optional('afterMessages', (name) => rotation.integer(name, 1)),
  };
}

function readEncryption(encryption: Members, tenantId: string): ExportedEncryption {
  const readName = (name: string): string => encryption.text(name, MAX_NAME_CHARACTERS);
  const [encryptionId, mode] = [encryption.uuid('encryptionId'), encryption.oneOf('mode', MODES)];
  if (mode === 'client' && encryption.has('provider'))
    throw encryption.refuse('provider', 'must not be given in client mode');
  return {
    encryptionId,
    ...encryption.optional('name', readName),
    algorithm: encryption.suite('algorithm'),
    mode,
    ...encryption.optional('provider', readName),
    ...encryption.optional('rotation', () => readRotation(encryption)),
    olderVersionsEncrypt: encryption.boolean('olderVersionsEncrypt'),
    versions: readVersions(encryption, { tenantId, encryptionId, mode }),
  };
}

/**
 * Reads the payload of an export, which has exactly the members of `docs/spec/export-v1.md`. It takes an opened envelope rather than
 * bytes, so that nothing is read whose signature was not verified.
 *
 * @throws AppError `invalid_request`, naming the member; `unsupported_algorithm` for a suite that this project does not have.
 */
export function parseExportPayload(opened: OpenedEnvelope): ExportPayload {
  const payload = readPayload(opened, 'payload', PAYLOAD);
  const tenantId = payload.uuid('tenantId');
  const range = { least: 1, most: MAX_EXPORTED_ENCRYPTIONS };
  const encryptions = payload
    .objects('encryptions', range, ENCRYPTION)
    .map((encryption) => readEncryption(encryption, tenantId));
  const versions = encryptions.flatMap((encryption) => encryption.versions);
  assertDistinct(
    payload,
    'encryptions',
    encryptions.map(({ encryptionId }) => encryptionId),
  );
  assertDistinct(
    payload,
    'encryptions',
    versions.map((version) => version.encryptionVersionId),
  );
  return {
    exportedAt: payload.time('exportedAt'),
    tenantId,
    publicKey: opened.publicKey,
    encryptions,
    ...payload.optional('warning', (name) => payload.text(name, MAX_WARNING_CHARACTERS)),
  };
}

/** An export whose signature fits. Whether its signer is trusted the caller decides, by the fingerprint. */
export interface OpenedExport {
  readonly payload: ExportPayload;
  readonly fingerprint: string;
}

/**
 * Opens an export: its signature, then its payload.
 *
 * @param envelope - out of strict JSON; anything at all is taken and judged.
 * @param field - how refusals call the envelope.
 * @throws AppError `invalid_request`, naming the member; `unsupported_algorithm`; `payload_too_large`.
 */
export function openExport(envelope: unknown, field?: string): OpenedExport {
  const opened = openEnvelope(envelope, EXPORT_PAYLOAD_TYPE, field);
  return { payload: parseExportPayload(opened), fingerprint: opened.fingerprint };
}
