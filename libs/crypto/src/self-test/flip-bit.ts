import { AppError } from '@app/errors';

export function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

/** A copy with the last bit changed. */
export function flipBit(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  const last = flipped.length - 1;
  flipped.writeUInt8(flipped.readUInt8(last) ^ 1, last);
  return flipped;
}

/** {@link flipBit} of bytes in base64. */
export function flipBitOfBase64(text: string): string {
  return flipBit(Buffer.from(text, 'base64')).toString('base64');
}

/** Whether something is refused with a code, and no otherwise. */
export function isRefused(action: () => unknown, code: AppError['code']): boolean {
  try {
    action();
    return false;
  } catch (error) {
    return error instanceof AppError && error.code === code;
  }
}
