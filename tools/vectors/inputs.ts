import { checkContext, type Context } from '@app/encoding';
import { suiteNamed, type KeyPlace } from '@app/crypto';
import { encodeRsaDek } from '@app/crypto/vectors';
import { SecretBytes } from '@app/secret';
import type { Fields } from './fields.js';

/** The context of a vector; no member at all where the request had none. */
export function contextOf(input: Fields): Context | undefined {
  return input.has('context') ? checkContext(input.raw('context'), 'context') : undefined;
}

export function secretOf(input: Fields, name: string): SecretBytes {
  return new SecretBytes(input.bytes(name));
}

/** Where the vector's key belongs; undefined where the project does not have its suite yet. */
export function placeOf(input: Fields): KeyPlace | undefined {
  const suite = suiteNamed(input.text('suite'));
  if (suite === undefined) return undefined;
  return {
    tenantId: input.uuid('tenantId'),
    encryptionId: input.uuid('encryptionId'),
    encryptionVersionId: input.uuid('encryptionVersionId'),
    suite: suite.name,
  };
}

/** The key of the vector's version: with its private key where the suite has one. */
export function dekOf(input: Fields): SecretBytes {
  const dek = input.bytes('dek');
  return new SecretBytes(input.has('pkcs8') ? encodeRsaDek(dek, input.bytes('pkcs8')) : dek);
}
