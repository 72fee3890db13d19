import { existsSync } from 'node:fs';
import { type Identifiers, RandomIdentifiers } from '@app/ambient';
import type { DevelopmentCertificates } from '../certs/ensure-certificates.js';
import {
  corePlatformEnvironment,
  encryptionServiceEnvironment,
  hasOwnMasterKey,
  type Surroundings,
  urlOf,
} from './app-environment.js';
import type { AppProcess } from './app-process.js';
import { type Connection, describeConnection } from './connection.js';
import type { ApiCredentials } from './credentials.js';
import { DataFolder } from './data-folder.js';
import { credentialsProblem, ensureFirstTenant, type ReadyTenant } from './first-tenant.js';
import { ensureOperator, readOperator } from './operators.js';
import { type Prepared, prepare } from './prepare.js';
import { entryOf } from './project-root.js';
import { makeReplicas } from './replicas.js';
import { ServiceCaller } from './service-caller.js';
import { StartDeadline } from './start-deadline.js';
import type { SystemOptions } from './system-options.js';
import { SystemParts } from './system-parts.js';

/** A local system: both apps with their databases and certificates, in one data folder. */
export interface RunningSystem {
  /** What `connection.json` says now. */
  readonly connection: Connection;
  readonly folder: DataFolder;
  readonly certificates: DevelopmentCertificates['files'];
  readonly tenant: ReadyTenant;
  /** Absent where the person gave the master key by a variable of their own. */
  readonly masterKeyFile: string | undefined;
  /** Whether this start made the keys. */
  readonly isNew: boolean;
  /** What the person should know although the system runs. */
  readonly warning: string | undefined;
  /** Stops everything in order and removes `connection.json`. May be called twice. */
  stop(): Promise<void>;
}

interface Tenancy {
  readonly tenant: ReadyTenant;
  readonly operator: ApiCredentials;
  readonly warning: string | undefined;
}

class Start {
  readonly parts: SystemParts;
  readonly #options: SystemOptions;
  readonly #deadline: StartDeadline;
  readonly #identifiers: Identifiers = new RandomIdentifiers();
  /** Writes `connection.json` anew; does nothing until it has been written for the first time. */
  #rewriteConnection: () => void = () => undefined;

  constructor(options: SystemOptions) {
    const folder = new DataFolder(options.dataDirectory);
    this.#options = options;
    this.parts = new SystemParts(folder, folder.lock());
    this.#deadline = new StartDeadline(options.signal);
    // What a killed launcher left is not true any more.
    folder.remove('connection.json');
  }

  async run(): Promise<RunningSystem> {
    try {
      const prepared = await prepare(this.#options, this.parts, this.#deadline, this.#identifiers);
      this.#makeProcesses(prepared);
      const tenancy = await this.#startAll(prepared);
      return this.#finish(prepared, tenancy);
    } catch (error) {
      await this.parts.stop();
      throw error;
    } finally {
      this.#deadline.clear();
    }
  }

  #operatorFile(owner: 'user' | 'core'): string {
    return this.parts.folder.file(`operator-${owner}.json`);
  }

  #surroundings({ keyFiles, certificates, databases }: Prepared): Surroundings {
    const extra = this.#options.environment ?? {};
    return { folder: this.parts.folder, keyFiles, certificates, databases, extra };
  }

  #makeProcesses(prepared: Prepared): void {
    const { ports } = prepared;
    const from = this.#surroundings(prepared);
    const common = {
      folder: this.parts.folder,
      onEvent: this.#options.onEvent ?? (() => undefined),
      onReplaced: () => {
        this.#rewriteConnection();
      },
    };
    const peer = {
      serviceUrl: urlOf(ports.encryption[0] ?? 0),
      operatorFile: this.#operatorFile('core'),
      issuer: urlOf(ports.core[0] ?? 0),
    };
    const services = makeReplicas({
      ...common,
      app: 'encryption-service',
      ports: ports.encryption,
      operationsPorts: ports.operations,
      environment: (replica) => encryptionServiceEnvironment(from, replica),
    });
    const cores = makeReplicas({
      ...common,
      app: 'core-platform',
      ports: ports.core,
      operationsPorts: ports.coreOperations,
      environment: (replica) => corePlatformEnvironment(from, replica, peer),
    });
    this.parts.services.push(...services);
    this.parts.cores.push(...cores);
  }

  /** Starts as much at once as can be: the core needs no more of the service than the operator's file. */
  async #startAll(prepared: Prepared): Promise<Tenancy> {
    const services = this.#startEach(this.parts.services);
    const operators = services.then(() => this.#makeOperators(prepared));
    const hasOperator = existsSync(this.#operatorFile('core'));
    const cores = (hasOperator ? Promise.resolve() : operators).then(() =>
      this.#startEach(this.parts.cores),
    );
    const tenancy = operators.then(() => this.#setUpTenant(prepared));
    const [, , , done] = await this.#deadline.together([services, operators, cores, tenancy]);
    return done;
  }

  async #startEach(processes: readonly AppProcess[]): Promise<void> {
    const { signal } = this.#deadline;
    signal.throwIfAborted();
    await this.#deadline.together(processes.map((process) => process.start(signal)));
  }

  async #makeOperators(prepared: Prepared): Promise<void> {
    this.#deadline.signal.throwIfAborted();
    const { certificates, ports } = prepared;
    const entry = entryOf('encryption-service');
    const replica = { port: ports.encryption[0] ?? 0, operationsPort: ports.operations[0] ?? 0 };
    const environment = encryptionServiceEnvironment(this.#surroundings(prepared), replica);
    const of = (owner: 'user' | 'core', certificate: string): Promise<void> => {
      const file = this.#operatorFile(owner);
      return ensureOperator({ entry, environment, name: `local ${owner}`, certificate, file });
    };
    await this.#deadline.together([
      of('core', certificates.core.certificate),
      of('user', certificates.client.certificate),
    ]);
  }

  async #setUpTenant({ certificates, credentials, ports }: Prepared): Promise<Tenancy> {
    this.#deadline.signal.throwIfAborted();
    const operator = readOperator(this.#operatorFile('user'));
    const url = urlOf(ports.encryption[0] ?? 0);
    const caller = new ServiceCaller(url, certificates, this.#identifiers);
    try {
      const { folder } = this.parts;
      const tenant = await ensureFirstTenant(folder, credentials, caller, operator);
      return { tenant, operator, warning: await credentialsProblem(caller, tenant) };
    } finally {
      await caller.close();
    }
  }

  #finish(prepared: Prepared, { tenant, operator, warning }: Tenancy): RunningSystem {
    const { parts } = this;
    const { certificates, databases, keyFiles } = prepared;
    const describe = (): Connection =>
      describeConnection({ parts, certificates, databases, tenant, operator });
    const write = (): void => {
      parts.folder.writeJson('connection.json', describe());
    };
    write();
    this.#rewriteConnection = write;
    return {
      get connection() {
        return describe();
      },
      folder: parts.folder,
      certificates,
      tenant,
      masterKeyFile: hasOwnMasterKey() ? undefined : keyFiles.masterKey,
      isNew: keyFiles.isNew,
      warning,
      stop: () => parts.stop(),
    };
  }
}

/**
 * Starts a local system in a data folder and waits until both apps can answer. Nothing is left running when it fails.
 *
 * @throws LauncherError, EmbeddedPostgresError.
 */
export function openSystem(options: SystemOptions): Promise<RunningSystem> {
  return new Start(options).run();
}
