import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Body, Controller, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RandomIdentifiers, SystemClock } from '@app/ambient';
import { Field, rules } from '@app/contract';
import { AppError } from '@app/errors';
import { ensureCertificates } from '../../../../tools/certs/ensure-certificates.js';
import { createLogger } from '../logging/logger.js';
import { Endpoint, PUBLIC } from './endpoint.js';
import { createHttpApp, type HttpApp } from './http-app.js';
import { OctetBody, type Octets } from './octets.js';

const MIB = Buffer.alloc(1024 * 1024, 7);
const BODY_LIMIT = 1024;
const PEER_MILLIS = 400;

class Text {
  @Field(rules.text(), { description: 'Text.' })
  text: string;
}

async function* failingAfter(bytes: number, body: Octets): AsyncGenerator<Buffer> {
  let given = 0;
  for await (const chunk of body) {
    yield chunk;
    given += chunk.length;
    if (given > bytes) throw new AppError('decryption_failed');
  }
}

const declared = { method: 'POST', access: PUBLIC, summary: 'A test.' } as const;

@Controller()
class OctetsController {
  @Endpoint({ ...declared, path: '/echo', octets: true })
  echo(@OctetBody() body: Octets): Readable {
    return Readable.from(body);
  }

  @Endpoint({ ...declared, path: '/refused', octets: true })
  refused(): Readable {
    throw new AppError('not_found');
  }

  @Endpoint({ ...declared, path: '/begun', octets: true })
  begun(@OctetBody() body: Octets): Readable {
    return Readable.from(failingAfter(100_000, body));
  }

  @Endpoint({ ...declared, path: '/json', body: Text })
  json(@Body() { text }: Text): void {
    if (text !== 'known') throw new AppError('not_found');
  }
}

@Module({ controllers: [OctetsController] })
class TestModule {}

let app: HttpApp;
let folder: string;
let tls: RequestOptions;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'octets-'));
  await ensureCertificates({ folder, clock: new SystemClock() });
  const path = (name: string): string => join(folder, name);
  app = await createHttpApp(
    { module: TestModule },
    {
      tls: { certificate: path('server.pem'), key: path('server.key'), clientCa: path('ca.pem') },
      bodyLimitBytes: BODY_LIMIT,
      logger: createLogger('octets', 'silent'),
      identifiers: new RandomIdentifiers(),
      peerMillis: PEER_MILLIS,
      authorizeFrom: () => () => Promise.resolve(),
    },
  );
  await app.nest.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.nest.getHttpServer().address() as AddressInfo;
  const file = (name: string): Buffer => readFileSync(path(name));
  tls = {
    port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca: file('ca.pem'),
    cert: file('client.pem'),
    key: file('client.key'),
  };
});

afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

function open(
  path: string,
  headers: Record<string, string | number> = {},
  agent: Agent | false = false,
): ClientRequest {
  return httpsRequest({
    ...tls,
    path,
    agent,
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', ...headers },
  }).on('error', () => undefined);
}

async function answerTo(call: ClientRequest): Promise<IncomingMessage> {
  const [reply] = (await once(call, 'response')) as [IncomingMessage];
  return reply;
}

async function codeOf(reply: IncomingMessage): Promise<unknown> {
  return (JSON.parse((await buffer(reply)).toString()) as { code: unknown }).code;
}

async function outcomeOf(reply: IncomingMessage): Promise<string> {
  try {
    await buffer(reply);
    return 'whole';
  } catch {
    return 'broken off';
  }
}

