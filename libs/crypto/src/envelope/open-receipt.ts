import { MAX_KEK_URI_BYTES } from '../wrap/wrapped-key-record.js';
import type { Members } from './members.js';
import { openEnvelope } from './open-envelope.js';
import { readPayload } from './parse-payload.js';
import {
  MAX_NAMED_EXPORTS,
  RECEIPT_PAYLOAD_TYPE,
  type PossibleCopy,
  type ReceiptPayload,
} from './receipt.js';

const PLACES = ['database-backups', 'export', 'older-exports', 'process-memory'] as const;
const MAX_NOTE_CHARACTERS = 1000;
/** Beside the exports that are named one by one. */
const OTHER_COPIES = 3;

const COPY = { required: ['where', 'time', 'note'] };
const PAYLOAD = {
  required: [
    'v',
    'tenantId',
    'encryptionId',
    'encryptionVersionId',
    'number',
    'suite',
    'scheduledAt',
    'destroyedAt',
    'kekUri',
    'publicKey',
    'copiesMayExist',
  ],
};

function readCopy(copy: Members): PossibleCopy {
  return {
    where: copy.oneOf('where', PLACES),
    time: copy.time('time'),
    note: copy.text('note', MAX_NOTE_CHARACTERS),
  };
}

/** A receipt whose signature fits. Whether its signer is trusted the caller decides, by the fingerprint. */
export interface OpenedReceipt {
  readonly payload: ReceiptPayload;
  readonly fingerprint: string;
}

/**
 * Opens a receipt of `docs/spec/receipt-v1.md`: its signature, then its payload.
 *
 * @param envelope - out of strict JSON; anything at all is taken and judged.
 * @param field - how refusals call the envelope.
 * @throws AppError `invalid_request`, naming the member; `unsupported_algorithm`; `payload_too_large`.
 */
export function openReceipt(envelope: unknown, field = 'receipt'): OpenedReceipt {
  const opened = openEnvelope(envelope, RECEIPT_PAYLOAD_TYPE, field);
  const payload = readPayload(opened, `${field}.payload`, PAYLOAD);
  const range = { least: 1, most: MAX_NAMED_EXPORTS + OTHER_COPIES };
  return {
    fingerprint: opened.fingerprint,
    payload: {
      tenantId: payload.uuid('tenantId'),
      encryptionId: payload.uuid('encryptionId'),
      encryptionVersionId: payload.uuid('encryptionVersionId'),
      number: payload.integer('number', 1),
      suite: payload.suite('suite'),
      scheduledAt: payload.time('scheduledAt'),
      destroyedAt: payload.time('destroyedAt'),
      kekUri: payload.text('kekUri', MAX_KEK_URI_BYTES),
      publicKey: opened.publicKey,
      copiesMayExist: payload.objects('copiesMayExist', range, COPY).map(readCopy),
    },
  };
}
