import {
  deriveLoginSecret,
  deriveMemberKey,
  deriveRoot,
  openMasterKey,
  publicKeyOf,
  SecretKey,
  unwrapPrivateKey,
} from '@app/client-keys';
import { argon2id } from '@app/client-keys/node';
import {
  loginInfo,
  memberKeyInfo,
  privateKeyLock,
  saltOf,
  sealMasterKeyWith,
  sealSteps,
  wrapPrivateKeyWith,
} from '@app/client-keys/vectors';
import type { Computed } from './check.js';
import type { Fields } from './fields.js';

function hex(steps: object): Record<string, string> {
  const entries = Object.entries(steps) as [string, Uint8Array][];
  return Object.fromEntries(
    entries.map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
  );
}

function keyOf(input: Fields, name: string): SecretKey {
  return new SecretKey(input.bytes(name), name);
}

export async function computeDerivation(input: Fields): Promise<Computed> {
  const password = input.text('password');
  const account = { origin: input.text('origin'), username: input.text('username') };
  const parameters = {
    salt: input.bytes('salt'),
    iterations: input.count('t'),
    memoryKiB: input.count('m'),
    parallelism: input.count('p'),
  };
  const device = input.has('deviceSecret') ? keyOf(input, 'deviceSecret') : undefined;
  const root = await deriveRoot(argon2id, password, account, parameters);
  const memberKey = await deriveMemberKey(root, parameters, device);
  return {
    steps: hex({
      passwordNfkc: Buffer.from(password.normalize('NFKC'), 'utf8'),
      saltPrime: await saltOf(account, parameters.salt),
      root: root.expose(),
      loginInfo: loginInfo(parameters),
      memberInfo: memberKeyInfo(parameters),
    }),
    result: {
      loginSecret: await deriveLoginSecret(root, parameters),
      ...hex({ memberKey: memberKey.expose() }),
    },
  };
}

export async function computeMemberSeal(input: Fields): Promise<Computed> {
  const place = { tenantId: input.uuid('tenantId'), userId: input.uuid('userId') };
  const publicKey = input.bytes('publicKey');
  const [ephemeral, privateKey] = [keyOf(input, 'ephemeral'), keyOf(input, 'privateKey')];
  const tenantKey = keyOf(input, 'tenantKey');
  const sealed = await sealMasterKeyWith(ephemeral, publicKey, place, tenantKey);
  const opened = await openMasterKey(privateKey, place, sealed);
  return {
    steps: hex(await sealSteps(ephemeral, publicKey, place)),
    result: hex({ sealed }),
    holds: opened.equals(tenantKey),
  };
}

export async function computeMemberPrivateKey(input: Fields): Promise<Computed> {
  const [memberKey, privateKey] = [keyOf(input, 'memberKey'), keyOf(input, 'privateKey')];
  const [userId, nonce] = [input.uuid('userId'), input.bytes('nonce')];
  const publicKey = await publicKeyOf(privateKey);
  const { key, aad } = await privateKeyLock(memberKey, userId, publicKey, nonce);
  const wrapped = await wrapPrivateKeyWith(nonce, memberKey, userId, privateKey);
  const opened = await unwrapPrivateKey(memberKey, userId, publicKey, wrapped);
  return {
    steps: hex({ K: key, AAD: aad }),
    result: hex({ wrapped }),
    holds: opened.equals(privateKey),
  };
}
