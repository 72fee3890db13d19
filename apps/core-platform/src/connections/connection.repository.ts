import type { Act } from '../audit/act.js';

/** How far the set-up of a connection has come. */
export type ConnectionState = 'new' | 'credentialed' | 'ready';

/** A connection as it is stored. */
export interface Connection {
  readonly id: string;
  readonly tenantId: string;
  readonly state: ConnectionState;
  readonly encryptionId: string;
  readonly apiKey: string | undefined;
  /** Sealed for its row. */
  readonly apiSecret: string | undefined;
  /** For how long somebody has the lease of an unfinished set-up, by the database's clock; 0 where nobody has. */
  readonly leasedForMillis: number;
}

/** Credentials as they are stored. */
export interface SealedCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

/** The right to go on with a set-up, for a time. A holder who comes back too late changes nothing. */
export interface Lease {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly leaseId: string;
}

export abstract class ConnectionRepository {
  abstract findCurrent(tenantId: string): Promise<Connection | undefined>;

  abstract find(tenantId: string, connectionId: string): Promise<Connection | undefined>;

  /** Takes the lease of an unfinished set-up; `undefined` while somebody else holds it, or where nothing is left to do. */
  abstract lease(
    tenantId: string,
    leaseId: string,
    seconds: number,
  ): Promise<Connection | undefined>;

  /**
   * Holds the lease for another `seconds` from now.
   *
   * @throws AppError `encryption_service_unavailable` where the lease is gone: somebody else is at it.
   */
  abstract renew(lease: Lease, seconds: number): Promise<void>;

  /**
   * Stores credentials, which makes the connection `credentialed`.
   *
   * @throws AppError `encryption_service_unavailable` where the lease is gone: somebody else is at it.
   */
  abstract storeCredentials(lease: Lease, credentials: SealedCredentials): Promise<void>;

  /**
   * Makes the connection `ready`, which ends the lease.
   *
   * @throws AppError `encryption_service_unavailable` where the lease is gone: somebody else is at it.
   */
  abstract markReady(lease: Lease, act: Act): Promise<void>;

  /** Gives the lease back, so that the next one need not wait for its end. */
  abstract release(lease: Lease): Promise<void>;

  /** A tenant whose set-up is unfinished, the first one behind `tenantId`. */
  abstract findUnfinished(tenantId: string): Promise<string | undefined>;
}
