import type { TenantCaller } from '../access/caller.js';
import type { Role } from '../access/policy.js';
import type { Act } from '../audit/act.js';
import type { Position } from '../paging/position.js';

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A tenant, and what one person is in it. */
export interface TenantOfPerson extends Tenant {
  readonly role: Role;
}

/** The connection to an encryption service that a new tenant begins with; it is not set up yet. */
export interface NewConnection {
  readonly id: string;
  /** Chosen before the encryption is made, so that making it can be repeated. */
  readonly encryptionId: string;
}

export abstract class TenantRepository {
  /** Stores a tenant with its owner and its connection, all or nothing. */
  abstract insert(
    tenant: Tenant,
    ownerId: string,
    connection: NewConnection,
    act: Act,
  ): Promise<void>;

  abstract find(tenantId: string): Promise<Tenant | undefined>;

  /** The tenants of which a person is an active member, oldest first. */
  abstract listOfPerson(
    userId: string,
    page: { readonly limit: number; readonly after: Position | undefined },
  ): Promise<TenantOfPerson[]>;

  /**
   * @returns the tenant as it is now.
   * @throws AppError `unauthenticated`, `not_found` or `forbidden` where the caller may not any more.
   */
  abstract rename(caller: TenantCaller, name: string, act: Act): Promise<TenantOfPerson>;
}
