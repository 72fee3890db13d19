import { type ConfigOf, option } from '@app/config';
import { brokenUrlRule } from '../remote/https-url.js';
import { RESILIENCE_SETTINGS } from '../remote/resilience-settings.js';
import { findAzureKey, KEY_URL_RULE } from './azure-key-url.js';

/** Of Microsoft Entra; what the SDK takes. */
const TENANT = /^[0-9A-Za-z.-]{1,255}$/;

/** Settings of a key of Azure Key Vault or of a Managed HSM. */
export const AZURE_KEY_VAULT_SETTINGS = {
  keyUrl: option.text({
    help: 'URL of an RSA key with its version; never changed.',
    check: (url) => (findAzureKey(url) === undefined ? KEY_URL_RULE : undefined),
  }),
  credential: option.choice(['client-secret', 'workload-identity', 'managed-identity'], {
    help: 'How this service signs in.',
  }),
  tenantId: option.text({
    optional: true,
    help: 'Tenant of the application, for client-secret and workload-identity.',
    check: (id) => (TENANT.test(id) ? undefined : 'must be the id or the domain of a tenant'),
  }),
  clientId: option.text({
    optional: true,
    help: 'The application; with managed-identity a user-assigned identity, absent for the system-assigned one.',
  }),
  clientSecret: option.secret({
    optional: true,
    help: 'Its secret, for client-secret.',
  }),
  tokenFile: option.path({
    optional: true,
    help: 'The federated token that the platform keeps fresh, for workload-identity.',
  }),
  authority: option.text({
    optional: true,
    help: 'URL of the sign-in service, for other clouds than the public one.',
    check: brokenUrlRule,
  }),
  ca: option.path({
    optional: true,
    help: 'CA that is trusted in place of the public ones, PEM, for vaults that are not of Azure.',
  }),
  insecureAnyChallenge: option.boolean({
    default: false,
    help: 'Takes a sign-in challenge that names another domain than the vault’s. A token can then be asked for by whoever stands in for the vault: only for emulators.',
  }),
  resilience: RESILIENCE_SETTINGS,
} as const;

export type AzureKeyVaultOptions = { readonly name: string } & ConfigOf<
  typeof AZURE_KEY_VAULT_SETTINGS
>;
