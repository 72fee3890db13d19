import type { KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  fingerprintOf,
  openExport,
  openReceipt,
  signExport,
  signReceipt,
  type DestructionInput,
  type Envelope,
  type ExportContent,
} from '@app/crypto';
import { ed25519PublicBytes, encodePae, takeEd25519Seed } from '@app/crypto/vectors';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';

/** What is signed, as it stands in the file, with its times as times. */
function contentOf(input: Fields): unknown {
  const { identity: _, ...content } = Object.fromEntries(input.entries);
  const revive = (name: string, value: unknown): unknown => {
    if (!name.endsWith('At')) return value;
    return Array.isArray(value)
      ? value.map((time) => new Date(String(time)))
      : new Date(String(value));
  };
  return JSON.parse(JSON.stringify(content), revive);
}

function stepsOf(identity: KeyObject, { payloadType, payload }: Envelope): Record<string, string> {
  const bytes = Buffer.from(payload, 'base64');
  return {
    publicKey: ed25519PublicBytes(identity).toString('hex'),
    fingerprint: fingerprintOf(identity),
    payload: bytes.toString(),
    PAE: encodePae(payloadType, bytes).toString(),
  };
}

export function computeExport(input: Fields): Computed {
  const identity = takeEd25519Seed(input.bytes('identity'));
  const content = contentOf(input) as ExportContent;
  const envelope = signExport(identity, content);
  const { publicKey: _, warning: __, ...opened } = openExport(envelope).payload;
  return {
    steps: stepsOf(identity, envelope),
    result: { envelope },
    holds: isDeepStrictEqual(opened, content),
  };
}

export function computeReceipt(input: Fields): Computed {
  const identity = takeEd25519Seed(input.bytes('identity'));
  const content = contentOf(input) as DestructionInput;
  const envelope = signReceipt(identity, content);
  const { payload } = openReceipt(envelope);
  return {
    steps: stepsOf(identity, envelope),
    result: { envelope },
    holds: payload.destroyedAt.getTime() === content.destroyedAt.getTime(),
  };
}

export function attemptExport(input: Fields): () => unknown {
  return () => openExport(input.raw('envelope'));
}

export function attemptReceipt(input: Fields): () => unknown {
  return () => openReceipt(input.raw('envelope'));
}
