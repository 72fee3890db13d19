import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { loadConfig } from '@app/config';
import { PasswordHasher } from '@app/credentials';
import { SharedLimits } from '@app/limits';
import { connectionOf, type Database, migrate, openDatabase } from '@app/persistence';
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
import { AuthorizeRequest } from '../access/authorize-request.js';
import { AppModule } from '../app.module.js';
import { type CorePlatformConfig, OPTIONS } from '../config.js';
import type { LocalService } from '../connections/local-service.js';
import { ResumeSetUps } from '../connections/resume-set-ups.js';
import { LimitRequest } from '../limits/limit-request.js';
import type { Logger } from '../platform/logger.js';
import { SCHEMA } from '../schema.js';
import { SigningKeys } from '../signing-keys/signing-keys.js';
import { ResumeRemovals } from '../tenant-removal/resume-removals.js';
import { openLocalService } from './open-local-service.js';

async function openMigrated(config: CorePlatformConfig, logger: Logger): Promise<Database> {
  const connection = connectionOf(config.database);
  await migrate(SCHEMA, connection);
  return openDatabase(SCHEMA, connection, {
    poolSize: config.database.poolSize,
    onConnectionError: (error) => {
      logger.warn(errorFields(error), 'a database connection broke');
    },
  });
}

async function startHttp(
  config: CorePlatformConfig,
  logger: Logger,
  database: Database,
  service: LocalService,
): Promise<HttpApp> {
  const { certificate, key } = config.tls;
  const identifiers = new RandomIdentifiers();
  const module = AppModule.of({
    service,
    database,
    limits: config.limits,
    passwords: new PasswordHasher(),
    secret: config.secret,
    derivation: config.auth.derivation,
    issuer: config.issuer ?? `https://localhost:${config.listen.port.toString()}`,
    clock: new SystemClock(),
    identifiers,
    logger,
  });
  config.secret.dispose();
  const app = await createHttpApp(module, {
    tls: { certificate, key },
    bodyLimitBytes: config.limits.bodyBytes,
    logger,
    identifiers,
    trustedProxies: config.listen.trustedProxies,
    admitFrom: (nest) => {
      const limitRequest = nest.get(LimitRequest, { strict: false });
      return (call, path) => limitRequest.byAddress(call, path);
    },
    authorizeFrom: (nest) => {
      const authorizeRequest = nest.get(AuthorizeRequest, { strict: false });
      return (request, access) => authorizeRequest.authorize(request, access);
    },
  });
  await app.nest.get(SigningKeys, { strict: false }).load();
  await app.nest.listen({ host: config.listen.host, port: config.listen.port });
  return app;
}

/** `serve`: migrates as the owner, opens everything, answers until it is told to stop. */
export async function serve(argv: readonly string[]): Promise<void> {
  const { values: config } = loadConfig({ prefix: 'CP', options: OPTIONS, argv });
  const logger = createLogger(SCHEMA.applicationName, config.log.level);
  const { transport, service } = await openLocalService(config);
  const database = await openMigrated(config, logger);
  const app = await startHttp(config, logger, database, service);
  const { host, port } = config.operations;
  const tls = operationsTls(config.operations);
  const operations = await startOperations({
    host,
    port,
    tls,
    metrics: createMetrics(),
    isStopping: app.isStopping,
    checkReady: () => database.ping(),
  });
  const setUps = app.nest.get(ResumeSetUps, { strict: false });
  void setUps.start();
  const removals = app.nest.get(ResumeRemovals, { strict: false });
  removals.start();
  const limits = app.nest.get(SharedLimits, { strict: false });
  limits.start();
  stopOnSignals(logger, async () => {
    await app.close();
    await setUps.stop();
    await removals.stop();
    await limits.stop();
    await transport.close();
    await operations.close();
    await database.close();
    logger.info('stopped');
  });
  logReady(
    logger,
    { host: config.listen.host, server: app.nest.getHttpServer(), isTls: true },
    { host, server: operations.server, isTls: tls !== undefined },
  );
}
