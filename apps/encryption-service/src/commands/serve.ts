import { EventEmitter } from 'node:events';
import { RandomIdentifiers } from '@app/ambient';
import { loadConfig } from '@app/config';
import type { KekProviders } from '@app/kek';
import {
  connectionOf,
  type Connection,
  type Database,
  migrate,
  openDatabase,
} from '@app/persistence';
import {
  createHttpApp,
  createLogger,
  createMetrics,
  errorFields,
  type HttpApp,
  startOperations,
  stopOnSignals,
  logReady,
  operationsTls,
} from '@app/server';
import { AppModule } from '../app.module.js';
import { AuditLog } from '../audit/audit-log.js';
import { authorizeWith } from '../callers/access.js';
import { Authenticator } from '../callers/authenticator.js';
import { type EncryptionServiceConfig, OPTIONS } from '../config.js';
import { Readiness } from '../health/readiness.js';
import { MessageCounter } from '../keysets/counting/message-counter.js';
import { LimitRequest } from '../limits/limit-request.js';
import { limitProblems } from '../limits/tiers.js';
import { kekProblems } from '../master-key/settings.js';
import { SCHEMA } from '../schema.js';
import { startBackgroundWork } from './background-work.js';
import { assertSelfTest } from './assert-self-test.js';
import { checkMasterKeys, warnOfUnusable } from './check-master-keys.js';
import { openMasterKeys } from './open-master-keys.js';

type Logger = ReturnType<typeof createLogger>;

const BROKEN = 'broken';
function openPool(
  config: EncryptionServiceConfig,
  connection: Connection,
  logger: Logger,
  onBroken: EventEmitter,
): Promise<Database> {
  return openDatabase(SCHEMA, connection, {
    poolSize: config.database.poolSize,
    onConnectionError: (error) => {
      logger.warn(errorFields(error), 'a database connection broke');
      onBroken.emit(BROKEN);
    },
  });
}

async function startHttp(
  config: EncryptionServiceConfig,
  logger: Logger,
  database: Database,
  providers: KekProviders,
): Promise<HttpApp> {
  const module = AppModule.of({
    database,
    providers,
    serviceSecret: config.service.secret,
    bodyLimitBytes: config.limits.bodyBytes,
    trustedExporters: config.trustedExporters,
    keyCache: {
      entries: config.keyCache.entries,
      refreshMillis: config.keyCache.refreshSeconds * 1000,
      maxAgeMillis: config.keyCache.maxAgeSeconds * 1000,
    },
    limits: config.limits,
    recentRows: {
      entries: config.recentRows.entries,
      maxAgeMillis: config.recentRows.maxAgeSeconds * 1000,
    },
    life: {
      leastDestructionDays: config.destruction.leastDays,
      // What is too old is let go of when it is looked for.
      memoryMillis: (config.keyCache.maxAgeSeconds + config.upkeep.everySeconds) * 1000,
    },
    onBackgroundFailure: (error) => {
      logger.warn(errorFields(error), 'what failed beside a request will be tried again');
    },
  });
  const { certificate, key, clientCa } = config.tls;
  const app = await createHttpApp(module, {
    tls: { certificate, key, clientCa },
    bodyLimitBytes: config.limits.bodyBytes,
    logger,
    identifiers: new RandomIdentifiers(),
    admitFrom: (nest) => {
      const limitRequest = nest.get(LimitRequest);
      return (call) => limitRequest.byAddress(call);
    },
    authorizeFrom: (nest) =>
      authorizeWith(nest.get(Authenticator), nest.get(AuditLog), nest.get(LimitRequest)),
  });
  config.service.secret.dispose();
  await app.nest.listen({ host: config.listen.host, port: config.listen.port });
  return app;
}

function readinessOf(
  config: EncryptionServiceConfig,
  logger: Logger,
  database: Database,
  providers: KekProviders,
): Readiness {
  const masterKey = providers.default;
  return new Readiness({
    pingDatabase: () => database.ping(),
    masterKey,
    graceMillis: config.keyCache.maxAgeSeconds * 1000,
    onChange: (error) => {
      if (error === undefined)
        logger.info({ provider: masterKey.name }, 'a master key works again');
      else warnOfUnusable(logger, masterKey.name, error);
    },
  });
}

/** `serve`: tries its cryptography, migrates as the owner, opens everything, answers until it is told to stop. */
export async function serve(argv: readonly string[]): Promise<void> {
  const { values: config } = loadConfig({
    prefix: 'ES',
    options: OPTIONS,
    argv,
    rules: ({ kek, limits }) => [...kekProblems(kek), ...limitProblems(limits)],
  });
  const logger = createLogger(SCHEMA.applicationName, config.log.level);
  await assertSelfTest(logger);
  const connection = connectionOf(config.database);
  await migrate(SCHEMA, connection);
  const onBroken = new EventEmitter();
  const database = await openPool(config, connection, logger, onBroken);
  const providers = await openMasterKeys(config, connection, logger);
  await checkMasterKeys(connection, providers, (name, error) => {
    warnOfUnusable(logger, name, error);
  });
  const app = await startHttp(config, logger, database, providers);
  const counter = app.nest.get(MessageCounter);
  // A standby may have taken over that does not know what was reserved.
  onBroken.on(BROKEN, () => {
    counter.dropBlocks();
  });
  const readiness = readinessOf(config, logger, database, providers);
  const { host, port } = config.operations;
  const tls = operationsTls(config.operations);
  const operations = await startOperations({
    host,
    port,
    tls,
    metrics: createMetrics(),
    isStopping: app.isStopping,
    checkReady: () => readiness.check(),
  });
  const stopBackgroundWork = startBackgroundWork(app.nest, connection, config, logger);
  stopOnSignals(logger, async () => {
    await app.close();
    await stopBackgroundWork();
    await operations.close();
    await providers.close();
    await database.close();
    logger.info('stopped');
  });
  logReady(
    logger,
    { host: config.listen.host, server: app.nest.getHttpServer(), isTls: true },
    { host, server: operations.server, isTls: tls !== undefined },
  );
}
