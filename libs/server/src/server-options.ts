import { type ConfigOf, option } from '@app/config';
import { DEFAULT_BODY_LIMIT_BYTES } from '@app/contract';
import type { TlsFiles } from './http/tls.js';
import { isNetwork } from './http/trusted-proxies.js';
import { LOG_LEVELS } from './logging/logger.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** What differs between the apps in the settings of their servers. */
export interface ServerDefaults {
  /** The port that answers requests, in words: `data port`. */
  readonly called: string;
  /** What is said of that port. */
  readonly help: string;
  readonly port: number;
  readonly operationsPort: number;
  /** The body limit may not be set below it. */
  readonly leastBodyBytes: number;
}

function operationsOptions(port: number) {
  return {
    host: option.text({ default: '127.0.0.1', help: 'Address of /livez, /readyz and /metrics.' }),
    port: option.port({ default: port, help: 'Operations port; plain HTTP on loopback only.' }),
    tlsCertificate: option.path({
      optional: true,
      help: 'Certificate of the operations port, PEM.',
    }),
    tlsKey: option.path({ optional: true, help: 'Its private key, PEM.' }),
  };
}

/** The settings of an app that may stand behind proxies. */
export function proxyOptions() {
  return {
    trustedProxies: option.list({
      default: [],
      check: (list: readonly string[]) =>
        list.every(isNetwork) ? undefined : 'must be networks such as 10.0.0.0/8, or addresses',
      help: 'Networks of proxies whose X-Forwarded-For is believed: whoever calls through one is told apart by it.',
    }),
  };
}

/** The settings of the server of an app: two ports, limits, log. */
export function serverOptions(defaults: ServerDefaults) {
  const { called, help, port, operationsPort, leastBodyBytes } = defaults;
  return {
    listen: {
      host: option.text({ default: '127.0.0.1', help: `Address of the ${called}.` }),
      port: option.port({ default: port, help }),
    },
    operations: operationsOptions(operationsPort),
    limits: {
      bodyBytes: option.integer({
        default: DEFAULT_BODY_LIMIT_BYTES,
        least: leastBodyBytes,
        most: MAX_BODY_BYTES,
        help: 'Bytes of a request body at most.',
      }),
    },
    log: {
      level: option.choice(LOG_LEVELS, {
        default: 'info',
        help: 'The least level that is logged.',
      }),
    },
  };
}

/** The certificate of the operations port, where one is configured. */
export function operationsTls(
  values: ConfigOf<ReturnType<typeof operationsOptions>>,
): TlsFiles | undefined {
  const { tlsCertificate: certificate, tlsKey: key } = values;
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}
