import type { AeadName } from '../suites.js';
import type { Aead } from './aead.js';
import { AES_256_GCM } from './aes-256-gcm.js';
import { CHACHA20_POLY1305 } from './chacha20-poly1305.js';
import { XAES_256_GCM } from './xaes-256-gcm.js';

/** The ciphers of the suites. Apart from the table of suites, which is exported: nobody outside of this library reaches a raw cipher. */
export const AEADS: Readonly<Record<AeadName, Aead>> = Object.freeze({
  'AES-256-GCM': AES_256_GCM,
  'XAES-256-GCM': XAES_256_GCM,
  'ChaCha20-Poly1305': CHACHA20_POLY1305,
});
