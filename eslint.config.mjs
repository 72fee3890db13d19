import { defineConfig, globalIgnores } from 'eslint/config';
import tsdoc from 'eslint-plugin-tsdoc';
import tseslint from 'typescript-eslint';
import { ALL_BANS, bans, lift } from './tools/lint/bans.mjs';

const SPECS = ['**/*.spec.ts'];

/** The doors through which secrets leave their wrapper: into a cipher, a hash, a connection, or the one answer that shows a new one. */
const EXPOSING = [
  // Into cryptography.
  'libs/crypto/src/blob/version-keys.ts',
  'libs/crypto/src/service/api-secret.ts',
  'libs/crypto/src/service/service-keys.ts',
  'libs/crypto/src/wrap/client-kek.ts',
  'libs/crypto/src/wrap/outer-lock.ts',
  'libs/crypto/src/wrap/wrap-binding.ts',
  'libs/crypto/src/wrap/wrap-dek.ts',
  'libs/credentials/src/core-keys.ts',
  'libs/credentials/src/password-hasher.ts',
  'libs/client-keys/src/derivation.ts',
  'libs/client-keys/src/key-pair.ts',
  'libs/client-keys/src/sealed-copy.ts',
  'libs/client-keys/src/secret-key.ts',
  'libs/client-keys/src/vectors.ts',
  'libs/client-keys/src/x25519.ts',
  'libs/credentials/src/password-rules.ts',
  'libs/credentials/src/refresh-tokens.ts',
  'libs/credentials/src/secret-sealer.ts',
  'libs/credentials/src/signing-key.ts',
  'libs/credentials/src/totp.ts',
  // From a new secret to its hash, and to its picture.
  'apps/core-platform/src/auth/confirm-totp.ts',
  'apps/core-platform/src/auth/set-up-totp.ts',
  'libs/kek/src/azure-key-vault/azure-credential.ts',
  'libs/kek/src/gcp-kms/service-account.ts',
  'libs/kek/src/pkcs11/open-pkcs11.ts',
  'libs/kek/src/local/local-kek-provider.ts',
  'libs/kek/src/remote/remote-kek-provider.ts',
  'libs/kek/src/aws-kms/open-aws-kms.ts',
  'libs/kek/src/vault-transit/vault-connection.ts',
  'libs/kek/src/vault-transit/vault-login.ts',
  // Into a connection to another server.
  'libs/client-keys/src/core-link.ts',
  'libs/encryption-client/src/caller.ts',
  'libs/persistence/src/migrate.ts',
  'libs/persistence/src/open-database.ts',
  'apps/core-platform/src/commands/open-local-service.ts',
  // Into the one answer, or the one file, that shows a new secret to its owner.
  'apps/core-platform/src/auth/auth.controller.ts',
  'apps/core-platform/src/auth/before-login.controller.ts',
  'apps/core-platform/src/auth/totp.controller.ts',
  'apps/encryption-service/src/clients/manage-clients.ts',
  'apps/encryption-service/src/commands/create-operator.ts',
  'apps/encryption-service/src/keysets/data-keys/create-data-key.ts',
  'apps/encryption-service/src/tenants/manage-tenants.ts',
  // Tools: the databases' URLs for the apps that the launcher starts; vectors have no secrets.
  'tools/launcher/databases.ts',
  'tools/vectors/client-groups.ts',
  'tools/vectors/service-groups.ts',
  'tools/vectors/wrap-groups.ts',
];

/** They export public keys. */
const PUBLISHING = [
  'apps/encryption-service/src/callers/certificate-binding.ts',
  'libs/crypto/src/hazmat/ed25519.ts',
  'tools/certs/issue-certificate.ts',
];

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.keyward/', 'examples/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    plugins: { tsdoc },
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'tsdoc/syntax': 'error',
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' },
      ],
      // `fields['name']` marks a name that came from outside and that no type vouches for.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // Lengths on the wire are counted in code points, which is what spreading a text gives.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // It asks for the `!` that no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // The classes of the wire carry its rules for what comes in. An answer going out is plain data of the same shape.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.mjs'],
    plugins: { bans },
    rules: {
      ...ALL_BANS,
      eqeqeq: 'error',
      complexity: ['error', 10],
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 50],
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
    },
  },
  {
    files: ['**/*.mjs'],
    extends: [tseslint.configs.base],
    rules: { 'no-undef': 'error', 'no-unused-vars': 'error' },
    languageOptions: { globals: { Buffer: 'readonly', process: 'readonly' } },
  },
  // A describe block is a function in form only.
  {
    files: [...SPECS, 'test/conformance/**/*-suite.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
  lift(['environment'], ['libs/config/src/**', 'tools/bootstrap/**']),
  lift(['ambient-time'], ['libs/ambient/src/**']),
  lift(['http-exception'], ['libs/server/src/**']),
  lift(['expose'], ['libs/secret/src/**', 'test/**', ...SPECS, ...EXPOSING]),
  lift(
    ['export-key'],
    [
      'libs/kek/src/local/**',
      // To see that what was read is its one encoding; overwritten at once.
      'libs/crypto/src/hazmat/rsa-oaep.ts',
      'libs/crypto/src/vectors.ts',
      'test/**',
      ...SPECS,
      ...PUBLISHING,
    ],
  ),
);
