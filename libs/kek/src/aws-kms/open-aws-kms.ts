import { invalidField } from '@app/errors';
import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms';
import type { KekProvider } from '../kek-provider.js';
import { RemoteKekProvider } from '../remote/remote-kek-provider.js';
import { addAnswerBound, addTransportRule } from './aws-middleware.js';
import { AwsKeyService } from './aws-key-service.js';
import { type AwsKmsOptions, regionOf } from './settings.js';

type Credentials = Pick<KMSClientConfig, 'credentials'>;

function credentialsOf({ credentials }: AwsKmsOptions): Credentials {
  const { accessKeyId, secretAccessKey } = credentials;
  if (accessKeyId === undefined && secretAccessKey === undefined) return {};
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw invalidField('credentials', 'must have both accessKeyId and secretAccessKey, or neither');
  }
  return { credentials: { accessKeyId, secretAccessKey: secretAccessKey.expose() } };
}

/**
 * Opens a master key in AWS KMS; its URI is `aws-kms:` and the key's ARN.
 *
 * @throws AppError `invalid_request` for options of another form.
 */
export function openAwsKms(options: AwsKmsOptions): KekProvider {
  const { name, keyArn, endpoint, resilience } = options;
  const region = regionOf(keyArn);
  if (region === undefined) throw invalidField('keyArn', 'must be the full ARN of a key');
  const client = new KMSClient({
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...credentialsOf(options),
    // Tries, waits and their end are RemoteKekProvider's.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: resilience.tryTimeout,
      httpsAgent: {
        minVersion: 'TLSv1.2',
        // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
        rejectUnauthorized: true,
        maxSockets: resilience.callsAtOnce,
        keepAlive: true,
      },
    },
  });
  addTransportRule(client);
  addAnswerBound(client);
  const service = new AwsKeyService(client, keyArn);
  const uri = `aws-kms:${keyArn}`;
  return new RemoteKekProvider({ name, kind: 'aws-kms', uri, service, resilience });
}
