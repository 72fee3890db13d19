import { type ConfigOf, option } from '@app/config';
import { MAX_DESTROY_AFTER_DAYS } from '@app/contract';
import { isFingerprint, SERVICE_SECRET_BYTES } from '@app/crypto';
import { DATABASE_OPTIONS } from '@app/persistence';
import { serverOptions } from '@app/server';
import { LIMIT_OPTIONS } from './limits/limit-options.js';
import { KEK_OPTIONS } from './master-key/settings.js';

const SERVER = serverOptions({
  called: 'data port',
  help: 'Data port: mutual TLS 1.3.',
  port: 8443,
  operationsPort: 8444,
  leastBodyBytes: 128 * 1024,
});

/** All settings of the encryption service; `database.appUrl` is `ES_DATABASE_APP_URL` and `--database-app-url`. */
export const OPTIONS = {
  ...SERVER,
  limits: { ...SERVER.limits, ...LIMIT_OPTIONS },
  tls: {
    certificate: option.path({ help: 'Certificate of the data port, with its chain, PEM.' }),
    key: option.path({ help: 'Its private key, PEM.' }),
    clientCa: option.path({
      help: 'CA of client certificates, PEM. A peer without one gets no HTTP byte.',
    }),
  },
  database: DATABASE_OPTIONS,
  service: {
    secret: option.secretBytes({
      bytes: SERVICE_SECRET_BYTES,
      help: 'The service secret, the same on each replica: 32 random bytes.',
    }),
  },
  trustedExporters: option.list({
    default: [],
    check: (list: readonly string[]) =>
      list.every(isFingerprint) ? undefined : 'must be fingerprints: 64 hexadecimal digits each',
    help: 'Fingerprints of services whose exports are imported without being named; the own one always is.',
  }),
  destruction: {
    leastDays: option.integer({
      least: 0,
      most: MAX_DESTROY_AFTER_DAYS,
      default: 7,
      help: 'Days to the destruction of a key at least: so long it can be taken back, whoever asked for it.',
    }),
  },
  upkeep: {
    everySeconds: option.integer({
      least: 1,
      most: 3600,
      default: 30,
      help: 'How often is looked for keys whose date of destruction has come, and for versions that are too old.',
    }),
  },
  keyCache: {
    entries: option.integer({
      least: 0,
      most: 1_000_000,
      default: 10_000,
      help: 'Opened keys of versions that are kept in memory at most.',
    }),
    refreshSeconds: option.integer({
      least: 1,
      most: 86_400,
      default: 60,
      help: 'After so long a kept key is opened anew beside its use: a master key that was taken away is noticed.',
    }),
    maxAgeSeconds: option.integer({
      least: 1,
      most: 86_400,
      default: 300,
      help: 'How long kept keys go on working at most while the key service cannot be reached.',
    }),
  },
  recentRows: {
    entries: option.integer({
      least: 0,
      most: 1_000_000,
      default: 10_000,
      help: 'Clients, and keysets, whose rows are remembered at most, so that not each use reads them anew.',
    }),
    maxAgeSeconds: option.integer({
      least: 1,
      most: 3_600,
      default: 30,
      help: 'How long they are remembered. Nothing is released unless the record of the use finds the same rows.',
    }),
  },
  kek: KEK_OPTIONS,
} as const;

export type EncryptionServiceConfig = ConfigOf<typeof OPTIONS>;
