import {
  deriveHpkeContext,
  deriveLoginSecret,
  deriveMemberKey,
  deriveRoot,
  loginInfo,
  memberKeyInfo,
  openMasterKey,
  privateKeyOf,
  privateKeyWrap,
  publicBytesOf,
  publicKeyOf,
  saltOf,
  sealInfo,
  sealMasterKeyWith,
  unwrapPrivateKey,
  wrapPrivateKeyWith,
} from '@app/client-keys';
import { SecretString } from '@app/secret';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';
import { secretOf } from './inputs.js';

function hex(steps: Readonly<Record<string, Buffer>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(steps).map(([name, bytes]) => [name, bytes.toString('hex')]),
  );
}

export function computeDerivation(input: Fields): Computed {
  const password = input.text('password');
  const account = { origin: input.text('origin'), username: input.text('username') };
  const parameters = {
    salt: input.bytes('salt'),
    iterations: input.count('t'),
    memoryKiB: input.count('m'),
    parallelism: input.count('p'),
  };
  const device = input.has('deviceSecret') ? secretOf(input, 'deviceSecret') : undefined;
  const root = deriveRoot(new SecretString(password), account, parameters);
  return {
    steps: hex({
      passwordNfkc: Buffer.from(password.normalize('NFKC'), 'utf8'),
      saltPrime: saltOf(account, parameters.salt),
      root: root.expose(),
      loginInfo: loginInfo(parameters),
      memberInfo: memberKeyInfo(parameters),
    }),
    result: {
      loginSecret: deriveLoginSecret(root, parameters).expose(),
      memberKey: deriveMemberKey(root, parameters, device).expose().toString('hex'),
    },
  };
}

export function computeMemberSeal(input: Fields): Computed {
  const place = { tenantId: input.uuid('tenantId'), userId: input.uuid('userId') };
  const publicKey = input.bytes('publicKey');
  const ephemeral = privateKeyOf(input.bytes('ephemeral'));
  const [privateKey, tenantKey] = [secretOf(input, 'privateKey'), secretOf(input, 'tenantKey')];
  const info = sealInfo(place);
  const kemContext = Buffer.concat([publicBytesOf(ephemeral), publicKey]);
  const context = deriveHpkeContext(ephemeral, publicKeyOf(publicKey), kemContext, info);
  const sealed = sealMasterKeyWith(ephemeral, publicKey, place, tenantKey);
  return {
    steps: hex({ info, ...context }),
    result: hex({ sealed }),
    holds: openMasterKey(privateKey, place, sealed).equals(tenantKey),
  };
}

export function computeMemberPrivateKey(input: Fields): Computed {
  const [memberKey, privateKey] = [secretOf(input, 'memberKey'), secretOf(input, 'privateKey')];
  const userId = input.uuid('userId');
  const publicKey = publicBytesOf(privateKeyOf(privateKey.expose()));
  const { key, aad } = privateKeyWrap(memberKey, userId, publicKey);
  const wrapped = wrapPrivateKeyWith(input.bytes('nonce'), memberKey, userId, privateKey);
  return {
    steps: hex({ K: key, AAD: aad }),
    result: hex({ wrapped }),
    holds: unwrapPrivateKey(memberKey, userId, publicKey, wrapped).equals(privateKey),
  };
}
