import { unwrapDek } from '@app/crypto';
import { deriveWrapKeys, encodeWrapBinding, keyBytes, wrapDekWith } from '@app/crypto/vectors';
import { encodeMembers } from '@app/encoding';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { placeOf, secretOf } from './inputs.js';

/** Both for a local master key and for a provider's wrapping key: either is the KEK. */
export function computeWrap(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const [kek, dek, kekUri] = [secretOf(input, 'kek'), secretOf(input, 'dek'), input.text('kekUri')];
  const [salt, nonce] = [input.bytes('w'), input.bytes('nonce')];
  const provided = input.has('provided') ? input.bytes('provided') : undefined;
  const record = wrapDekWith({ salt, nonce }, { kek, kekUri, place, dek, provided });
  const binding = encodeWrapBinding(place, kekUri);
  const keys = deriveWrapKeys(kek, salt, binding);
  return {
    steps: {
      B: binding.toString('hex'),
      kek: kek.expose().toString('hex'),
      infoEnc: encodeMembers('enc', binding).toString('hex'),
      infoCommit: encodeMembers('commit', binding).toString('hex'),
      K: keyBytes(keys.encryption).toString('hex'),
      com: keys.commitment.toString('hex'),
      key: dek.expose().toString('hex'),
    },
    result: { record },
    holds: unwrapDek(kek, place, record).equals(dek),
  };
}

/** Client mode has its own lock, which is not there yet. */
export function attemptUnwrap(input: Fields): (() => unknown) | undefined {
  const place = placeOf(input);
  if (place === undefined || input.text('mode') === 'client') return undefined;
  const kek = secretOf(input, 'kek');
  return () => unwrapDek(kek, place, input.raw('record'));
}
