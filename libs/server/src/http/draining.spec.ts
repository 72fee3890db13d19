import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Draining } from './draining.js';

const GRACE_MILLIS = 1_500;
/** Under it nothing but the work itself was waited for. */
const SOON_MILLIS = 1_000;

let server: FastifyInstance;
let draining: Draining;
let port: number;
let answer: (text: string) => void;
let asked: Promise<undefined>;

beforeEach(async () => {
  server = fastify();
  draining = new Draining(server, GRACE_MILLIS);
  const arrival = Promise.withResolvers<undefined>();
  const held = Promise.withResolvers<string>();
  asked = arrival.promise;
  answer = held.resolve;
  server.get('/now', () => 'at once');
  server.get('/held', () => {
    arrival.resolve(undefined);
    return held.promise;
  });
  server.get('/never', () => new Promise(() => undefined));
  server.get('/begun', async (_, reply) => {
    reply.raw.writeHead(200).write('begun');
    arrival.resolve(undefined);
    reply.raw.end(await held.promise);
    return reply.hijack();
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = server.server.address() as AddressInfo);
});

afterEach(async () => {
  answer('');
  await server.close();
});

async function open(allowHalfOpen = false): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen });
  socket.on('error', () => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function textOf(reply: IncomingMessage): Promise<string> {
  return Buffer.concat(await reply.toArray()).toString();
}

async function ask(path: string, agent = new Agent({ keepAlive: true })): Promise<IncomingMessage> {
  const [reply] = (await once(get({ port, path, agent }), 'response')) as [IncomingMessage];
  return reply;
}

async function timeOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe('Draining', () => {
  it('cuts peers that never asked anything, and those that wait to ask again', async () => {
    const silent = await open();
    const agent = new Agent({ keepAlive: true });
    await textOf(await ask('/now', agent));
    expect(await timeOf(Promise.all([once(silent, 'close'), draining.drain()]))).toBeLessThan(
      SOON_MILLIS,
    );
  });

  it('lets an answer arrive that was under way, and says in it that it is the last', async () => {
    const reply = ask('/held');
    await asked;
    const drained = draining.drain();
    answer('whole');
    expect((await reply).headers.connection).toBe('close');
    expect(await textOf(await reply)).toBe('whole');
    expect(await timeOf(drained)).toBeLessThan(SOON_MILLIS);
  });

  it('closes a connection after an answer that had begun before', async () => {
    const reply = await ask('/begun');
    await asked;
    const closed = once(reply.socket, 'close');
    const drained = draining.drain();
    answer(', and whole');
    expect(await textOf(reply)).toBe('begun, and whole');
    expect(await timeOf(Promise.all([closed, drained]))).toBeLessThan(SOON_MILLIS);
  });

  it('waits for no answer longer than the grace', async () => {
    const socket = await open();
    socket.write('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await asked;
    const time = await timeOf(Promise.all([once(socket, 'close'), draining.drain()]));
    expect(time).toBeGreaterThan(GRACE_MILLIS - 10);
    expect(time).toBeLessThan(GRACE_MILLIS + SOON_MILLIS);
  });

  it('does not wait for an answer whose peer hung up, nor for those that are queued behind it', async () => {
    const socket = await open();
    socket.write('GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(3));
    await asked;
    const drained = draining.drain();
    socket.destroy();
    expect(await timeOf(drained)).toBeLessThan(SOON_MILLIS);
  });

  it('does not wait for an answer to what came while its connection was being ended', async () => {
    const idle = await open(true);
    idle.write('GET /now HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(idle, 'data');
    const reply = ask('/held');
    await asked;
    const drained = draining.drain();
    idle.write('GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(idle.resume(), 'end');
    answer('whole');
    expect(await textOf(await reply)).toBe('whole');
    expect(await timeOf(drained)).toBeLessThan(SOON_MILLIS);
  });

  it('cuts whoever connects when it is over', async () => {
    await draining.drain();
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    expect(await once(socket, 'close')).toBeDefined();
  });
});
