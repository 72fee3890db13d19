import { argon2id as hash } from 'hash-wasm';
import type { Argon2id } from './derivation.js';

const ROOT_BYTES = 32;

/**
 * Argon2id in WebAssembly, which a browser has at any cost within the bounds. It blocks its thread for a good part of a second: call it from
 * a worker where a page must not stand still. A Content-Security-Policy has to allow `'wasm-unsafe-eval'`.
 */
export const argon2id: Argon2id = async ({ password, salt, iterations, memoryKiB, parallelism }) =>
  await hash({
    password,
    salt,
    iterations,
    memorySize: memoryKiB,
    parallelism,
    hashLength: ROOT_BYTES,
    outputType: 'binary',
  });
