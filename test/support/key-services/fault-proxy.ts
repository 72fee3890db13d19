import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, type Faults, sendEndlessly } from './faults.js';

/** Stands before a key service on loopback that speaks HTTP, and has the faults that it is told to have. */
export interface FaultProxy {
  readonly url: string;
  stop(): Promise<void>;
}

/** @returns whether the answer has been given. */
async function fail(
  fault: Fault,
  response: ServerResponse,
  { upstream, faults }: { readonly upstream: URL; readonly faults: Faults },
): Promise<boolean> {
  switch (fault.kind) {
    case 'slow':
      await sleep(fault.millis);
      return response.destroyed;
    case 'hang-up':
      response.destroy();
      return true;
    case 'nonsense':
      response.setHeader('Content-Type', 'text/html').end('<html>a login page</html>');
      return true;
    case 'endless':
      sendEndlessly(response, faults.onSent);
      return true;
    case 'redirect':
      response.writeHead(307, { Location: upstream.href }).end();
      return true;
    case 'error':
      response.statusCode = fault.status;
      if (fault.retryAfterSeconds !== undefined) {
        response.setHeader('Retry-After', fault.retryAfterSeconds);
      }
      response.end('{}');
      return true;
  }
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
    if (
      fault !== undefined &&
      (await fail(fault, response, { upstream: new URL(incoming.url ?? '/', upstream), faults }))
    )
      return;
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
