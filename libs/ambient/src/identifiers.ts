import { randomUUID } from 'node:crypto';

/** The only source of new identifiers, so that tests can count them. */
export abstract class Identifiers {
  /** A random UUID, version 4, lower case. */
  abstract newUuid(): string;
}

export class RandomIdentifiers extends Identifiers {
  newUuid(): string {
    return randomUUID();
  }
}
