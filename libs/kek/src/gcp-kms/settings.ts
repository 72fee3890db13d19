import { type ConfigOf, option } from '@app/config';
import { RESILIENCE_SETTINGS } from '../remote/resilience-settings.js';

/** Resource name of a key, without a version: KMS finds the version that a ciphertext is of by itself. */
const KEY_NAME = /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[\w-]{1,63}$/;
const KEY_RULE = 'must be projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY';

/** A host and, where it is not 443, a port. */
const ENDPOINT = /^[A-Za-z0-9.-]+(?::\d{1,5})?$/;

/** Settings of a symmetric key of Google Cloud KMS. */
export const GCP_KMS_SETTINGS = {
  keyName: option.text({
    help: 'Resource name of a symmetric key, without a version; never changed.',
    check: (name) => (KEY_NAME.test(name) ? undefined : KEY_RULE),
  }),
  serviceAccount: option.secret({
    optional: true,
    help: 'Key of a service account, JSON; without it the application default credentials of the machine.',
  }),
  endpoint: option.text({
    optional: true,
    help: 'HOST or HOST:PORT in place of cloudkms.googleapis.com; always TLS.',
    check: (endpoint) => (ENDPOINT.test(endpoint) ? undefined : 'must be HOST or HOST:PORT'),
  }),
  ca: option.path({
    optional: true,
    help: 'CA that is trusted in place of the public ones, PEM, for endpoints that are not of Google.',
  }),
  resilience: RESILIENCE_SETTINGS,
} as const;

export type GcpKmsOptions = { readonly name: string } & ConfigOf<typeof GCP_KMS_SETTINGS>;
