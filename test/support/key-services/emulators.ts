import { join } from 'node:path';
import { type Emulator, startEmulator } from './emulator-process.js';

const ON_LOOPBACK = join(import.meta.dirname, '../../../tools/emulators/localstack-on-loopback.py');

/** The root token of the OpenBao that {@link startOpenBao} starts. */
export const ROOT_TOKEN = 'root-token-of-a-test';

/** AWS KMS as moto has it: quick, but disabled keys still work, and a wrong key is said to be forbidden. */
export function startMoto(): Promise<Emulator> {
  return startEmulator({
    name: 'moto',
    program: 'moto_server',
    argv: (port) => ['-H', '127.0.0.1', '-p', port.toString()],
    readyPath: '/moto-api/',
  });
}

/** AWS KMS as LocalStack has it, states of keys included. */
export function startLocalStack(): Promise<Emulator> {
  return startEmulator({
    name: 'localstack',
    program: 'python',
    argv: () => [ON_LOOPBACK],
    env: (port, folder) => ({
      SERVICES: 'kms',
      EAGER_SERVICE_LOADING: '1',
      GATEWAY_LISTEN: `127.0.0.1:${port.toString()}`,
      USE_SSL: '0',
      DNS_ADDRESS: '0',
      DISABLE_EVENTS: '1',
      SKIP_SSL_CERT_DOWNLOAD: '1',
      OVERRIDE_IN_DOCKER: '0',
      FILESYSTEM_ROOT: folder,
    }),
    readyPath: '/_localstack/health',
  });
}

/** A real OpenBao, unsealed, in memory. */
export function startOpenBao(): Promise<Emulator> {
  return startEmulator({
    name: 'openbao',
    program: 'bao',
    argv: (port) => [
      'server',
      '-dev',
      '-dev-no-store-token',
      `-dev-root-token-id=${ROOT_TOKEN}`,
      `-dev-listen-address=127.0.0.1:${port.toString()}`,
    ],
    readyPath: '/v1/sys/health',
  });
}
