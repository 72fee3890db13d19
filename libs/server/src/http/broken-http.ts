import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Identifiers } from '@app/ambient';
import { AppError, PROBLEM_MEDIA_TYPE, toProblem } from '@app/errors';

/** So long the peer has to read why. */
const READING_MILLIS = 2_000;

/** Ends connections on which nothing more can be understood: HTTP that is broken, or a request that never arrives whole. */
export class BrokenHttp {
  readonly #answers = new WeakMap<Socket, ServerResponse>();

  constructor(private readonly identifiers: Identifiers) {}

  /** Remembers which answer a connection is about to carry. */
  begin(socket: Socket, answer: ServerResponse): void {
    this.#answers.set(socket, answer);
  }

  /** Answers `invalid_request` where no answer has begun, since a second one inside it would be taken for its content, and closes. */
  breakOff(socket: Socket): void {
    const answer = this.#answers.get(socket);
    const hasBegun = answer?.headersSent === true && !answer.writableFinished;
    if (hasBegun || !socket.writable) {
      socket.destroy();
      return;
    }
    // Broken HTTP never becomes a request, so there is nothing to parse an id from.
    const problem = toProblem(new AppError('invalid_request'), this.identifiers.newUuid());
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\nCache-Control: no-store\r\n` +
        `Content-Length: ${String(Buffer.byteLength(body))}\r\nConnection: close\r\n\r\n${body}`,
    );
    setTimeout(() => {
      socket.destroy();
    }, READING_MILLIS).unref();
  }
}
