import { type ConfigOf, option } from '@app/config';
import { RESILIENCE_SETTINGS } from '../remote/resilience-settings.js';
import { findKeyName, PKCS11_URI_RULE } from './pkcs11-uri.js';

/** Settings of a master key in an HSM, a TPM or another token. */
export const PKCS11_SETTINGS = {
  module: option.path({
    help: "PKCS #11 library of the token's maker, such as /usr/lib/softhsm/libsofthsm2.so.",
  }),
  uri: option.text({
    help: 'RFC 7512 URI of an AES key or a private RSA key, pkcs11:token=TOKEN;object=KEY; never changed.',
    check: (uri) => (findKeyName(uri) === undefined ? PKCS11_URI_RULE : undefined),
  }),
  pin: option.secret({
    optional: true,
    help: "PIN of the token's user; absent for tokens that ask for none.",
  }),
  oaepHash: option.choice(['sha256', 'sha1'], {
    default: 'sha256',
    help: 'Hash of RSA-OAEP, for RSA keys; sha1 for tokens that have no other. Never changed.',
  }),
  startTimeout: option.duration({
    default: 10_000,
    help: 'How long loading the library and logging in may take.',
    check: (millis) =>
      millis >= 100 && millis <= 300_000 ? undefined : 'must be from 100ms to 5m',
  }),
  resilience: RESILIENCE_SETTINGS,
} as const;

export type Pkcs11Options = { readonly name: string } & ConfigOf<typeof PKCS11_SETTINGS>;
