import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { BrokenHttp } from './broken-http.js';

/** A body of any length goes on as long as so much of it, or of its answer, moves in the time that another body has in all. */
const LEAST_MOVED_BYTES = 16 * 1024;
/** What still arrives after an answer is thrown away for so long, so that the peer gets to read the answer. */
const LINGER_MILLIS = 2_000;

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * Cuts peers whose body does not arrive, and those that neither send nor read. Node's own limit is for a whole request, which a body of
 * any length cannot keep to.
 */
export class PeerTimes {
  constructor(
    private readonly broken: BrokenHttp,
    private readonly millis: number,
  ) {}

  /** To be called once for each request, before its body is read. */
  watch(request: IncomingMessage, answer: ServerResponse, isOfAnyLength: boolean): void {
    if (isOfAnyLength) this.#watchFlow(request.socket, answer);
    else if (!hasBody(request)) return;
    else this.#watchWhole(request, answer);
    answer.once('close', () => {
      if (!request.complete) linger(request);
    });
  }

  #watchWhole(request: IncomingMessage, answer: ServerResponse): void {
    const timer = setTimeout(() => {
      this.broken.breakOff(request.socket);
    }, this.millis).unref();
    const stop = (): void => {
      clearTimeout(timer);
    };
    request.once('end', stop);
    answer.once('close', stop);
  }

  #watchFlow(socket: Socket, answer: ServerResponse): void {
    let before = movedBytes(socket);
    const timer = setInterval(() => {
      const now = movedBytes(socket);
      if (now - before < LEAST_MOVED_BYTES) this.broken.breakOff(socket);
      before = now;
    }, this.millis).unref();
    answer.once('close', () => {
      clearInterval(timer);
    });
  }
}

/** What is written and waits for the peer does not count as moved. */
function movedBytes({ bytesRead, bytesWritten, writableLength }: Socket): number {
  return bytesRead + bytesWritten - writableLength;
}

function linger(request: IncomingMessage): void {
  setTimeout(() => {
    // Once it is whole, the connection may be carrying the next request.
    if (!request.complete) request.destroy();
  }, LINGER_MILLIS).unref();
}
