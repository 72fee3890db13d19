import { inspect } from 'node:util';

const SHOWN = '[secret]';

/** Secret text that does not print. A JavaScript string cannot be overwritten: use it for what arrives as text anyway. */
export class SecretString {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The one exit, easy to find in a review. */
  expose(): string {
    return this.#text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
