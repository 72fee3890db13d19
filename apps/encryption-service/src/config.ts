import { DEFAULT_BODY_LIMIT_BYTES } from '@app/contract';
import { type ConfigOf, option } from '@app/config';
import { KEK_BYTES, SERVICE_SECRET_BYTES } from '@app/crypto';
import { LOG_LEVELS } from '@app/server';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** All settings of the encryption service; `database.appUrl` is `ES_DATABASE_APP_URL` and `--database-app-url`. */
export const OPTIONS = {
  listen: {
    host: option.text({ default: '127.0.0.1', help: 'Address of the data port.' }),
    port: option.port({ default: 8443, help: 'Data port: mutual TLS 1.3.' }),
  },
  tls: {
    certificate: option.path({ help: 'Certificate of the data port, with its chain, PEM.' }),
    key: option.path({ help: 'Its private key, PEM.' }),
    clientCa: option.path({
      help: 'CA of client certificates, PEM. A peer without one gets no HTTP byte.',
    }),
  },
  operations: {
    host: option.text({ default: '127.0.0.1', help: 'Address of /livez, /readyz and /metrics.' }),
    port: option.port({ default: 8444, help: 'Operations port; plain HTTP on loopback only.' }),
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
  service: {
    secret: option.secretBytes({
      bytes: SERVICE_SECRET_BYTES,
      help: 'The service secret, the same on each replica: 32 random bytes.',
    }),
  },
  kek: {
    local: {
      name: option.text({
        default: 'default',
        help: 'Name of the local master key; never given to another key.',
      }),
      file: option.path({
        optional: true,
        help: 'The local master key, 32 bytes or their base64, mode 0600; made at the first start.',
      }),
      key: option.secretBytes({
        bytes: KEK_BYTES,
        optional: true,
        help: 'The local master key itself, in place of a file. The operating system may still show it: a file is better.',
      }),
    },
  },
  limits: {
    bodyBytes: option.integer({
      default: DEFAULT_BODY_LIMIT_BYTES,
      least: 128 * 1024,
      most: MAX_BODY_BYTES,
      help: 'Bytes of a request body at most.',
    }),
  },
  log: {
    level: option.choice(LOG_LEVELS, { default: 'info', help: 'The least level that is logged.' }),
  },
} as const;

export type EncryptionServiceConfig = ConfigOf<typeof OPTIONS>;
