import { createSecretKey, type KeyObject } from 'node:crypto';

/** Makes a key of `bytes` and overwrites them: the `KeyObject` has a copy outside of the JavaScript heap, which shows in no snapshot. */
export function takeKey(bytes: Buffer): KeyObject {
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}
