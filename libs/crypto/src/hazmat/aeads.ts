import type { Suite, SuiteName } from '../suites.js';
import type { Aead } from './aead.js';
import { AES_256_GCM } from './aes-256-gcm.js';

const AEADS: Readonly<Record<SuiteName, Aead>> = Object.freeze({ 'AES-256-GCM': AES_256_GCM });

/** The cipher of a suite. Apart from the table of suites, which is exported: nobody outside of this library reaches a raw cipher. */
export function aeadOf(suite: Suite): Aead {
  return AEADS[suite.name];
}
