import {
  AES_256_GCM,
  AEADS,
  ed25519PublicBytes,
  hkdf,
  hmacSha256,
  signEd25519,
  takeEd25519Seed,
  takeKey,
  verifyEd25519,
} from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';
import { bytesOf, casesOfCavp, HAS_CAVP, readCavp, type CavpCase } from './cavp-file.js';
import { hex, outcome } from './wycheproof-file.js';

/** Many thousand cases: what was wrong is collected, so that a run has one line for each file. */
const TIMEOUT_MILLIS = 60_000;

function isInPolicy(test: CavpCase): boolean {
  return bytesOf(test, 'iv').length === 12 && bytesOf(test, 'tag').length === 16;
}

function openGcm(test: CavpCase): unknown {
  const sealing = { nonce: bytesOf(test, 'iv'), aad: bytesOf(test, 'aad') };
  const sealed = { ciphertext: bytesOf(test, 'ct'), tag: bytesOf(test, 'tag') };
  return outcome(() => AES_256_GCM.open(takeKey(bytesOf(test, 'key')), sealing, sealed));
}

function isRefused(opened: unknown): boolean {
  return opened === undefined || (opened as { code?: string }).code === 'internal';
}

describe.skipIf(!HAS_CAVP)(
  'beside the files of NIST and of others',
  { timeout: TIMEOUT_MILLIS },
  () => {
    it('AES-256-GCM opens what is right, and nothing else', () => {
      const cases = casesOfCavp('ciphers/AES/GCM/gcmDecrypt256.rsp');
      const wrong = cases.filter((test) => {
        const opened = openGcm(test);
        if (!isInPolicy(test) || test.has('fail')) return !isRefused(opened);
        return !Buffer.isBuffer(opened) || !opened.equals(bytesOf(test, 'pt'));
      });
      expect(cases).toHaveLength(7875);
      expect(cases.filter((test) => isInPolicy(test) && !test.has('fail')).length).toBeGreaterThan(
        100,
      );
      expect(wrong).toEqual([]);
    });

    it('AES-256-GCM seals byte for byte', () => {
      const cases = casesOfCavp('ciphers/AES/GCM/gcmEncryptExtIV256.rsp').filter(isInPolicy);
      const wrong = cases.filter((test) => {
        const sealing = { nonce: bytesOf(test, 'iv'), aad: bytesOf(test, 'aad') };
        const key = takeKey(bytesOf(test, 'key'));
        const { ciphertext, tag } = AES_256_GCM.seal(key, sealing, bytesOf(test, 'pt'));
        return !ciphertext.equals(bytesOf(test, 'ct')) || !tag.equals(bytesOf(test, 'tag'));
      });
      expect(cases.length).toBeGreaterThan(300);
      expect(wrong).toEqual([]);
    });

    it('ChaCha20-Poly1305 opens what is right, and nothing else', () => {
      const cases = casesOfCavp('ciphers/ChaCha20Poly1305/openssl.txt');
      const wrong = cases.filter((test) => {
        const sealing = { nonce: bytesOf(test, 'iv'), aad: bytesOf(test, 'aad') };
        const sealed = { ciphertext: bytesOf(test, 'ciphertext'), tag: bytesOf(test, 'tag') };
        const key = takeKey(bytesOf(test, 'key'));
        const opened = outcome(() => AEADS['ChaCha20-Poly1305'].open(key, sealing, sealed));
        if (!isInPolicy(test) || test.has('result')) return !isRefused(opened);
        return !Buffer.isBuffer(opened) || !opened.equals(bytesOf(test, 'plaintext'));
      });
      expect(cases.length).toBeGreaterThan(3);
      expect(wrong).toEqual([]);
    });

    it('HMAC-SHA-256 is that of RFC 4231', () => {
      const cases = casesOfCavp('HMAC/rfc-4231-sha256.txt', 'len');
      const wrong = cases.filter(
        (test) =>
          !hmacSha256(takeKey(bytesOf(test, 'key')), bytesOf(test, 'msg')).equals(
            bytesOf(test, 'md'),
          ),
      );
      expect(cases.length).toBeGreaterThan(5);
      expect(wrong).toEqual([]);
    });

    it.each(['KDF/rfc-5869-HKDF-SHA256.txt', 'KDF/hkdf-generated.txt'])(
      'HKDF-SHA-256 is that of %s',
      (path) => {
        const cases = casesOfCavp(path);
        const wrong = cases.filter((test) => {
          const [ikm, salt, info] = [
            bytesOf(test, 'ikm'),
            bytesOf(test, 'salt'),
            bytesOf(test, 'info'),
          ];
          const bytes = Number(test.get('l'));
          return !hkdf({ hash: 'sha256', ikm, salt, info, bytes }).equals(bytesOf(test, 'okm'));
        });
        expect(cases.length).toBeGreaterThan(0);
        expect(wrong).toEqual([]);
      },
    );

    it('Ed25519 signs and verifies byte for byte', () => {
      const lines = readCavp('asymmetric/Ed25519/sign.input')
        .split('\n')
        .filter((line) => line !== '');
      const wrong = lines.filter((line) => {
        const [secret = '', publicKey = '', message = '', signed = ''] = line.split(':');
        const key = takeEd25519Seed(hex(secret).subarray(0, 32));
        const signature = hex(signed).subarray(0, 64);
        return !(
          ed25519PublicBytes(key).equals(hex(publicKey)) &&
          signEd25519(key, hex(message)).equals(signature) &&
          verifyEd25519(key, hex(message), signature)
        );
      });
      expect(lines).toHaveLength(1024);
      expect(wrong).toEqual([]);
    });
  },
);
