import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { Clock, RandomIdentifiers, SystemClock } from '@app/ambient';
import { PasswordHasher } from '@app/credentials';
import { SecretBytes } from '@app/secret';
import { createHttpApp, createLogger, type HttpApp } from '@app/server';
import { AuthorizeRequest } from '../../apps/core-platform/src/access/authorize-request.js';
import { AppModule } from '../../apps/core-platform/src/app.module.js';
import type { LimitSettings } from '../../apps/core-platform/src/limits/limit-options.js';
import { LimitRequest } from '../../apps/core-platform/src/limits/limit-request.js';
import { SCHEMA } from '../../apps/core-platform/src/schema.js';
import { SigningKeys } from '../../apps/core-platform/src/signing-keys/signing-keys.js';
import { ensureCertificates } from '../../tools/certs/ensure-certificates.js';
import { FakeEncryptionService } from './fake-encryption-service.js';
import { NO_CORE_LIMITS } from './no-limits.js';
import { openTestDatabase, type StartServer, type TestDatabase } from './test-database.js';

/** A clock that a test moves. */
export class SteppedClock extends Clock {
  #ahead = 0;
  readonly #system = new SystemClock();

  now(): Date {
    return new Date(this.#system.nowMillis() + this.#ahead);
  }

  step(millis: number): void {
    this.#ahead += millis;
  }
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The answer's JSON, where it is an object. */
  readonly json: Record<string, unknown>;
}

export interface Sent {
  readonly token?: string | undefined;
  /** An object is sent as JSON, text as it stands. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export const PASSWORD = 'correct horse battery staple';

/** The whole core on a real database, with an encryption service in memory. */
export class CoreApp {
  private constructor(
    readonly test: TestDatabase,
    readonly service: FakeEncryptionService,
    readonly clock: SteppedClock,
    readonly app: HttpApp,
  ) {}

  static async start(start?: StartServer): Promise<CoreApp> {
    const test = await openTestDatabase(SCHEMA, start);
    return CoreApp.on(test, new FakeEncryptionService());
  }

  /** Another replica on the same database and service; without limits but those that are given. */
  static async on(
    test: TestDatabase,
    service: FakeEncryptionService,
    limits: Partial<LimitSettings> = {},
  ): Promise<CoreApp> {
    const clock = new SteppedClock();
    const folder = mkdtempSync(join(tmpdir(), 'core-app-'));
    await ensureCertificates({ folder, clock });
    const logger = createLogger('core-platform', 'silent');
    const identifiers = new RandomIdentifiers();
    const cost = { timeCost: 2, memoryKiB: 1_024, parallelism: 1 };
    const module = AppModule.of({
      service,
      database: test.database,
      limits: { ...NO_CORE_LIMITS, ...limits },
      passwords: new PasswordHasher({ cost }),
      secret: new SecretBytes(Buffer.alloc(32, 7)),
      issuer: 'https://core.test',
      derivation: { iterations: 3, memoryKiB: 65_536, parallelism: 4 },
      clock,
      identifiers,
      logger,
    });
    const app = await createHttpApp(module, {
      tls: { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key') },
      bodyLimitBytes: 8 * 1024 * 1024,
      logger,
      identifiers,
      admitFrom: (nest) => {
        const limitRequest = nest.get(LimitRequest, { strict: false });
        return (call, path) => limitRequest.byAddress(call, path);
      },
      authorizeFrom: (nest) => {
        const authorizeRequest = nest.get(AuthorizeRequest, { strict: false });
        return (request, access) => authorizeRequest.authorize(request, access);
      },
    });
    rmSync(folder, { recursive: true });
    await app.nest.get(SigningKeys, { strict: false }).load();
    return new CoreApp(test, service, clock, app);
  }

  /** Does something between the next request's being let in and its being carried out: while its body is still on the way. */
  meanwhile(work: () => Promise<unknown>): void {
    const gate = this.app.nest.get(AuthorizeRequest, { strict: false });
    const authorize = gate.authorize.bind(gate);
    vi.spyOn(gate, 'authorize').mockImplementationOnce(async (request, access) => {
      await authorize(request, access);
      await work();
    });
  }

  /** Starts `work` while the owner of the database holds a row that it needs, and lets go a minute later by the core's clock. */
  async aMinuteLater<T>(held: string, id: string, work: () => Promise<T>): Promise<T> {
    await this.test.asOwner('begin');
    await this.test.asOwner(`select from ${held} where id = $1 for update`, [id]);
    const working = work();
    await vi.waitFor(async () => {
      const waiting = await this.test.asOwner('select from pg_locks where not granted');
      if (waiting.length === 0) throw new Error('nobody waits for the row yet');
    });
    this.clock.step(60_000);
    await this.test.asOwner('commit');
    try {
      return await working;
    } finally {
      this.clock.step(-60_000);
    }
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.test.stop();
  }

  async send(method: string, path: string, { token, body, headers }: Sent = {}): Promise<Reply> {
    const url = path.startsWith('/.well-known') ? path : `/api/v1${path}`;
    const reply = await this.app.nest.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const { statusCode: status, payload: text } = reply;
    const isJson = String(reply.headers['content-type']).includes('json') && text !== '';
    const json = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status, headers: reply.headers, text, json };
  }

  /** Registers a person and logs them in. */
  async person(
    username: string,
  ): Promise<{ id: string; username: string; token: string; refreshToken: string }> {
    await this.send('POST', '/auth/register', { body: { username, password: PASSWORD } });
    const { json } = await this.send('POST', '/auth/login', {
      body: { username, password: PASSWORD },
    });
    const { accessToken, refreshToken, user } = json as {
      accessToken: string;
      refreshToken: string;
      user: { id: string };
    };
    return { id: user.id, username, token: accessToken, refreshToken };
  }

  /** Makes a tenant, owned by whoever the token is of. */
  async tenant(token: string): Promise<string> {
    const { json } = await this.send('POST', '/tenants', { token, body: { name: 'A tenant' } });
    return String(json['id']);
  }
}
