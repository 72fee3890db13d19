import { createHmac } from 'node:crypto';
import {
  deriveServiceKeys,
  hashApiSecret,
  isApiSecret,
  isWellFormedApiSecret,
  macRow,
  verifyRow,
  type ApiSecretOwner,
} from '@app/crypto';
import {
  deriveServiceKeyBytes,
  ed25519PublicBytes,
  encodeApiSecret,
  encodeRow,
  formApiSecret,
  hkdf,
  keyBytes,
  takeKey,
} from '@app/crypto/vectors';
import { encodeMembers } from '@app/encoding';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { secretOf } from './inputs.js';

const PURPOSES = ['integrity', 'api-secret', 'identity', 'audit'] as const;

export function computeHkdf(input: Fields): Computed {
  const hash = input.oneOf('hash', ['sha256', 'sha512']);
  const [ikm, salt, bytes] = [input.bytes('ikm'), input.bytes('salt'), input.count('size')];
  const info = encodeMembers(...input.members('members'));
  return {
    steps: {
      info: info.toString('hex'),
      // HMAC pads its key with zeros, so that no salt is the salt of zeros of RFC 5869, section 2.2.
      prk: createHmac(hash, salt).update(ikm).digest('hex'),
    },
    result: { okm: hkdf({ hash, ikm, salt, info, bytes }).toString('hex') },
  };
}

export function computeServiceSecret(input: Fields): Computed {
  const secret = secretOf(input, 'serviceSecret');
  const keys = deriveServiceKeys(secret);
  const infos = PURPOSES.map((purpose) => [
    purpose,
    encodeMembers('keyward/v1/service', purpose).toString('hex'),
  ]);
  return {
    steps: { info: Object.fromEntries(infos) as Record<string, string> },
    result: {
      integrity: keyBytes(keys.integrity).toString('hex'),
      'api-secret': keyBytes(keys.apiSecret).toString('hex'),
      identity: deriveServiceKeyBytes(secret, 'identity').toString('hex'),
      audit: deriveServiceKeyBytes(secret, 'audit').toString('hex'),
      identityPublicKey: ed25519PublicBytes(keys.identity).toString('hex'),
      auditPublicKey: ed25519PublicBytes(keys.audit).toString('hex'),
    },
  };
}

export function computeApiSecret(input: Fields): Computed {
  const { apiSecret: key } = deriveServiceKeys(secretOf(input, 'serviceSecret'));
  const tenantId = input.raw('tenantId') === null ? undefined : input.uuid('tenantId');
  const owner: ApiSecretOwner = { tenantId, clientId: input.uuid('clientId') };
  const secret = formApiSecret(input.bytes('random'));
  const hash = hashApiSecret(key, owner, secret);
  return {
    steps: {
      apiSecretKey: keyBytes(key).toString('hex'),
      apiSecret: secret.expose(),
      message: encodeApiSecret(owner, secret).toString('hex'),
    },
    result: { hash: hash.toString('hex') },
    holds: isWellFormedApiSecret(secret.expose()) && isApiSecret(key, owner, secret, hash),
  };
}

export function computeRow(input: Fields): Computed {
  const key = takeKey(input.bytes('integrity'));
  const [table, fields, revision] = [
    input.text('table'),
    input.members('fields'),
    input.number('revision'),
  ];
  const mac = macRow(key, table, fields, revision);
  verifyRow(key, table, fields, revision, mac);
  return {
    steps: { message: encodeRow(table, fields, revision).toString('hex') },
    result: { mac: mac.toString('hex') },
  };
}
