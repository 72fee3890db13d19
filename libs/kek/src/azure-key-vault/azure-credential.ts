import {
  ClientSecretCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { invalidField } from '@app/errors';
import type { SecretString } from '@app/secret';

/** How this process signs in at Microsoft Entra. */
export interface AzureSignIn {
  readonly credential: 'client-secret' | 'workload-identity' | 'managed-identity';
  readonly tenantId: string | undefined;
  readonly clientId: string | undefined;
  readonly clientSecret: SecretString | undefined;
  readonly tokenFile: string | undefined;
  readonly authority: string | undefined;
}

/** What says who this process is; it hands out short-lived tokens and keeps them fresh. */
export type AzureCredential =
  ClientSecretCredential | ManagedIdentityCredential | WorkloadIdentityCredential;

type Connection = ConstructorParameters<typeof ClientSecretCredential>[3];

function given<T>(value: T | undefined, field: string, credential: string): T {
  if (value === undefined) throw invalidField(field, `is needed with ${credential}`);
  return value;
}

/**
 * The credential of the configured kind. Nothing is asked for yet.
 *
 * @param connection - how the sign-in service is reached.
 * @throws AppError `invalid_request` where a setting that the kind needs is missing.
 */
export function azureCredential(signIn: AzureSignIn, connection: Connection): AzureCredential {
  const { credential, clientId, authority } = signIn;
  const options = {
    ...connection,
    // Validation of the authority asks the public cloud, which knows no other.
    ...(authority !== undefined && { authorityHost: authority, disableInstanceDiscovery: true }),
  };
  if (credential === 'managed-identity') {
    return clientId === undefined
      ? new ManagedIdentityCredential(options)
      : new ManagedIdentityCredential({ ...options, clientId });
  }
  const tenantId = given(signIn.tenantId, 'tenantId', credential);
  const application = given(clientId, 'clientId', credential);
  if (credential === 'workload-identity') {
    const tokenFilePath = given(signIn.tokenFile, 'tokenFile', credential);
    const workload = { ...options, tenantId, clientId: application, tokenFilePath };
    return new WorkloadIdentityCredential(workload);
  }
  const secret = given(signIn.clientSecret, 'clientSecret', credential);
  return new ClientSecretCredential(tenantId, application, secret.expose(), options);
}
