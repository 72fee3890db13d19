import { SUITES } from '@app/crypto';
import type { EncryptionEntity } from '../rows/encryption.entity.js';
import type { EncryptionKeyVersionEntity } from '../rows/encryption-key-version.entity.js';

/** From `wanted` on a new version is to be made; beyond `most` this one seals nothing more. */
export interface CountLimit {
  readonly wanted: number;
  readonly most: number;
}

/** How much may be sealed under a version. */
export interface CountLimits {
  readonly messages: CountLimit;
  /** Bytes of plaintext. */
  readonly bytes: CountLimit;
  /** Whether a new version can take over. Where not, nothing is done until the cipher itself forbids more. */
  readonly isRenewable: boolean;
}

/** A rule may be passed by as much: one in a hundred of it. */
const MOST_OVER = 100;

function limitOf(wanted: number, hard: number): CountLimit {
  return { wanted, most: Math.min(wanted + Math.floor(wanted / MOST_OVER), hard) };
}

/**
 * The limits of a version: for an active one the rule of its encryption or the soft limit of its cipher, whichever is less; for any other
 * the hard limit of the cipher, since another one has taken over already.
 */
export function limitsOf(
  { afterMessages }: EncryptionEntity,
  { suite, state }: EncryptionKeyVersionEntity,
): CountLimits {
  const { softLimit, hardLimit } = SUITES[suite];
  if (state !== 'active') {
    return {
      messages: { wanted: hardLimit.messages, most: hardLimit.messages },
      bytes: { wanted: hardLimit.bytes, most: hardLimit.bytes },
      isRenewable: false,
    };
  }
  const rule = afterMessages === undefined ? softLimit.messages : Number(afterMessages);
  return {
    messages: limitOf(Math.min(rule, softLimit.messages), hardLimit.messages),
    bytes: limitOf(softLimit.bytes, hardLimit.bytes),
    isRenewable: true,
  };
}

/** For so many replicas at once the outstanding blocks stay within what a rule may be passed by. */
const MOST_REPLICAS = 16;
const LARGEST_BLOCK = 1024;

/**
 * How many messages a replica may reserve at once. All blocks of {@link MOST_REPLICAS} together hold no more than half of what the
 * limit may be passed by, and no more than half of what is left to it; so under a limit of a few thousand, and near any, it is one.
 */
export function largestBlock({ messages }: CountLimits, counted: number): number {
  const over = (messages.most - messages.wanted) / (2 * MOST_REPLICAS);
  const left = (messages.wanted - counted) / (2 * MOST_REPLICAS);
  return Math.max(1, Math.floor(Math.min(over, left, LARGEST_BLOCK)));
}
