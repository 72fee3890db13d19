import type { KekProvider } from '../kek-provider.js';
import { readCa } from '../remote/read-ca.js';
import { RemoteKekProvider } from '../remote/remote-kek-provider.js';
import { openGcpClient } from './gcp-client.js';
import { GcpKeyService } from './gcp-key-service.js';
import { serviceAccount } from './service-account.js';
import type { GcpKmsOptions } from './settings.js';

/**
 * Opens a master key of Google Cloud KMS; its URI is `gcp-kms:` and its resource name. The service is not asked for anything yet.
 *
 * @throws AppError `invalid_request` for what is no key of a service account.
 */
export function openGcpKms(options: GcpKmsOptions): KekProvider {
  const { name, keyName, endpoint, resilience } = options;
  const ca = readCa(options.ca);
  const account =
    options.serviceAccount === undefined ? undefined : serviceAccount(options.serviceAccount);
  const open = () => openGcpClient({ endpoint, ca, account });
  const service = new GcpKeyService(keyName, open, resilience.tryTimeout);
  return new RemoteKekProvider({
    name,
    kind: 'gcp-kms',
    uri: `gcp-kms:${keyName}`,
    service,
    resilience,
  });
}
