import { encodeWrapBinding, type WrapPlace } from '@app/crypto';

/** What one wrapped key is of. Key services that can bind a ciphertext to something are given it; for the others the row's MAC serves. */
export interface KeyBinding {
  readonly place: WrapPlace;
  /** B of the wrapped key (`docs/spec/wrapped-key-v1.md`). No secret. */
  readonly aad: Buffer;
  /** The ids as names and values, UUIDs in lower case: the encryption context of AWS. */
  readonly names: Readonly<Record<string, string>>;
}

/** What a wrapped key of `place` under the master key `kekUri` is bound to. */
export function bindingOf(place: WrapPlace, kekUri: string): KeyBinding {
  return {
    place,
    aad: encodeWrapBinding(place, kekUri),
    names: namesOf(place),
  };
}

function namesOf(place: WrapPlace): Readonly<Record<string, string>> {
  if ('outerKeyId' in place) return { 'keyward-outer-key': place.outerKeyId.toLowerCase() };
  return {
    'keyward-tenant': place.tenantId.toLowerCase(),
    'keyward-encryption': place.encryptionId.toLowerCase(),
    'keyward-version': place.encryptionVersionId.toLowerCase(),
  };
}

/**
 * A key service that keeps its key: it wraps 32 bytes and unwraps them. One method is one try; tries, waits and the circuit breaker are
 * {@link RemoteKekProvider}'s, so an SDK's own are turned off.
 *
 * Implementations throw {@link KeyServiceError} and nothing else for what the service answers or fails to answer. They must not cache,
 * log or keep a copy of a key, and overwrite what their SDK hands over once it is copied.
 */
export interface KeyService {
  /**
   * Wraps a key.
   *
   * @param key - 32 bytes. Borrowed: it is overwritten once this has settled.
   * @param signal - aborted when the try takes too long.
   * @returns what {@link KeyService.unwrapKey} takes, for ever.
   */
  wrapKey(binding: KeyBinding, key: Buffer, signal: AbortSignal): Promise<Buffer>;

  /**
   * Unwraps what {@link KeyService.wrapKey} answered. Throws `refused` where `provided` is not of this key or of this binding.
   *
   * @returns the key in a buffer of its own, handed over: the caller overwrites it.
   */
  unwrapKey(binding: KeyBinding, provided: Buffer, signal: AbortSignal): Promise<Buffer>;

  /** Ends connections. Nothing is asked of it afterwards. */
  close(): Promise<void>;
}

/**
 * Why a key service did not do what it was asked.
 *
 * - `unavailable`: it could not be reached, took too long or failed. Tried again.
 * - `throttled`: too many calls. Tried again, after what it asked for.
 * - `nonsense`: it answered something that is no answer. Tried again.
 * - `denied`: it answered that this key may not be used: disabled, deleted, no permission. Only an operator cures it.
 * - `refused`: it answered that the ciphertext is not of this key or this binding, so that what was stored is not what was written.
 */
export type KeyServiceReason = 'unavailable' | 'throttled' | 'nonsense' | 'denied' | 'refused';

/** What a key service did not do, and why. */
export class KeyServiceError extends Error {
  override readonly name = 'KeyServiceError';
  readonly reason: KeyServiceReason;
  /** Reason and detail once more: the log has an error's code, and leaves messages out since a library's may quote anything. */
  readonly code: string;
  /** How long the service asked to be left alone. */
  readonly retryAfterMillis: number | undefined;

  /**
   * @param detail - our words, with the service's error code at most. The SDK's own error is not kept as the cause, since it carries
   * requests, and a request carries the key.
   */
  constructor(reason: KeyServiceReason, detail: string, retryAfterMillis?: number) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
    this.code = this.message;
    this.retryAfterMillis = retryAfterMillis;
  }
}
