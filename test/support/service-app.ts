import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { deriveServiceKeys } from '@app/crypto';
import type { AppError } from '@app/errors';
import { KekProviders, openKekProvider } from '@app/kek';
import { type ChangeListener, type Database, openAsOwner, openDatabase } from '@app/persistence';
import { SecretBytes } from '@app/secret';
import { createHttpApp, createLogger, type HttpApp } from '@app/server';
import { AppModule } from '../../apps/encryption-service/src/app.module.js';
import { AuditLog } from '../../apps/encryption-service/src/audit/audit-log.js';
import { authorizeWith } from '../../apps/encryption-service/src/callers/access.js';
import { Authenticator } from '../../apps/encryption-service/src/callers/authenticator.js';
import { identityOf } from '../../apps/encryption-service/src/callers/certificate-binding.js';
import { makeOperator } from '../../apps/encryption-service/src/callers/new-operator.js';
import { OperatorEntity } from '../../apps/encryption-service/src/callers/operator.entity.js';
import type { LimitSettings } from '../../apps/encryption-service/src/limits/limit-options.js';
import { LimitRequest } from '../../apps/encryption-service/src/limits/limit-request.js';
import { listenForChanges } from '../../apps/encryption-service/src/remembered/listen.js';
import { Remembered } from '../../apps/encryption-service/src/remembered/remembered.js';
import { SCHEMA } from '../../apps/encryption-service/src/schema.js';
import { ensureCertificates } from '../../tools/certs/ensure-certificates.js';
import { NO_SERVICE_LIMITS } from './no-limits.js';
import { openTestDatabase, type StartServer, type TestDatabase } from './test-database.js';

export interface Credentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface ServiceReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export interface ServiceCall {
  readonly as?: Credentials | undefined;
  /** Which development certificate comes with the call; `client` unless said. */
  readonly certificate?: 'client' | 'core';
  /** An object is sent as JSON, text as it stands. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Which replica is called. */
  readonly replica?: number;
}

/** What a refusal says, without its words: status, code and the fields it names. */
export function shape({ status, json }: ServiceReply): unknown {
  const errors = json['errors'] as { field: string }[] | undefined;
  return [status, json['code'], ...(errors ?? []).map(({ field }) => field)];
}

const SERVICE_SECRET = 7;
const MASTER_KEY = 9;
const BODY_LIMIT = 8 * 1024 * 1024;

const RECENT_ROWS = { entries: 1000, maxAgeMillis: 30_000 };
const KEY_CACHE = { entries: 1000, refreshMillis: 60_000, maxAgeMillis: 300_000 };

/** What one service has that another may not have. Keys are a byte, 32 times. */
export interface ServiceSettings {
  readonly serviceSecret: number;
  /** Local master keys by their names; the first one is the default. */
  readonly masterKeys: Readonly<Record<string, number>>;
  readonly trustedExporters: readonly string[];
  /** False: every notification is lost, as on a broken connection. */
  readonly hearsChanges: boolean;
  /** Days to a destruction at least. */
  readonly leastDestructionDays: number;
  /** Limits; what is not given is off. */
  readonly limits: Partial<LimitSettings>;
  /** Hears of what failed beside a call. */
  readonly onBackgroundFailure: (error: AppError) => void;
}

const SETTINGS: ServiceSettings = {
  serviceSecret: SERVICE_SECRET,
  masterKeys: { default: MASTER_KEY },
  trustedExporters: [],
  hearsChanges: true,
  leastDestructionDays: 0,
  limits: {},
  onBackgroundFailure: (error) => {
    throw error;
  },
};

/** The local master keys of a service. */
export async function openMasterKeys(
  masterKeys: ServiceSettings['masterKeys'],
): Promise<KekProviders> {
  const opened = Object.entries(masterKeys).map(([name, byte]) =>
    openKekProvider('local', { name, key: SecretBytes.copyOf(Buffer.alloc(32, byte)) }),
  );
  return new KekProviders(await Promise.all(opened), Object.keys(masterKeys)[0] ?? '');
}

async function startReplica(
  database: Database,
  folder: string,
  settings: ServiceSettings,
): Promise<HttpApp> {
  const providers = await openMasterKeys(settings.masterKeys);
  const serviceSecret = SecretBytes.copyOf(Buffer.alloc(32, settings.serviceSecret));
  const app = await createHttpApp(
    AppModule.of({
      database,
      providers,
      serviceSecret,
      bodyLimitBytes: BODY_LIMIT,
      trustedExporters: settings.trustedExporters,
      keyCache: KEY_CACHE,
      recentRows: RECENT_ROWS,
      limits: { ...NO_SERVICE_LIMITS, ...settings.limits },
      life: { leastDestructionDays: settings.leastDestructionDays, memoryMillis: 330_000 },
      onBackgroundFailure: settings.onBackgroundFailure,
    }),
    {
      tls: {
        certificate: join(folder, 'server.pem'),
        key: join(folder, 'server.key'),
        clientCa: join(folder, 'ca.pem'),
      },
      bodyLimitBytes: BODY_LIMIT,
      logger: createLogger('encryption-service', 'silent'),
      identifiers: new RandomIdentifiers(),
      admitFrom: (nest) => {
        const limitRequest = nest.get(LimitRequest);
        return (call) => limitRequest.byAddress(call);
      },
      authorizeFrom: (nest) =>
        authorizeWith(nest.get(Authenticator), nest.get(AuditLog), nest.get(LimitRequest)),
    },
  );
  await app.nest.listen({ host: '127.0.0.1', port: 0 });
  return app;
}

