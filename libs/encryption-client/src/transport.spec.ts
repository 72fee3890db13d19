import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SystemClock } from '@app/ambient';
import { ensureCertificates } from '../../../tools/certs/ensure-certificates.js';
import { ServiceTransport, type TransportLimits, type WireRequest } from './transport.js';

const request: WireRequest = {
  method: 'POST',
  path: '/v1/encrypt',
  headers: { 'content-type': 'application/json' },
  body: Buffer.from('{}'),
};
const unavailable = { code: 'encryption_service_unavailable', retryAfterSeconds: 1 };
const rejected = { code: 'encryption_service_rejected' };

let folder: string;
let server: Server;
let transport: ServiceTransport;

const read = (file: string): Buffer => readFileSync(join(folder, file));
const urlOf = ({ port }: AddressInfo): string => `https://localhost:${port.toString()}`;

async function serve(listener: RequestListener, tls: object = {}): Promise<void> {
  server = createServer(
    {
      cert: read('server.pem'),
      key: read('server.key'),
      ca: read('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
      keepAliveTimeout: 60_000,
      ...tls,
    },
    listener,
  );
  await new Promise<void>((resolve) => server.listen(0, resolve));
}

function connect(limits: TransportLimits = {}, certificate = 'core'): void {
  transport = new ServiceTransport(
    {
      url: urlOf(server.address() as AddressInfo),
      ca: read('ca.pem'),
      certificate: read(`${certificate}.pem`),
      key: read(`${certificate}.key`),
    },
    limits,
  );
}

function answer(response: ServerResponse, body: string): void {
  response.setHeader('content-type', 'application/json').end(body);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'transport-'));
  await ensureCertificates({ folder, clock: new SystemClock() });
});

afterEach(async () => {
  await transport.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('ServiceTransport', () => {
  it('speaks HTTP/1.1 over TLS 1.3 with its client certificate', async () => {
    let seen: unknown;
    await serve((incoming: IncomingMessage, response) => {
      const socket = incoming.socket as TLSSocket;
      seen = {
        version: incoming.httpVersion,
        tls: socket.getProtocol(),
        name: socket.getPeerCertificate().subject.CN !== undefined,
      };
      answer(response.setHeader('retry-after', '3'), '{"a":1}');
    });
    connect();
    await expect(transport.send(request)).resolves.toEqual({
      status: 200,
      contentType: 'application/json',
      retryAfter: '3',
      body: Buffer.from('{"a":1}'),
    });
    expect(seen).toEqual({ version: '1.1', tls: 'TLSv1.3', name: true });
  });

  it('keeps its connections', async () => {
    await serve((_, response) => {
      answer(response, '{}');
    });
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    connect();
    for (let i = 0; i < 10; i += 1) await transport.send(request);
    // A second one is opened when the first is still busy with the end of an answer.
    expect(connections).toBeLessThanOrEqual(2);
  });

  it('hands a header on byte by byte, as a server reads it', async () => {
    let reason: unknown;
    await serve((incoming, response) => {
      reason = incoming.headers['x-access-reason'];
      answer(response, '{}');
    });
    connect();
    const asRead = Buffer.from('für Ärztin', 'utf8')
      .toString('latin1')
      .replace(/[\x80-\x9f]/g, '');
    await transport.send({ ...request, headers: { 'x-access-reason': asRead } });
    expect(reason).toBe(asRead);
  });

  it('repeats a request whose kept connection the service closed in the same moment', async () => {
    let requests = 0;
    await serve((incoming, response) => {
      requests += 1;
      if (requests === 2) incoming.socket.destroy();
      else answer(response, requests.toString());
    });
    connect();
    expect((await transport.send(request)).body.toString()).toBe('1');
    expect((await transport.send(request)).body.toString()).toBe('3');
  });

  it('repeats a request whose answer was cut', async () => {
    let requests = 0;
    await serve((incoming, response) => {
      requests += 1;
      if (requests > 1) {
        answer(response, '{}');
        return;
      }
      response.writeHead(200, { 'content-length': '100', 'content-type': 'application/json' });
      response.write('{"a"', () => incoming.socket.destroy());
    });
    connect();
    expect((await transport.send(request)).body.toString()).toBe('{}');
    expect(requests).toBe(2);
  });

  it('gives up after three connections that died', async () => {
    let requests = 0;
    await serve((incoming) => {
      requests += 1;
      incoming.socket.destroy();
    });
    connect();
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
    expect(requests).toBe(3);
  });

  it.each<[string, RequestListener]>([
    ['no answer', () => undefined],
    [
      'an answer that never ends',
      (_, response) => {
        response.writeHead(200).write('{');
      },
    ],
  ])('waits for %s no longer than its deadline', async (_, listener) => {
    await serve(listener);
    connect({ deadlineMillis: 200 });
    const started = performance.now();
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
    expect(performance.now() - started).toBeLessThan(1_500);
  });

  it('reads no more than its bound, whether the length was told or not', async () => {
    await serve((incoming, response) => {
      const size = 70_000;
      if (incoming.url === '/v1/told') response.setHeader('content-length', size);
      response.end(Buffer.alloc(size, 'a'));
    });
    connect({ maxAnswerBytes: 65_536 });
    await expect(transport.send(request)).rejects.toMatchObject(rejected);
    await expect(transport.send({ ...request, path: '/v1/told' })).rejects.toMatchObject(rejected);
  });

  it('rejects what is not HTTP', async () => {
    await serve((incoming) => {
      incoming.socket.end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    connect();
    await expect(transport.send(request)).rejects.toMatchObject(rejected);
  });

  it('follows no redirect', async () => {
    await serve((_, response) => {
      response.writeHead(307, { location: 'https://localhost:1/v1/encrypt' }).end();
    });
    connect();
    expect((await transport.send(request)).status).toBe(307);
  });

  it('does not speak TLS 1.2', async () => {
    await serve(
      (_, response) => {
        answer(response, '{}');
      },
      { maxVersion: 'TLSv1.2' },
    );
    connect();
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
  });

  it('does not trust a certificate of another authority', async () => {
    const other = mkdtempSync(join(tmpdir(), 'transport-other-'));
    await ensureCertificates({ folder: other, clock: new SystemClock() });
    const foreign = {
      cert: readFileSync(join(other, 'server.pem')),
      key: readFileSync(join(other, 'server.key')),
    };
    rmSync(other, { recursive: true });
    let requests = 0;
    await serve((_, response) => {
      requests += 1;
      answer(response, '{}');
    }, foreign);
    connect();
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
    expect(requests).toBe(0);
  });

  it('takes a service that refuses its certificate as one that cannot be reached', async () => {
    await serve((_, response) => {
      answer(response, '{}');
    });
    connect({}, 'server');
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
  });

  it('says at once that nobody listens', async () => {
    await serve(() => undefined);
    connect();
    await new Promise((resolve) => server.close(resolve));
    await expect(transport.send(request)).rejects.toMatchObject(unavailable);
  });
});
