export {
  assertParameters,
  deriveLoginSecret,
  deriveMemberKey,
  deriveRoot,
  loginInfo,
  memberKeyInfo,
  saltOf,
} from './derivation.js';
export type { Account, DerivationParameters } from './derivation.js';
export { deriveHpkeContext, openHpke, privateKeyOf, publicBytesOf, publicKeyOf } from './hpke.js';
export {
  openMasterKey,
  privateKeyWrap,
  sealInfo,
  sealMasterKey,
  sealMasterKeyWith,
  unwrapPrivateKey,
  wrapPrivateKey,
  wrapPrivateKeyWith,
} from './member-keys.js';
export type { SealedFor } from './member-keys.js';