async function operatorFor(
  test: TestDatabase,
  certificate: string,
  { serviceSecret }: ServiceSettings,
): Promise<Credentials> {
  const keys = deriveServiceKeys(SecretBytes.copyOf(Buffer.alloc(32, serviceSecret)));
  const { spkiSha256 } = identityOf(new X509Certificate(readFileSync(certificate)));
  const { row, apiSecret } = makeOperator(keys, 'test', spkiSha256);
  const owner = await openAsOwner(SCHEMA, test.connection);
  await owner.transaction({}, (manager) => manager.insert(OperatorEntity, row));
  await owner.close();
  return { apiKey: row.apiKey, apiSecret: apiSecret.expose() };
}

/** The encryption service on a real database and real mutual TLS, one or more replicas in this process. */
export class ServiceApp {
  /** The local master key is this byte, 32 times. */
  static readonly masterKeyByte = MASTER_KEY;
  /** The service secret is this byte, 32 times. */
  static readonly serviceSecretByte = SERVICE_SECRET;

  readonly #agents: Readonly<Record<'client' | 'core', Agent>>;

  private constructor(
    readonly test: TestDatabase,
    readonly replicas: readonly HttpApp[],
    readonly databases: readonly Database[],
    readonly folder: string,
    readonly operator: Credentials,
    readonly otherOperator: Credentials,
    private readonly listeners: readonly ChangeListener[],
  ) {
    const agent = (name: string): Agent =>
      new Agent({
        connect: {
          ca: readFileSync(join(folder, 'ca.pem')),
          cert: readFileSync(join(folder, `${name}.pem`)),
          key: readFileSync(join(folder, `${name}.key`)),
          servername: 'localhost',
        },
      });
    this.#agents = { client: agent('client'), core: agent('core') };
  }

  /** @param start - how the database server is started. */
  static async start(
    replicas = 1,
    start?: StartServer,
    more: Partial<ServiceSettings> = {},
  ): Promise<ServiceApp> {
    const settings = { ...SETTINGS, ...more };
    const test = await openTestDatabase(SCHEMA, start);
    const folder = mkdtempSync(join(tmpdir(), 'service-app-'));
    await ensureCertificates({ folder, clock: new SystemClock() });
    const databases = [test.database];
    while (databases.length < replicas) {
      databases.push(
        await openDatabase(SCHEMA, test.connection, {
          poolSize: 8,
          onConnectionError: () => undefined,
        }),
      );
    }
    const apps = await Promise.all(
      databases.map((database) => startReplica(database, folder, settings)),
    );
    const operator = await operatorFor(test, join(folder, 'client.pem'), settings);
    const other = await operatorFor(test, join(folder, 'core.pem'), settings);
    const listeners = settings.hearsChanges
      ? apps.map(({ nest }) =>
          listenForChanges(nest.get(Remembered), test.connection, () => undefined),
        )
      : [];
    return new ServiceApp(test, apps, databases, folder, operator, other, listeners);
  }

  async stop(): Promise<void> {
    await Promise.all(Object.values(this.#agents).map((agent) => agent.close()));
    await Promise.all(this.replicas.map((app) => app.close()));
    await Promise.all(this.listeners.map((listener) => listener.close()));
    await Promise.all(this.databases.slice(1).map((database) => database.close()));
    await this.test.stop();
    rmSync(this.folder, { recursive: true });
  }

  url(replica = 0): string {
    const app = this.replicas[replica];
    if (app === undefined) throw new Error('there is no such replica');
    const { port } = app.nest.getHttpServer().address() as AddressInfo;
    return `https://127.0.0.1:${port.toString()}`;
  }

  async send(method: string, path: string, call: ServiceCall = {}): Promise<ServiceReply> {
    const { as, certificate = 'client', body, headers, replica } = call;
    const reply = await request(`${this.url(replica)}${path}`, {
      method: method as 'GET',
      dispatcher: this.#agents[certificate],
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(as === undefined ? {} : { 'x-api-key': as.apiKey, 'x-api-secret': as.apiSecret }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.body.text();
    const isJson = String(reply.headers['content-type']).includes('json') && text !== '';
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: reply.statusCode, headers: reply.headers, text, json };
  }

  /** Makes a tenant with an app and an admin client. */
  async tenant(id?: string): Promise<{
    tenantId: string;
    app: Credentials;
    admin: Credentials & { id: string };
  }> {
    const { json } = await this.send('POST', '/v1/tenants', {
      as: this.operator,
      body: { name: 'A tenant', admin: true, ...(id === undefined ? {} : { tenantId: id }) },
    });
    const { clients } = json as {
      clients: { app: Credentials; admin: Credentials & { id: string } };
    };
    return { tenantId: String(json['tenantId']), ...clients };
  }

  /** Makes an encryption. */
  async encryption(as: Credentials, more: object = {}): Promise<string> {
    const body = { masterKey: { mode: 'platform' }, ...more };
    const { json } = await this.send('POST', '/v1/encryptions', { as, body });
    return String(json['encryptionId']);
  }

  /** Encrypts a text; what decrypt takes back. */
  async blob(
    as: Credentials,
    encryptionId: string,
    data = 'a secret',
  ): Promise<Record<string, unknown>> {
    const { json } = await this.send('POST', '/v1/encrypt', { as, body: { encryptionId, data } });
    return json;
  }
}
