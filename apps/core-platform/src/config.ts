import { type ConfigOf, option } from '@app/config';
import { CORE_SECRET_BYTES } from '@app/credentials';
import { isHttpsUrl } from '@app/encryption-client';
import { DATABASE_OPTIONS } from '@app/persistence';
import { proxyOptions, serverOptions } from '@app/server';
import { LIMIT_OPTIONS } from './limits/limit-options.js';

const SERVER = serverOptions({
  called: 'public port',
  help: 'Public port: TLS 1.3.',
  port: 9443,
  operationsPort: 9444,
  leastBodyBytes: 1024,
});

/** All settings of the core platform; `database.appUrl` is `CP_DATABASE_APP_URL` and `--database-app-url`. */
export const OPTIONS = {
  ...SERVER,
  listen: { ...SERVER.listen, ...proxyOptions() },
  limits: { ...SERVER.limits, ...LIMIT_OPTIONS },
  tls: {
    certificate: option.path({ help: 'Certificate of the public port, with its chain, PEM.' }),
    key: option.path({ help: 'Its private key, PEM.' }),
  },
  database: DATABASE_OPTIONS,
  secret: option.secretBytes({
    bytes: CORE_SECRET_BYTES,
    help: "The core's own secret, the same on each replica: 32 random bytes.",
  }),
  service: {
    url: option.text({
      help: 'The local encryption service, without /v1: https://HOST:PORT.',
      check: (url) => (isHttpsUrl(url) ? undefined : 'must be a URL of https:'),
    }),
    ca: option.path({ help: 'CA of its certificate, PEM; no other is trusted.' }),
    certificate: option.path({ help: "The core's client certificate, PEM." }),
    key: option.path({ help: 'Its private key, PEM.' }),
    operator: option.secret({
      help: 'What `encryption-service operator create` wrote: JSON with apiKey and apiSecret.',
    }),
  },
  auth: {
    derivation: {
      iterations: option.integer({
        default: 3,
        least: 3,
        most: 10,
        help: 'Passes of Argon2id at the clients of new accounts.',
      }),
      memoryKiB: option.integer({
        default: 65_536,
        least: 65_536,
        most: 1_048_576,
        help: 'Its memory, in KiB.',
      }),
      parallelism: option.integer({ default: 4, least: 1, most: 4, help: 'Its lanes.' }),
    },
  },
  issuer: option.text({
    optional: true,
    help: 'The public URL, as access tokens name it; by default https://localhost:PORT.',
  }),
} as const;

export type CorePlatformConfig = ConfigOf<typeof OPTIONS>;
