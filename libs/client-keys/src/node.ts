import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { Argon2id } from './derivation.js';

const hash = promisify(argon2);
const ROOT_BYTES = 32;

/** Argon2id of Node.js (24.7 or newer), off the main thread. */
export const argon2id: Argon2id = async ({ password, salt, iterations, memoryKiB, parallelism }) =>
  await hash('argon2id', {
    message: password,
    nonce: salt,
    passes: iterations,
    memory: memoryKiB,
    parallelism,
    tagLength: ROOT_BYTES,
  });
