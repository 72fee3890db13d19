import type { DevelopmentCertificates } from '../certs/ensure-certificates.js';
import type { AppProcess } from './app-process.js';
import type { ApiCredentials } from './credentials.js';
import type { Databases } from './databases.js';
import type { ReadyTenant } from './first-tenant.js';
import type { SystemParts } from './system-parts.js';

export interface Replica {
  readonly url: string;
  readonly operationsUrl: string;
  readonly pid: number;
}

interface App {
  /** Of the first replica, without the path of the API. */
  readonly url: string;
  readonly operationsUrl: string;
  /** Path of a PEM file. */
  readonly ca: string;
  /** The owner's, so that one can look at all that is stored. */
  readonly databaseUrl: string;
  readonly replicas: readonly Replica[];
}

/**
 * What a running local system leaves for its user in `connection.json`, mode 0600, from the moment when both apps are ready until a
 * clean stop. Client programs take it as `--connection FILE` or `KEYWARD_CONNECTION`: `docs/spec/contract-v1.md`, section 3.
 */
export interface Connection {
  /** The launcher's. */
  readonly pid: number;
  readonly encryptionService: App & {
    /** Paths of PEM files. */
    readonly clientCertificate: string;
    readonly clientKey: string;
    /** The first tenant, and an `admin` client of it. */
    readonly tenantId: string;
    readonly apiKey: string;
    readonly apiSecret: string;
    /** May make tenants, and reaches no key. */
    readonly operator: ApiCredentials;
  };
  readonly corePlatform: App;
}

export interface ConnectionSource {
  readonly parts: SystemParts;
  readonly certificates: DevelopmentCertificates['files'];
  readonly databases: Databases;
  readonly tenant: ReadyTenant;
  readonly operator: ApiCredentials;
}

function describeApp(processes: readonly AppProcess[], ca: string, databaseUrl: string): App {
  const replicas = processes.map(({ url, operationsUrl, pid }) => ({
    url,
    operationsUrl,
    pid: pid ?? 0,
  }));
  const { url = '', operationsUrl = '' } = replicas[0] ?? {};
  return { url, operationsUrl, ca, databaseUrl, replicas };
}

/** The connection to a system with the processes that it has now. */
export function describeConnection(source: ConnectionSource): Connection {
  const { parts, certificates, databases, tenant, operator } = source;
  const ca = certificates.ca.certificate;
  return {
    pid: process.pid,
    encryptionService: {
      ...describeApp(parts.services, ca, databases.encryptionService),
      clientCertificate: certificates.client.certificate,
      clientKey: certificates.client.key,
      tenantId: tenant.tenantId,
      ...tenant.clients.admin,
      operator,
    },
    corePlatform: describeApp(parts.cores, ca, databases.corePlatform),
  };
}
