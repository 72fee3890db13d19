import type { KeyObject } from 'node:crypto';
import { encodeBase64 } from '@app/encoding';
import { ed25519PublicBytes } from '../hazmat/ed25519.js';
import type { Envelope } from './envelope.js';
import {
  CLIENT_MODE_WARNING,
  EXPORT_PAYLOAD_TYPE,
  type ExportContent,
  type ExportedEncryption,
  type ExportedVersion,
  type ExportPayload,
} from './export-payload.js';
import { openExport } from './open-export.js';
import { assertOpens, signEnvelope } from './sign-envelope.js';

// Each member by name: what a caller's object has beside them must not get into a signed file. JSON leaves out what is undefined.

function versionOf(version: ExportedVersion): object {
  return {
    encryptionVersionId: version.encryptionVersionId,
    number: version.number,
    suite: version.suite,
    state: version.state,
    createdAt: version.createdAt,
    activatedAt: version.activatedAt,
    deactivatedAt: version.deactivatedAt,
    destroyAt: version.destroyAt,
    messages: version.messages,
    ...(version.state === 'destroyed' ? { receipt: version.receipt } : { record: version.record }),
  };
}

function encryptionOf(encryption: ExportedEncryption): object {
  const { encryptionId, name, algorithm, mode, provider, rotation } = encryption;
  const { olderVersionsEncrypt, versions } = encryption;
  return {
    encryptionId,
    name,
    algorithm,
    mode,
    provider,
    rotation: rotation && {
      everyDays: rotation.everyDays,
      afterMessages: rotation.afterMessages,
    },
    olderVersionsEncrypt,
    versions: versions.map(versionOf),
  };
}

/** The bytes that an export is signed over: JSON with the members in the order of the specification. */
function encodeExportPayload(payload: ExportPayload): Buffer {
  const { exportedAt, tenantId, publicKey, encryptions, warning } = payload;
  const json = {
    v: 1,
    exportedAt,
    tenantId,
    publicKey: encodeBase64(publicKey),
    encryptions: encryptions.map(encryptionOf),
    warning,
  };
  return Buffer.from(JSON.stringify(json));
}

/**
 * Makes a signed export (`docs/spec/export-v1.md`). Its records are under their master keys alone: the second lock of client mode is not
 * for other services, so it is opened before, and the file warns of what that means.
 *
 * @param identity - the service's key for it. Borrowed.
 * @throws AppError `internal` where it would not open again: too large, or with a member that no reader takes, such as a record that has
 * the second lock still.
 */
export function signExport(identity: KeyObject, content: ExportContent): Envelope {
  const isClients = content.encryptions.some(({ mode }) => mode === 'client');
  const payload = {
    ...content,
    publicKey: ed25519PublicBytes(identity),
    ...(isClients ? { warning: CLIENT_MODE_WARNING } : {}),
  };
  const envelope = signEnvelope(identity, EXPORT_PAYLOAD_TYPE, encodeExportPayload(payload));
  assertOpens(() => openExport(envelope));
  return envelope;
}
