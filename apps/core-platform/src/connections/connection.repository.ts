import type { MasterKeyMode } from '@app/contract';
import type { TenantCaller } from '../access/caller.js';
import type { Act } from '../audit/act.js';

/** How far the set-up of a connection has come. */
export type ConnectionState = 'new' | 'credentialed' | 'ready';

/** A connection as it is stored. */
export interface Connection {
  readonly id: string;
  readonly tenantId: string;
  readonly state: ConnectionState;
  /** Whose master key wraps the versions of the encryption. */
  readonly masterKeyMode: MasterKeyMode;
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

/** A connection whose encryption is there, and that is to take the place of another. */
export interface SuccessorConnection {
  readonly id: string;
  readonly masterKeyMode: MasterKeyMode;
  readonly encryptionId: string;
  readonly credentials: SealedCredentials;
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

  /** All connections of a tenant, the current one and those before it. */
  abstract list(tenantId: string): Promise<Connection[]>;

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

  /** Whether the tenant stores anything that a connection opens. */
  abstract hasBlobs(tenantId: string): Promise<boolean>;

  /**
   * Makes another connection the current one, as long as nothing is stored: what was sealed by the one before would not open any more.
   *
   * @param before - the current one as it was seen.
   * @throws AppError `conflict` where something is stored by now, or another connection is the current one; `unauthenticated`,
   * `not_found` or `forbidden` where the caller may not any more.
   */
  abstract succeed(
    caller: TenantCaller,
    before: Connection,
    successor: SuccessorConnection,
    act: Act,
  ): Promise<void>;

  /** A tenant whose set-up is unfinished, the first one behind `tenantId`. */
  abstract findUnfinished(tenantId: string): Promise<string | undefined>;
}
