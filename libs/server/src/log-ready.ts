import type { AddressInfo, Server } from 'node:net';
import type { Logger } from 'pino';

/** A port that is listened on. */
export interface ListeningPort {
  readonly host: string;
  readonly server: Server;
  readonly isTls: boolean;
}

function urlOf({ host, server, isTls }: ListeningPort): string {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `${isTls ? 'https' : 'http'}://${host}:${address.port.toString()}`;
}

/** The line that says where an app answers: with the real ports, where any free one was asked for. */
export function logReady(logger: Logger, requests: ListeningPort, operations: ListeningPort): void {
  logger.info(
    { url: urlOf(requests), operationsUrl: urlOf(operations), pid: process.pid },
    'ready',
  );
}
