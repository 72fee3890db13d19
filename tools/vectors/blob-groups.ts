import {
  deriveVersionKeys,
  openBlob,
  sealBlob,
  type BlobEncoding,
  type BlobKind,
  type KeyPlace,
  type SealedBlob,
  type SealInput,
  type VersionKeys,
} from '@app/crypto';
import {
  AES_256_GCM,
  commit,
  encodeAssociatedData,
  encodePlace,
  formBlob,
  hkdf,
  importRsaKeyPair,
  keyBytes,
  sealBlobWith,
  takeKey,
} from '@app/crypto/vectors';
import { encodeContext, encodeMembers } from '@app/encoding';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { contextOf, dekOf, placeOf } from './inputs.js';
import { sealOaepWithSeed } from './oaep-with-seed.js';
import { VectorFileError } from './vector-file-error.js';

const ENCODINGS: readonly BlobEncoding[] = ['utf8', 'base64'];
const KINDS: readonly BlobKind[] = ['data', 'data-key'];
/** k of RSA with 3,072 bits. */
const OAEP_BYTES = 384;

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

/** What one blob is computed from. */
interface Case {
  readonly place: KeyPlace;
  readonly keys: VersionKeys;
  readonly seal: SealInput;
  readonly sealing: { readonly nonce: Buffer; readonly aad: Buffer };
  readonly input: Fields;
}

interface Sealing {
  readonly blob: SealedBlob;
  readonly sealedKey?: Buffer;
  readonly steps: Readonly<Record<string, string>>;
}

function sealUnderVersionKey({ place, keys, seal, sealing, input }: Case): Sealing {
  const info = encodeMembers('keyward/v1/data/enc', encodePlace(place));
  const key = hkdf({ hash: 'sha256', ikm: input.bytes('dek'), info, bytes: 32 });
  return {
    blob: sealBlobWith(sealing.nonce, keys, seal),
    steps: { K_enc: key.toString('hex') },
  };
}

/** Sealed step by step, since the library takes neither the message's key nor the seed of OAEP. */
function sealUnderMessageKey({ place, keys, seal, sealing, input }: Case): Sealing {
  const pair = importRsaKeyPair(input.bytes('pkcs8'));
  if (pair === undefined) throw new VectorFileError('pkcs8 must be a private key of the suite');
  const label = encodeMembers('keyward/v1/rsa', encodePlace(place));
  const [key, seed] = [input.bytes('freshKey'), input.bytes('oaepSeed')];
  const sealedKey = sealOaepWithSeed(pair.publicKey, OAEP_BYTES, label, key, seed);
  const message = { ...AES_256_GCM.seal(takeKey(key), sealing, seal.data), sealedKey };
  return {
    blob: formBlob(keys, seal, sealing, message),
    sealedKey,
    steps: {
      oaepLabel: label.toString('hex'),
      oaep: sealedKey.toString('hex'),
      ct: message.ciphertext.toString('hex'),
    },
  };
}

function stepsOf(test: Case, { blob, sealedKey, steps }: Sealing): Record<string, string> {
  const { place, keys, seal, sealing } = test;
  return {
    P: encodePlace(place).toString('hex'),
    K_com: keyBytes(keys.derived.commitment).toString('hex'),
    C: encodeContext(seal.context).toString('hex'),
    AAD: sealing.aad.toString('hex'),
    ct: Buffer.from(blob.cipherText, 'base64').toString('hex'),
    tag: Buffer.from(blob.metadata.tag, 'base64').toString('hex'),
    commitment: commit(keys, sealing.nonce, sealing.aad, sealedKey).toString('hex'),
    ...steps,
  };
}

/** Also opens what the library seals by itself, with random values of its own. */
function opens(keys: VersionKeys, seal: SealInput, blob: SealedBlob): boolean {
  return [blob, sealBlob(keys, seal)].every((sealed) => {
    const opened = openBlob(keys, { ...sealed, kind: seal.kind, context: seal.context });
    return opened.data.equals(seal.data) && opened.origin === seal.origin;
  });
}

export function computeBlob(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(dekOf(input), place);
  const seal = sealInputOf(input);
  const aad = encodeAssociatedData(keys, seal, encodeContext(seal.context));
  const test = { place, keys, seal, sealing: { nonce: input.bytes('iv'), aad }, input };
  const sealed = keys.suite.hasMessageKeys ? sealUnderMessageKey(test) : sealUnderVersionKey(test);
  const { cipherText, metadata } = sealed.blob;
  const { encryptionId, encryptionVersionId, suite } = place;
  return {
    steps: stepsOf(test, sealed),
    result: { cipherText, encryptionId, encryptionVersionId, algorithm: suite, metadata },
    holds: seal.data.equals(input.bytes('dataBytes')) && opens(keys, seal, sealed.blob),
  };
}

export function attemptOpen(input: Fields): (() => unknown) | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const keys = deriveVersionKeys(dekOf(input), place);
  const kind = KINDS.find((known) => known === input.text('openAs'));
  if (kind === undefined) return undefined;
  const [cipherText, metadata] = [input.text('cipherText'), input.raw('metadata')];
  return () => openBlob(keys, { kind, cipherText, metadata, context: contextOf(input) });
}
