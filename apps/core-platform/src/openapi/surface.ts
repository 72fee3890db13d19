import type { Type } from '@nestjs/common';
import { openApiDocument } from '@app/server';
import { AuditController } from '../audit/audit.controller.js';
import { AuthController } from '../auth/auth.controller.js';
import { BeforeLoginController } from '../auth/before-login.controller.js';
import { TotpController } from '../auth/totp.controller.js';
import { EncryptionController } from '../encryption/encryption.controller.js';
import { KeysController } from '../encryption/keys.controller.js';
import { BlobsController } from '../export/blobs.controller.js';
import { MembersController } from '../members/members.controller.js';
import { JwksController } from '../signing-keys/jwks.controller.js';
import { RemovalController } from '../tenant-removal/removal.controller.js';
import { TenantExportController } from '../tenant-export/tenant-export.controller.js';
import { TenantsController } from '../tenants/tenants.controller.js';
import { UsersController } from '../users/users.controller.js';
import { VaultController } from '../vault/vault.controller.js';
import { OpenApiController } from './openapi.controller.js';

/** Every controller of the core: the whole surface of its public port. */
const CONTROLLERS: readonly Type[] = [
  AuthController,
  BeforeLoginController,
  TotpController,
  UsersController,
  TenantsController,
  RemovalController,
  TenantExportController,
  MembersController,
  VaultController,
  BlobsController,
  KeysController,
  EncryptionController,
  AuditController,
  JwksController,
  OpenApiController,
];

const INFO = {
  title: 'Keyward core platform',
  description:
    'People, tenants and their vaults. What people store is in its database only as blobs that their encryption service sealed. A lost ' +
    'password has no recovery.',
  securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
  security: [{ accessToken: [] }],
} as const;

/** The document of exactly this surface. */
export function surfaceDocument(): object {
  return openApiDocument(INFO, CONTROLLERS);
}
