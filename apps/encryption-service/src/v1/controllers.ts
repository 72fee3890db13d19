import type { Type } from '@nestjs/common';
import { BatchesController } from './batches.controller.js';
import { ClientsController } from './clients.controller.js';
import { DataController } from './data.controller.js';
import { DataKeysController } from './data-keys.controller.js';
import { EncryptionsController } from './encryptions.controller.js';
import { KekProvidersController } from './kek-providers.controller.js';
import { ReencryptController } from './reencrypt.controller.js';
import { ServiceController } from './service.controller.js';
import { StreamsController } from './streams.controller.js';
import { TenantsController } from './tenants.controller.js';
import { TransferController } from './transfer.controller.js';
import { UsageController } from './usage.controller.js';
import { VersionsController } from './versions.controller.js';

/** Every controller of the service: the whole surface of its data port. */
export const CONTROLLERS: readonly Type[] = [
  DataController,
  ReencryptController,
  BatchesController,
  DataKeysController,
  StreamsController,
  EncryptionsController,
  VersionsController,
  KekProvidersController,
  ClientsController,
  TenantsController,
  TransferController,
  UsageController,
  ServiceController,
];
