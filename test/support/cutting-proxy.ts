import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { describeServer, startTestServer, type TestServer } from './server-database.js';

/** Where a connection is cut: before a statement reaches the server, or after the server has carried it out and nobody heard of it. */
export type Side = 'before' | 'after';

const SIDES: readonly Side[] = ['before', 'after'];

const LENGTH_BYTES = 4;
const SIMPLE_QUERY = 0x51;
const EXECUTE = 0x45;
const READY_FOR_QUERY = 0x5a;

/** Cuts a stream of PostgreSQL's protocol (version 3, chapter "Message Formats") into its messages. */
class Messages {
  #rest = Buffer.alloc(0);
  #isFirst: boolean;

  /** @param hasStartup - a client's first message has a length and no type. */
  constructor(hasStartup: boolean) {
    this.#isFirst = hasStartup;
  }

  take(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: Buffer[] = [];
    for (;;) {
      const typeBytes = this.#isFirst ? 0 : 1;
      if (this.#rest.length < typeBytes + LENGTH_BYTES) return messages;
      const size = typeBytes + this.#rest.readUInt32BE(typeBytes);
      if (this.#rest.length < size) return messages;
      messages.push(this.#rest.subarray(0, size));
      this.#rest = this.#rest.subarray(size);
      this.#isFirst = false;
    }
  }
}

/** Stands between a service and its database, counts statements, and cuts the connection at one of them. */
export class CuttingProxy {
  readonly #proxy: Server;
  readonly #open = new Set<Socket>();
  #left = Infinity;
  #side: Side = 'before';
  #hasCut = false;

  private constructor(serverPort: number) {
    this.#proxy = createServer((near) => {
      this.#join(near, connect(serverPort, '127.0.0.1'));
    });
  }

  static async start(serverPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(serverPort);
    proxy.#proxy.listen(0, '127.0.0.1');
    await once(proxy.#proxy, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#proxy.address() as AddressInfo).port;
  }

  /** Runs `work` while the connection that brings the nth statement from now on is cut. */
  async cutting<T>(
    statement: number,
    side: Side,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T; readonly hasCut: boolean }> {
    this.#left = statement;
    this.#side = side;
    this.#hasCut = false;
    try {
      const result = await work();
      return { result, hasCut: this.#hasCut };
    } finally {
      this.#left = Infinity;
    }
  }

  /**
   * Does something again and again, cut at its first statement, its second, and so on until it ends uncut; on both sides of each.
   *
   * @returns how many statements it has.
   */
  async cutAtEach<T>(
    work: () => Promise<T>,
    check: (result: T, hasCut: boolean) => Promise<void>,
  ): Promise<number> {
    let statements = 0;
    for (const side of SIDES) {
      for (let statement = 1; ; statement += 1) {
        const { result, hasCut } = await this.cutting(statement, side, work);
        await check(result, hasCut);
        if (!hasCut) break;
        statements = Math.max(statements, statement);
      }
    }
    return statements;
  }

  async stop(): Promise<void> {
    const closed = once(this.#proxy, 'close');
    this.#proxy.close();
    this.#open.forEach((socket) => socket.destroy());
    await closed;
  }

  #join(near: Socket, far: Socket): void {
    const [asked, answered] = [new Messages(true), new Messages(false)];
    let isDoomed = false;
    const cut = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#open.add(socket);
      // Messages are written one by one, and must not wait for the answer to the one before.
      socket.setNoDelay();
      socket.on('close', () => this.#open.delete(socket));
      socket.on('close', cut);
      socket.on('error', cut);
    }
    near.on('data', (chunk) => {
      for (const message of asked.take(chunk)) {
        const isHere = !isDoomed && this.#isReached(message);
        if (isHere && this.#side === 'before') {
          cut();
          return;
        }
        isDoomed ||= isHere;
        far.write(message);
      }
    });
    far.on('data', (chunk) => {
      // Authentication and all before is passed on by messages too: what was asked in one packet may be answered in several.
      for (const message of answered.take(chunk)) {
        if (!isDoomed) near.write(message);
        else if (message[0] === READY_FOR_QUERY) cut();
      }
    });
  }

  #isReached([type]: Buffer): boolean {
    if (type !== SIMPLE_QUERY && type !== EXECUTE) return false;
    this.#left -= 1;
    if (this.#left !== 0) return false;
    this.#hasCut = true;
    return true;
  }
}

/** A server whose every connection goes through a {@link CuttingProxy}; for `ServiceApp.start`. */
export async function startBehindProxy(
  databases: readonly string[],
): Promise<{ readonly server: TestServer; readonly proxy: CuttingProxy }> {
  const behind = await startTestServer(databases);
  const proxy = await CuttingProxy.start(Number(new URL(behind.superuserUrl).port));
  const server = describeServer(behind.superuserUrl, proxy.port, async () => {
    await proxy.stop();
    await behind.stop();
  });
  return { server, proxy };
}
