import { SecretBytes } from '@app/secret';
import { CLIENT_KEK_URI, deriveClientKek } from '../wrap/client-kek.js';
import { lockOuterWith, unlockOuter, type OuterKey } from '../wrap/outer-lock.js';
import { unwrapDek } from '../wrap/unwrap-dek.js';
import { wrapDekWith } from '../wrap/wrap-dek.js';
import { flipBitOfBase64, hex, isRefused } from './flip-bit.js';
import type { KnownAnswers } from './known-answers.js';

type KnownWrappedKey = KnownAnswers['wrappedKey'];

function wrapsTo(known: KnownWrappedKey, kek: SecretBytes, outer: OuterKey): boolean {
  const { place, record } = known;
  using dek = new SecretBytes(hex(known.dek));
  const random = { salt: hex(known.salt), nonce: hex(known.nonce) };
  const inner = wrapDekWith(random, { kek, kekUri: CLIENT_KEK_URI, place, dek });
  const nonce = Buffer.from(record.outerNonce, 'base64');
  return lockOuterWith(nonce, outer, place, inner).outer === record.outer;
}

function unwrapsTo(
  { place, record, dek }: KnownWrappedKey,
  kek: SecretBytes,
  outer: OuterKey,
): boolean {
  const inner = unlockOuter(outer, place, record);
  using opened = unwrapDek(kek, place, inner);
  const changedOuter = { ...record, outer: flipBitOfBase64(record.outer) };
  const changed = { ...inner, ct: flipBitOfBase64(inner.ct) };
  return (
    opened.equals(new SecretBytes(hex(dek))) &&
    isRefused(() => unlockOuter(outer, place, changedOuter), 'internal') &&
    isRefused(() => unwrapDek(kek, place, changed), 'internal') &&
    isRefused(
      () => unwrapDek(outer.key, place, inner, { onMismatch: 'master_key_mismatch' }),
      'master_key_mismatch',
    )
  );
}

/** The KEK of a client, the wrapping of a version's key, and the second lock. */
export function checkWrappedKey(known: KnownWrappedKey): boolean {
  using masterKey = new SecretBytes(hex(known.masterKey));
  using outerKey = new SecretBytes(hex(known.outerKey));
  using kek = deriveClientKek(masterKey, known.place);
  const outer = { id: known.record.outerKeyId, key: outerKey };
  return wrapsTo(known, kek, outer) && unwrapsTo(known, kek, outer);
}
