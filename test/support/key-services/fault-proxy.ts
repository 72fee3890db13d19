import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Faults, meet } from './faults.js';

/** Stands before a key service on loopback that speaks HTTP, and has the faults that it is told to have. */
export interface FaultProxy {
  readonly url: string;
  stop(): Promise<void>;
}

async function forward(
  upstream: string,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(incoming);
  const { method, headers } = incoming;
  const onward = request(new URL(incoming.url ?? '/', upstream), { method, headers });
  onward.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  onward.end(body);
}

export async function startFaultProxy(upstream: string, faults: Faults): Promise<FaultProxy> {
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const fault = faults.take();
    const answer = {
      faults,
      redirectTo: new URL(incoming.url ?? '/', upstream).href,
      sendError: (status: number) => {
        response.statusCode = status;
        response.end('{}');
      },
    };
    if (fault !== undefined && (await meet(fault, response, answer))) return;
    await forward(upstream, incoming, response);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`,
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
