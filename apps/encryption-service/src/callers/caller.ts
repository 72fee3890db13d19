import type { Scope } from '@app/contract';
import type { ClientEntity } from '../clients/client.entity.js';
import type { TenantEntity } from '../tenants/tenant.entity.js';
import type { OperatorEntity } from './operator.entity.js';
import type { CertificateIdentity } from './certificate-binding.js';

/** A tenant's client that is calling: authenticated, its rows authentic when they were read. */
export interface ClientCaller {
  readonly kind: 'client';
  readonly client: ClientEntity;
  readonly tenant: TenantEntity;
  readonly certificate: CertificateIdentity;
  /** Whether its rows were read for an earlier call: then nobody is refused by them. */
  readonly isRemembered: boolean;
}

/** An operator that is calling. */
export interface OperatorCaller {
  readonly kind: 'operator';
  readonly operator: OperatorEntity;
  readonly certificate: CertificateIdentity;
}

/** Who is calling: client certificate and shared secret together. */
export type Caller = ClientCaller | OperatorCaller;

export function scopesOf(caller: Caller): readonly Scope[] {
  return caller.kind === 'operator' ? ['tenants:manage'] : caller.client.scopes;
}

/** Whether a client may use an encryption at all; where it may not, the encryption does not exist for it. */
export function reaches(caller: ClientCaller, encryptionId: string): boolean {
  const { encryptionIds } = caller.client;
  return encryptionIds === undefined || encryptionIds.includes(encryptionId);
}
