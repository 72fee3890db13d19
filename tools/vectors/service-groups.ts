import { createHmac, createPrivateKey, createPublicKey } from 'node:crypto';
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
/** A PKCS#8 of an Ed25519 private key (RFC 8410, section 7) up to its 32 bytes. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ED25519_BYTES = 32;

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

function publicKeyOf(seed: Buffer): string {
  const key = createPrivateKey({
    key: Buffer.concat([ED25519_PKCS8, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return spki.subarray(-ED25519_BYTES).toString('hex');
}

export function computeServiceSecret(input: Fields): Computed {
  const secret = secretOf(input, 'serviceSecret');
  const keys = deriveServiceKeys(secret);
  const identity = deriveServiceKeyBytes(secret, 'identity');
  const audit = deriveServiceKeyBytes(secret, 'audit');
  const infos = PURPOSES.map((purpose) => [
    purpose,
    encodeMembers('keyward/v1/service', purpose).toString('hex'),
  ]);
  return {
    steps: { info: Object.fromEntries(infos) as Record<string, string> },
    result: {
      integrity: keyBytes(keys.integrity).toString('hex'),
      'api-secret': keyBytes(keys.apiSecret).toString('hex'),
      identity: identity.toString('hex'),
      audit: audit.toString('hex'),
      identityPublicKey: publicKeyOf(identity),
      auditPublicKey: publicKeyOf(audit),
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
