/** The file is not one of vectors; the message says where and why, for the person at the terminal. */
export class VectorFileError extends Error {
  override readonly name = 'VectorFileError';
}
