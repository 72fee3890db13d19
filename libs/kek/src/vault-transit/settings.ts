import { type ConfigOf, option } from '@app/config';
import { brokenUrlRule } from '../remote/https-url.js';
import { RESILIENCE_SETTINGS } from '../remote/resilience-settings.js';

const MOUNT = /^[A-Za-z0-9_-]{1,64}(?:\/[A-Za-z0-9_-]{1,64}){0,7}$/;
const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

function checkMount(mount: string): string | undefined {
  return MOUNT.test(mount)
    ? undefined
    : 'must be names of letters, digits, "_" and "-" with single slashes between them';
}

/** Settings of a master key in the Transit engine of HashiCorp Vault or OpenBao. */
export const VAULT_TRANSIT_SETTINGS = {
  url: option.text({
    help: 'Address of the server, such as https://vault.internal:8200.',
    check: brokenUrlRule,
  }),
  mount: option.text({
    default: 'transit',
    help: 'Where the engine is mounted.',
    check: checkMount,
  }),
  key: option.text({
    help: 'Name of the key, which must be there already, of an AEAD type and not derived.',
    check: (key) => (KEY.test(key) ? undefined : 'must be a name of a Transit key'),
  }),
  namespace: option.text({
    optional: true,
    help: 'Namespace of mount and login.',
    check: checkMount,
  }),
  ca: option.path({
    optional: true,
    help: 'CA of the server, PEM; the system has its own.',
  }),
  tokenFile: option.path({
    optional: true,
    help: 'File with a token, read for each call: an agent may renew it.',
  }),
  appRole: {
    mount: option.text({
      default: 'approle',
      help: 'Where AppRole is mounted.',
      check: checkMount,
    }),
    roleId: option.text({ optional: true, help: 'Role ID, for a login by AppRole.' }),
    secretIdFile: option.path({ optional: true, help: 'File with its secret ID.' }),
  },
  kubernetes: {
    mount: option.text({
      default: 'kubernetes',
      help: 'Where the Kubernetes login is mounted.',
      check: checkMount,
    }),
    role: option.text({ optional: true, help: 'Role, for a login by service account.' }),
    jwtFile: option.path({
      default: '/var/run/secrets/kubernetes.io/serviceaccount/token',
      help: "File with the service account's token.",
    }),
  },
  resilience: RESILIENCE_SETTINGS,
} as const;

export type VaultTransitOptions = { readonly name: string } & ConfigOf<
  typeof VAULT_TRANSIT_SETTINGS
>;
