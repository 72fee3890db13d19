import type { KekBackend } from './backend.js';
import { AWS_KMS_LOCALSTACK, AWS_KMS_MOTO } from './backends/aws-kms.js';
import { LOCAL } from './backends/local.js';
import { VAULT_TRANSIT } from './backends/vault-transit.js';

/** Every kind of master key, with all that stands in for its real service. */
export const BACKENDS: readonly KekBackend[] = [
  LOCAL,
  AWS_KMS_MOTO,
  AWS_KMS_LOCALSTACK,
  VAULT_TRANSIT,
];
