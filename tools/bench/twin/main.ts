/**
 * The twin's process. Its parent, the bench, gives it the paths of its certificate, key and client CA, is told its port, and ends it by
 * ending itself or the channel between them.
 */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { loadConfig, option } from '@app/config';
import { createTwin } from './twin-server.js';

const OPTIONS = {
  certificate: option.path({ help: 'Certificate, PEM.' }),
  key: option.path({ help: 'Its private key, PEM.' }),
  clientCa: option.path({ help: 'CA of client certificates, PEM.' }),
};

const { certificate, key, clientCa } = loadConfig({ options: OPTIONS }).values;
const server = createTwin({
  certificate: readFileSync(certificate),
  key: readFileSync(key),
  clientCa: readFileSync(clientCa),
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('disconnect', () => {
  process.exit();
});
