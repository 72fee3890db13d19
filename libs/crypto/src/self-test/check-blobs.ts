import { SecretBytes } from '@app/secret';
import { openBlob } from '../blob/open-blob.js';
import { sealBlob, sealBlobWith, type SealInput } from '../blob/seal-blob.js';
import { deriveVersionKeys, type VersionKeys } from '../blob/version-keys.js';
import { flipBitOfBase64, hex, isRefused } from './flip-bit.js';
import type { KnownBlob } from './known-answers.js';

function opensTo(
  keys: VersionKeys,
  blob: KnownBlob,
  sealed: Pick<KnownBlob, 'cipherText' | 'metadata'>,
): boolean {
  const { data } = openBlob(keys, { ...sealed, context: blob.context });
  return data.equals(hex(blob.data));
}

function refusesChanges(keys: VersionKeys, { cipherText, metadata, context }: KnownBlob): boolean {
  const changed = [
    { cipherText: flipBitOfBase64(cipherText), metadata, context },
    { cipherText, metadata: { ...metadata, tag: flipBitOfBase64(metadata.tag) }, context },
    { cipherText, metadata: { ...metadata, iv: flipBitOfBase64(metadata.iv) }, context },
    {
      cipherText,
      metadata: { ...metadata, commitment: flipBitOfBase64(metadata.commitment) },
      context,
    },
    { cipherText, metadata, context: {} },
  ];
  return changed.every((blob) => isRefused(() => openBlob(keys, blob), 'decryption_failed'));
}

/** A message key of RSA is random, and so is its seal: there the known answer is opened only, and what is sealed now opens again. */
function sealsTo(keys: VersionKeys, blob: KnownBlob, input: SealInput): boolean {
  if (keys.suite.hasMessageKeys) return opensTo(keys, blob, sealBlob(keys, input));
  const nonce = Buffer.from(blob.metadata.iv, 'base64');
  const { cipherText, metadata } = sealBlobWith(nonce, keys, input);
  return (
    cipherText === blob.cipherText &&
    metadata.tag === blob.metadata.tag &&
    metadata.commitment === blob.metadata.commitment
  );
}

/** One suite: derivation, cipher, commitment, and RSA where it has it. */
export function checkBlob(blob: KnownBlob): boolean {
  using dek = new SecretBytes(hex(blob.dek));
  using keys = deriveVersionKeys(dek, blob.place);
  const { kind, encoding } = blob.metadata;
  const input = { kind, encoding, data: hex(blob.data), context: blob.context };
  return sealsTo(keys, blob, input) && opensTo(keys, blob, blob) && refusesChanges(keys, blob);
}
