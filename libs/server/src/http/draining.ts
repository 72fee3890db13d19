import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Less than the process has to stop: the database and the rest are closed after this. */
const GRACE_MILLIS = 10_000;
/** The last answers are on their way for this long before what is left is cut. */
const FLUSH_MILLIS = 250;

/**
 * Ends the connections of a server that stops. By itself it would wait for each peer to hang up, also for one that never asked
 * anything or keeps its connection for a next request.
 */
export class Draining {
  readonly #graceMillis: number;
  /** Every TCP connection, also before its TLS handshake. */
  readonly #accepted = new Set<Socket>();
  /** What requests come through, with the answers that are not out yet. */
  readonly #answers = new Map<Socket, Set<ServerResponse>>();
  #isDraining = false;
  #isOver = false;
  #onChange: () => void = () => undefined;

  /** @param server - not listening yet. */
  constructor(server: FastifyInstance, graceMillis = GRACE_MILLIS) {
    this.#graceMillis = graceMillis;
    server.server.on('connection', (socket: Socket) => {
      if (this.#isOver) socket.destroy();
      this.#accepted.add(socket);
      socket.once('close', () => {
        this.#accepted.delete(socket);
        this.#onChange();
      });
    });
    server.server.on('secureConnection', (socket: Socket) => {
      this.#answersOf(socket);
    });
    server.addHook('onRequest', (request, reply, done) => {
      this.#begin(request.raw.socket, reply.raw);
      done();
    });
  }

  /**
   * Closes idle connections at once and the others after their answers, which say so. Whatever is open when nothing is under way any
   * more, or after the grace, is cut.
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    for (const [socket, answers] of this.#answers) {
      if (answers.size === 0) socket.end();
      else answers.forEach(sayLast);
    }
    await this.#until(() => !this.#isAnswering(), this.#graceMillis);
    await this.#until(() => this.#accepted.size === 0, FLUSH_MILLIS);
    this.#isOver = true;
    this.#answers.forEach((_, socket) => socket.destroy());
    this.#accepted.forEach((socket) => socket.destroy());
  }

  #answersOf(socket: Socket): Set<ServerResponse> {
    const known = this.#answers.get(socket);
    if (known !== undefined) return known;
    const answers = new Set<ServerResponse>();
    this.#answers.set(socket, answers);
    // An answer that waits behind others on a connection hears nothing when that breaks.
    socket.once('close', () => {
      this.#answers.delete(socket);
      this.#onChange();
    });
    return answers;
  }

  #begin(socket: Socket, answer: ServerResponse): void {
    // It came while its connection was being ended: nothing can be sent there.
    if (!socket.writable) return;
    const answers = this.#answersOf(socket);
    answers.add(answer);
    if (this.#isDraining) sayLast(answer);
    answer.once('close', () => {
      answers.delete(answer);
      // One whose head was out before could not say that it is the last.
      if (this.#isDraining && answers.size === 0) socket.end();
      this.#onChange();
    });
  }

  #isAnswering(): boolean {
    return [...this.#answers.values()].some((answers) => answers.size > 0);
  }

  #until(isReached: () => boolean, millis: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, millis, undefined);
    this.#onChange = () => {
      if (!isReached()) return;
      clearTimeout(timer);
      resolve(undefined);
    };
    this.#onChange();
    return promise;
  }
}

function sayLast(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
}
