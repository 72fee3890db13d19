import type { KekBackend } from './backend.js';
import { AWS_KMS_LOCALSTACK, AWS_KMS_MOTO } from './backends/aws-kms.js';
import { AZURE_KEY_VAULT } from './backends/azure-key-vault.js';
import { GCP_KMS } from './backends/gcp-kms.js';
import { LOCAL } from './backends/local.js';
import { PKCS11_AES, PKCS11_RSA } from './backends/pkcs11.js';
import { VAULT_TRANSIT } from './backends/vault-transit.js';

/** Every kind of master key, with all that stands in for its real service. */
export const BACKENDS: readonly KekBackend[] = [
  LOCAL,
  AWS_KMS_MOTO,
  AWS_KMS_LOCALSTACK,
  AZURE_KEY_VAULT,
  GCP_KMS,
  VAULT_TRANSIT,
  PKCS11_AES,
  PKCS11_RSA,
];
