import {
  CLIENT_KEK_URI,
  deriveClientKek,
  lockOuter,
  unlockOuter,
  unwrapDek,
  wrapDek,
  type KeyPlace,
  type OuterKey,
  type WrapPlace,
  type WrappedKeyRecord,
} from '@app/crypto';
import {
  deriveOuterLockKey,
  deriveWrapKeys,
  encodeClientRecord,
  encodeWrapBinding,
  keyBytes,
  lockOuterWith,
  wrapDekWith,
} from '@app/crypto/vectors';
import { encodeMembers } from '@app/encoding';
import type { SecretBytes } from '@app/secret';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { dekOf, placeOf, secretOf } from './inputs.js';

/** What one record is computed from. */
interface Wrapping {
  readonly place: WrapPlace;
  readonly kek: SecretBytes;
  readonly key: SecretBytes;
  readonly kekUri: string;
  readonly input: Fields;
}

interface Wrapped {
  readonly record: WrappedKeyRecord;
  readonly steps: Readonly<Record<string, unknown>>;
}

function wrap({ place, kek, key, kekUri, input }: Wrapping): Wrapped {
  const [salt, nonce] = [input.bytes('w'), input.bytes('nonce')];
  const provided = input.has('provided') ? input.bytes('provided') : undefined;
  const record = wrapDekWith({ salt, nonce }, { kek, kekUri, place, dek: key, provided });
  const binding = encodeWrapBinding(place, kekUri);
  const keys = deriveWrapKeys(kek, salt, binding);
  return {
    record,
    steps: {
      B: binding.toString('hex'),
      kek: kek.expose().toString('hex'),
      infoEnc: encodeMembers('enc', binding).toString('hex'),
      infoCommit: encodeMembers('commit', binding).toString('hex'),
      K: keyBytes(keys.encryption).toString('hex'),
      com: keys.commitment.toString('hex'),
      key: key.expose().toString('hex'),
    },
  };
}

/** Both for a local master key and for a provider's wrapping key: either is the KEK. */
export function computeWrap(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const [kek, key, kekUri] = [secretOf(input, 'kek'), dekOf(input), input.text('kekUri')];
  const { record, steps } = wrap({ place, kek, key, kekUri, input });
  return { steps, result: { record }, holds: unwrapDek(kek, place, record).equals(key) };
}

/** The outer key itself, which is wrapped like a version's key but belongs to no tenant. */
export function computeOuterKey(input: Fields): Computed {
  const place = { outerKeyId: input.uuid('outerKeyId') };
  const [kek, key] = [secretOf(input, 'kek'), secretOf(input, 'outerKey')];
  const { record, steps } = wrap({ place, kek, key, kekUri: input.text('kekUri'), input });
  return { steps, result: { record }, holds: unwrapDek(kek, place, record).equals(key) };
}

function outerKeyOf(input: Fields, id: string): OuterKey {
  return { id, key: secretOf(input, 'outerKey') };
}

/** Also what the library locks by itself, with random values of its own. */
function opensBothLocks(
  outer: OuterKey,
  place: KeyPlace,
  kek: SecretBytes,
  key: SecretBytes,
  stored: unknown,
): boolean {
  const own = lockOuter(outer, place, wrapDek(kek, CLIENT_KEK_URI, place, key));
  return [stored, own].every((record) =>
    unwrapDek(kek, place, unlockOuter(outer, place, record)).equals(key),
  );
}

export function computeClientWrap(input: Fields): Computed | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  const outer = outerKeyOf(input, input.uuid('outerKeyId'));
  const [kek, key] = [deriveClientKek(secretOf(input, 'masterKey'), place), dekOf(input)];
  const kekUri = input.text('kekUri');
  const { record: clientRecord, steps } = wrap({ place, kek, key, kekUri, input });
  const record = lockOuterWith(input.bytes('outerNonce'), outer, place, clientRecord);
  const binding = encodeWrapBinding(place, kekUri);
  return {
    steps: {
      ...steps,
      clientRecord,
      outerInfo: encodeMembers('keyward/v1/outer', binding).toString('hex'),
      outerLockKey: keyBytes(deriveOuterLockKey(outer, binding)).toString('hex'),
      outerPlaintext: encodeClientRecord(clientRecord).toString('hex'),
    },
    result: { record },
    holds: opensBothLocks(outer, place, kek, key, record),
  };
}

function attemptClientUnwrap(input: Fields, place: KeyPlace): () => unknown {
  const record = input.object('record');
  const outer = outerKeyOf(input, record.uuid('outerKeyId'));
  const kek = deriveClientKek(secretOf(input, 'masterKey'), place);
  return () =>
    unwrapDek(kek, place, unlockOuter(outer, place, input.raw('record')), {
      onMismatch: 'master_key_mismatch',
    });
}

export function attemptUnwrap(input: Fields): (() => unknown) | undefined {
  const place = placeOf(input);
  if (place === undefined) return undefined;
  if (input.text('mode') === 'client') return attemptClientUnwrap(input, place);
  const kek = secretOf(input, 'kek');
  return () => unwrapDek(kek, place, input.raw('record'));
}
