import { type ConfigOf, option } from '@app/config';
import { DEFAULT_BODY_LIMIT_BYTES } from '@app/contract';
import { CORE_SECRET_BYTES } from '@app/credentials';
import { isHttpsUrl } from '@app/encryption-client';
import { LOG_LEVELS } from '@app/server';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** All settings of the core platform; `database.appUrl` is `CP_DATABASE_APP_URL` and `--database-app-url`. */
export const OPTIONS = {
  listen: {
    host: option.text({ default: '127.0.0.1', help: 'Address of the public port.' }),
    port: option.port({ default: 9443, help: 'Public port: TLS 1.3.' }),
  },
  tls: {
    certificate: option.path({ help: 'Certificate of the public port, with its chain, PEM.' }),
    key: option.path({ help: 'Its private key, PEM.' }),
  },
  operations: {
    host: option.text({ default: '127.0.0.1', help: 'Address of /livez, /readyz and /metrics.' }),
    port: option.port({ default: 9444, help: 'Operations port; plain HTTP on loopback only.' }),
    tlsCertificate: option.path({
      optional: true,
      help: 'Certificate of the operations port, PEM.',
    }),
    tlsKey: option.path({ optional: true, help: 'Its private key, PEM.' }),
  },
  database: {
    url: option.secret({ alias: 'DATABASE_URL', help: "The owner's URL: it migrates at start." }),
    appUrl: option.secret({ optional: true, help: 'A login of its own for the application.' }),
    appRole: option.text({
      optional: true,
      help: "The role that every query runs under; absent, the database's name with _app.",
    }),
    poolSize: option.integer({ default: 10, least: 2, most: 200, help: 'Connections at most.' }),
    insecurePlaintext: option.boolean({
      default: false,
      help: 'Allows a database on another host without verified TLS.',
    }),
  },
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
  issuer: option.text({
    optional: true,
    help: 'The public URL, as access tokens name it; by default https://localhost:PORT.',
  }),
  limits: {
    bodyBytes: option.integer({
      default: DEFAULT_BODY_LIMIT_BYTES,
      least: 1024,
      most: MAX_BODY_BYTES,
      help: 'Bytes of a request body at most.',
    }),
  },
  log: {
    level: option.choice(LOG_LEVELS, { default: 'info', help: 'The least level that is logged.' }),
  },
} as const;

export type CorePlatformConfig = ConfigOf<typeof OPTIONS>;
