/** Why a case has no result: a code beside those of the project's catalogue. */
export class KatError extends Error {
  override readonly name = 'KatError';
  readonly code: KatCode;

  constructor(code: KatCode) {
    super(code);
    this.code = code;
  }
}

/** `unsupported`: the library has no such primitive. The others are of the catalogue. */
export type KatCode = 'unsupported' | 'invalid_request' | 'decryption_failed';

/** The result of an operation of the library that answers a refusal with nothing. */
export function orRefuse<T>(result: T | undefined): T {
  if (result === undefined) throw new KatError('decryption_failed');
  return result;
}
