export { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens.js';
export type { AccessClaims, AccessTokensOptions, FindPublicKey } from './access-tokens.js';
export { deriveArgon2id } from './argon2id.js';
export { CORE_SECRET_BYTES, deriveCoreKeys } from './core-keys.js';
export type { CoreKeys, SealingKey } from './core-keys.js';
export { DerivationSalts } from './derivation-salts.js';
export { PasswordHasher } from './password-hasher.js';
export type { PasswordHasherOptions } from './password-hasher.js';
export type { PasswordCost } from './phc-string.js';
export {
  checkNewPassword,
  checkPasswordHint,
  MAX_RAW_PASSWORD_LENGTH,
  normalisePassword,
} from './password-rules.js';
export { generateRecoveryCodes, RecoveryCodeHasher } from './recovery-codes.js';
export { generateRefreshToken, RefreshTokenHasher, isRefreshToken } from './refresh-tokens.js';
export { SecretSealer } from './secret-sealer.js';
export type { SecretPlace } from './secret-sealer.js';
export { exportSigningKey, generateSigningKey, importSigningKey } from './signing-key.js';
export type { PublicJwk, SigningKey } from './signing-key.js';
export { computeTotp, findTotpStep, generateTotpSecret, totpUri } from './totp.js';
export type { TotpHash } from './totp.js';
export { TriesKeys } from './tries-keys.js';
export type { TriesOf } from './tries-keys.js';
