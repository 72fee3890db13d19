import { CONTRACT_VERSION } from '@app/contract';
import { SecretString } from '@app/secret';
import { malformed, readArray, readObject, readSameUuid, readText, readUuid } from './fields.js';

/** What a service says of itself and of whoever asks, as far as a core needs it. */
export interface ServiceHealth {
  readonly scopes: readonly string[];
  readonly features: readonly string[];
}

/** The credentials of one client of a service. */
export interface ClientCredentials {
  readonly apiKey: string;
  readonly apiSecret: SecretString;
}

const MAX_CREDENTIAL_LENGTH = 256;

/** @throws AppError `encryption_service_rejected`, also for a contract of another number. */
export function readHealth(value: unknown): ServiceHealth {
  const answer = readObject(value, 'body');
  if (answer['status'] !== 'ok' || answer['contract'] !== CONTRACT_VERSION)
    throw malformed('contract');
  const client = readObject(answer['client'], 'client');
  return {
    scopes: readWords(client['scopes'], 'client.scopes'),
    features: readWords(answer['features'], 'features'),
  };
}

function readWords(value: unknown, field: string): readonly string[] {
  const words = readArray(value, field);
  if (!words.every((word) => typeof word === 'string')) throw malformed(field);
  return words;
}

/**
 * The credentials of the `app` client out of what `POST /v1/tenants` answered.
 *
 * @throws AppError `encryption_service_rejected`, also where another tenant was made than the one that was asked for.
 */
export function readTenantCredentials(value: unknown, tenantId: string): ClientCredentials {
  const answer = readObject(value, 'body');
  readSameUuid(answer, 'tenantId', tenantId);
  const app = readObject(readObject(answer['clients'], 'clients')['app'], 'clients.app');
  readUuid(app, 'id');
  const apiKey = readText(app, 'apiKey', MAX_CREDENTIAL_LENGTH);
  const apiSecret = readText(app, 'apiSecret', MAX_CREDENTIAL_LENGTH);
  return { apiKey, apiSecret: new SecretString(apiSecret) };
}
