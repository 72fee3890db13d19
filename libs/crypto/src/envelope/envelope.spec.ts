import { generateKeyPairSync } from 'node:crypto';
import { encodeBase64 } from '@app/encoding';
import { AppError } from '@app/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ed25519PublicBytes, signEd25519, takeEd25519Seed } from '../hazmat/ed25519.js';
import { encodePae, fingerprintOf } from './envelope.js';
import { openEnvelope } from './open-envelope.js';
import { signEnvelope } from './sign-envelope.js';

const TYPE = 'application/vnd.keyward.test+json';
const KEY = takeEd25519Seed(Buffer.alloc(32, 7));
const PUBLIC_KEY = encodeBase64(ed25519PublicBytes(KEY));
const OTHER = generateKeyPairSync('ed25519').privateKey;

function payloadWith(text: string): Buffer {
  return Buffer.from(JSON.stringify({ text, publicKey: PUBLIC_KEY }));
}

const PAYLOAD = payloadWith('hello');
const ENVELOPE = signEnvelope(KEY, TYPE, PAYLOAD);
const [SIGNATURE] = ENVELOPE.signatures;

function refusal(action: () => unknown): { code: string; field: string | undefined } | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return { code: error.code, field: error.errors?.[0]?.field };
  }
}

function refusalOf(envelope: unknown): { code: string; field: string | undefined } | undefined {
  return refusal(() => openEnvelope(envelope, TYPE));
}

function refused(field: string): { code: string; field: string } {
  return { code: 'invalid_request', field };
}

/** An envelope signed by whatever key, under whatever name. */
function forge(payload: Buffer, keyid: string, key = KEY): unknown {
  const sig = encodeBase64(signEd25519(key, encodePae(TYPE, payload)));
  return { payloadType: TYPE, payload: encodeBase64(payload), signatures: [{ keyid, sig }] };
}

describe('PAE', () => {
  it('is that of the example of DSSE v1', () => {
    const pae = encodePae('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(pae.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });

  it('counts bytes, not characters', () => {
    expect(encodePae('ä', Buffer.from('ö€')).toString()).toBe('DSSEv1 2 ä 5 ö€');
  });
});

describe('an envelope', () => {
  it('opens to the bytes that were signed and to the signer', () => {
    const opened = openEnvelope(ENVELOPE, TYPE);
    expect(opened.payload).toEqual(PAYLOAD);
    expect(opened.publicKey).toEqual(ed25519PublicBytes(KEY));
    expect(opened.fingerprint).toBe(fingerprintOf(KEY));
    expect(opened.fingerprint).toBe(fingerprintOf(opened.publicKey));
  });

  it('is not parsed before it is verified: a payload need not even be JSON', () => {
    const payload = Buffer.from(`}{ "publicKey" : "${PUBLIC_KEY}"`);
    expect(openEnvelope(signEnvelope(KEY, TYPE, payload), TYPE).payload).toEqual(payload);
  });

  it('is verified by the key that it names, whatever other keys stand in its payload', () => {
    const other = encodeBase64(ed25519PublicBytes(OTHER));
    const payload = Buffer.from(
      JSON.stringify({ a: { publicKey: other }, b: { publicKey: PUBLIC_KEY } }),
    );
    expect(openEnvelope(signEnvelope(KEY, TYPE, payload), TYPE).fingerprint).toBe(
      fingerprintOf(KEY),
    );
  });

  it('takes no key out of a text within the payload', () => {
    const payload = Buffer.from(JSON.stringify({ text: `"publicKey":"${PUBLIC_KEY}"` }));
    expect(refusalOf(forge(payload, fingerprintOf(KEY)))).toEqual(refused('envelope.payload'));
  });

  it('is not signed where it would not open again', () => {
    const action = (): unknown => signEnvelope(OTHER, TYPE, PAYLOAD);
    expect(refusal(action)?.code).toBe('internal');
  });

  it('is refused with any bit of payload or signature changed', () => {
    const flip = (text: string, bit: number): string => {
      const bytes = Buffer.from(text, 'base64');
      bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return encodeBase64(bytes);
    };
    fc.assert(
      fc.property(
        fc.nat({ max: PAYLOAD.length * 8 - 1 }),
        fc.nat({ max: 511 }),
        (inPayload, inSig) => {
          const payload = { ...ENVELOPE, payload: flip(ENVELOPE.payload, inPayload) };
          const sig = {
            ...ENVELOPE,
            signatures: [{ ...SIGNATURE, sig: flip(SIGNATURE.sig, inSig) }],
          };
          expect(refusalOf(payload)?.code).toBe('invalid_request');
          expect(refusalOf(sig)).toEqual(refused('envelope.signatures[0].sig'));
        },
      ),
    );
  });

  it('is refused where it names a key that did not sign', () => {
    const other = encodeBase64(ed25519PublicBytes(OTHER));
    const payload = Buffer.from(JSON.stringify({ publicKey: other }));
    expect(refusalOf(forge(payload, fingerprintOf(OTHER)))).toEqual(
      refused('envelope.signatures[0].sig'),
    );
  });

  it('is never taken for one of another type', () => {
    const relabelled = { ...ENVELOPE, payloadType: `${TYPE}2` };
    expect(refusalOf(relabelled)).toEqual(refused('envelope.payloadType'));
    expect(refusal(() => openEnvelope(relabelled, `${TYPE}2`))).toEqual(
      refused('envelope.signatures[0].sig'),
    );
  });

  it.each([
    ['no object', null, 'envelope'],
    ['a list', [ENVELOPE], 'envelope'],
    ['another member', { ...ENVELOPE, x: 1 }, 'envelope'],
    ['no type', { ...ENVELOPE, payloadType: undefined }, 'envelope.payloadType'],
    ['no payload', { payloadType: TYPE, signatures: [SIGNATURE] }, 'envelope.payload'],
    ['a payload that is no text', { ...ENVELOPE, payload: 1 }, 'envelope.payload'],
    [
      'a payload in base64url',
      { ...ENVELOPE, payload: encodeBase64(PAYLOAD).replaceAll('=', '') + '_' },
      'envelope.payload',
    ],
    ['no signature', { ...ENVELOPE, signatures: [] }, 'envelope.signatures'],
    ['two signatures', { ...ENVELOPE, signatures: [SIGNATURE, SIGNATURE] }, 'envelope.signatures'],
    [
      'a fingerprint in capitals',
      { ...ENVELOPE, signatures: [{ ...SIGNATURE, keyid: SIGNATURE.keyid.toUpperCase() }] },
      'envelope.signatures[0].keyid',
    ],
    [
      'a signature of 63 bytes',
      { ...ENVELOPE, signatures: [{ ...SIGNATURE, sig: encodeBase64(Buffer.alloc(63)) }] },
      'envelope.signatures[0].sig',
    ],
    [
      'another member in its signature',
      { ...ENVELOPE, signatures: [{ ...SIGNATURE, cert: '' }] },
      'envelope.signatures[0]',
    ],
  ])('is refused with %s', (_what, envelope, field) => {
    expect(refusalOf(envelope)).toEqual(refused(field));
  });

  it('is refused unread where it is too large', () => {
    const envelope = { ...ENVELOPE, payload: 'A'.repeat(44_739_248) };
    expect(refusalOf(envelope)?.code).toBe('payload_too_large');
  });
});
