import type { KekProvider } from '../kek-provider.js';
import { readCa } from '../remote/read-ca.js';
import { RemoteKekProvider } from '../remote/remote-kek-provider.js';
import { azureCredential } from './azure-credential.js';
import { AzureKeyService, pipelineOptions } from './azure-key-service.js';
import { parseAzureKeyUrl } from './azure-key-url.js';
import type { AzureKeyVaultOptions } from './settings.js';

/**
 * Opens a master key of Azure Key Vault. The vault is not asked for anything yet.
 *
 * @throws AppError `invalid_request` for a key's URL without its version, or a sign-in that lacks a setting.
 */
export function openAzureKeyVault(options: AzureKeyVaultOptions): KekProvider {
  const { name, keyUrl, insecureAnyChallenge, resilience } = options;
  const key = parseAzureKeyUrl(keyUrl);
  const ca = readCa(options.ca);
  const credential = azureCredential(options, pipelineOptions(ca));
  const service = new AzureKeyService(key, credential, { ca, insecureAnyChallenge });
  const uri = `azure-key-vault:${key.id}`;
  return new RemoteKekProvider({ name, kind: 'azure-key-vault', uri, service, resilience });
}