describe('a route of raw bytes', () => {
  it.each([
    ['in chunks', {}],
    ['of a length that is told', { 'content-length': 3 * MIB.length }],
  ])('takes and answers more than a body may have, %s', async (_how, headers) => {
    const call = open('/echo', headers);
    Readable.from([MIB, MIB, MIB]).pipe(call);
    const reply = await answerTo(call);
    expect(reply.headers['content-type']).toBe('application/octet-stream');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect((await buffer(reply)).equals(Buffer.concat([MIB, MIB, MIB]))).toBe(true);
  });

  it('takes nothing at all', async () => {
    expect(await buffer(await answerTo(open('/echo').end()))).toHaveLength(0);
  });

  it.each(['application/json', 'text/plain', 'application/octet-stream2', ''])(
    'refuses the content type %j',
    async (type) => {
      const reply = await answerTo(open('/echo', { 'content-type': type }).end('{}'));
      expect([reply.statusCode, await codeOf(reply)]).toEqual([415, 'unsupported_media_type']);
    },
  );

  it('refuses an encoding of the bytes', async () => {
    const reply = await answerTo(open('/echo', { 'content-encoding': 'gzip' }).end('x'));
    expect(reply.statusCode).toBe(415);
  });

  it('answers a refusal while the body is still on its way, and then does not wait for it', async () => {
    const call = open('/refused');
    call.write(MIB);
    const reply = await answerTo(call);
    expect(await codeOf(reply)).toBe('not_found');
    await once(call, 'close');
    expect(call.destroyed).toBe(true);
  });

  it('breaks the connection off where something fails after the first byte', async () => {
    const call = open('/begun');
    call.write(MIB);
    const reply = await answerTo(call);
    expect(reply.statusCode).toBe(200);
    expect(await outcomeOf(reply)).toBe('broken off');
  });

  it('reads no faster than its answer is read', async () => {
    const call = open('/echo');
    let sent = 0;
    const source = new Readable({
      read() {
        sent += 65_536;
        this.push(MIB.subarray(0, 65_536));
      },
    });
    source.pipe(call);
    const reply = await answerTo(call);
    await sleep(PEER_MILLIS / 2);
    // What is on its way: buffers of both ends and of the system.
    expect(sent).toBeLessThan(24 * MIB.length);
    source.destroy();
    reply.destroy();
  });

  it.each([
    ['that stops sending before an answer began', '/json', 'application/json', 400],
    ['that stops sending in the middle', '/echo', 'application/octet-stream', 200],
  ])('cuts a peer %s', async (_what, path, type, status) => {
    const call = open(path, { 'content-type': type, 'content-length': 1000 });
    call.write('{"text":');
    const reply = await answerTo(call);
    expect(reply.statusCode).toBe(status);
    expect(await outcomeOf(reply)).toBe(status === 200 ? 'broken off' : 'whole');
  });

  it('cuts a peer that stops reading', async () => {
    const call = open('/echo');
    const source = new Readable({
      read() {
        this.push(MIB.subarray(0, 65_536));
      },
    });
    source.pipe(call);
    const reply = await answerTo(call);
    const closed = new Promise((resolve) => call.socket?.once('close', resolve));
    reply.pause();
    await closed;
    source.destroy();
    expect(await outcomeOf(reply)).toBe('broken off');
  });

  it('goes on for longer than a request may take as a whole while bytes move', async () => {
    const call = open('/echo');
    const reply = answerTo(call);
    const piece = MIB.subarray(0, 32 * 1024);
    for (let i = 0; i < 12; i += 1) {
      call.write(piece);
      await sleep(PEER_MILLIS / 4);
    }
    call.end();
    expect(await buffer(await reply)).toHaveLength(12 * piece.length);
  });

  it('ends where a peer declares more than it sends and hangs up, without an end of its own', async () => {
    const call = open('/echo', { 'content-length': 1000 });
    call.write('half');
    const reply = await answerTo(call);
    call.socket?.end();
    expect(await outcomeOf(reply)).toBe('broken off');
  });
});

describe('any other route', () => {
  it('that refuses a body which still arrives keeps its connection for the next request', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { 'content-type': 'text/plain', 'content-length': 8 };
    const call = open('/json', headers, agent);
    call.write('half');
    expect((await answerTo(call)).statusCode).toBe(415);
    call.end('half');
    const { socket } = call;
    // Longer than what still arrives is thrown away for.
    await sleep(2_500);
    expect(socket?.destroyed).toBe(false);
    agent.destroy();
  });

  it('does not take raw bytes', async () => {
    const reply = await answerTo(open('/json').end('x'));
    expect([reply.statusCode, await codeOf(reply)]).toEqual([415, 'unsupported_media_type']);
  });

  it('keeps its limit', async () => {
    const call = open('/json', { 'content-type': 'application/json' });
    const reply = await answerTo(call.end(`{"text":"${'x'.repeat(BODY_LIMIT)}"}`));
    expect([reply.statusCode, await codeOf(reply)]).toEqual([413, 'payload_too_large']);
  });
});
