import {
  deriveVersionKeys,
  openBlob,
  type BlobEncoding,
  type BlobKind,
  type KeyPlace,
  type SealInput,
  type VersionKeys,
} from '@app/crypto';
import {
  commit,
  encodeAssociatedData,
  encodePlace,
  keyBytes,
  sealBlobWith,
} from '@app/crypto/vectors';
import { encodeContext } from '@app/encoding';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { contextOf, placeOf, secretOf } from './inputs.js';

const ENCODINGS: readonly BlobEncoding[] = ['utf8', 'base64'];
const KINDS: readonly BlobKind[] = ['data', 'data-key'];

function sealInputOf(input: Fields): SealInput {
  const encoding = input.oneOf('encoding', ENCODINGS);
  const origin = input.has('origin') ? { origin: input.uuid('origin') } : {};
  const data = Buffer.from(input.text('data'), encoding);
  return {
    kind: input.oneOf('kind', KINDS),
    encoding,
    data,
    context: contextOf(input),
    ...origin,
  };
}

function stepsOf(
  keys: VersionKeys,
  place: KeyPlace,
  seal: SealInput,
  nonce: Buffer,
): Record<string, string> {
  const context = encodeContext(seal.context);
  const aad = encodeAssociatedData(keys, seal, context);
  const { cipherText, metadata } = sealBlobWith(nonce, keys, seal);
  return {
    P: encodePlace(place).toString('hex'),
    K_enc: keyBytes(keys.derived.encryption).toString('hex'),
    K_com: keyBytes(keys.derived.commitment).toString('hex'),
    C: context.toString('hex'),
    AAD: aad.toString('hex'),
    ct: Buffer.from(cipherText, 'base64').toString('hex'),
    tag: Buffer.from(metadata.tag, 'base64').toString('hex'),
    commitment: commit(keys, nonce, aad).toString('hex'),
  };
}

export function computeBlob(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(secretOf(input, 'dek'), place);
  const seal = sealInputOf(input);
  const nonce = input.bytes('iv');
  const { cipherText, metadata } = sealBlobWith(nonce, keys, seal);
  const opened = openBlob(keys, { kind: seal.kind, cipherText, metadata, context: seal.context });
  const { encryptionId, encryptionVersionId, suite } = place;
  return {
    steps: stepsOf(keys, place, seal, nonce),
    result: { cipherText, encryptionId, encryptionVersionId, algorithm: suite, metadata },
    holds: opened.data.equals(input.bytes('dataBytes')) && opened.origin === seal.origin,
  };
}

export function attemptOpen(input: Fields): (() => unknown) | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(secretOf(input, 'dek'), place);
  const kind = KINDS.find((known) => known === input.text('openAs'));
  if (kind === undefined) return undefined;
  const [cipherText, metadata] = [input.text('cipherText'), input.raw('metadata')];
  return () => openBlob(keys, { kind, cipherText, metadata, context: contextOf(input) });
}
