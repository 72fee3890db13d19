import {
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Clock, SystemClock } from '@app/ambient';
import { issueCertificate } from '../../tools/certs/issue-certificate.js';
import { LEAVES, type Profile } from '../../tools/certs/profile.js';
import { ServiceApp } from '../support/service-app.js';

const DAY = 86_400_000;

let service: ServiceApp;
let authority: KeyObject;
let stranger: KeyObject;
let subject: KeyObject;
let now: number;
/** Of the CA that the service trusts. */
let authorityName: string;

beforeAll(async () => {
  service = await ServiceApp.start();
  authority = createPrivateKey(readFileSync(join(service.folder, 'ca.key')));
  const { subject: name } = new X509Certificate(readFileSync(join(service.folder, 'ca.pem')));
  authorityName = name.replace(/^CN=/, '');
  const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  [stranger, subject] = [pair(), pair()];
  now = new SystemClock().nowMillis();
});

afterAll(async () => {
  await service.stop();
});

class FixedClock extends Clock {
  constructor(private readonly millis: number) {
    super();
  }

  now(): Date {
    return new Date(this.millis);
  }
}

const CLIENT = LEAVES.find(({ name }) => name === 'client') as Profile;
const SERVER = LEAVES.find(({ name }) => name === 'server') as Profile;

function certificate(
  profile: Profile,
  key: KeyObject,
  commonName = authorityName,
  at = now,
): string {
  const clock = new FixedClock(at);
  return issueCertificate({ profile, key: subject, issuer: { key, commonName }, clock });
}

/** All bytes that come back on a request, and what ended it. A refused peer gets none. */
async function talk(options: ConnectionOptions): Promise<{ bytes: string; isReused: boolean }> {
  const { port } = new URL(service.url());
  const ca = readFileSync(join(service.folder, 'ca.pem'));
  return new Promise((resolve) => {
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      ca,
      servername: 'localhost',
      ...options,
    });
    let bytes = '';
    let isReused = false;
    socket.on('secureConnect', () => {
      isReused = socket.isSessionReused();
      socket.write('GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve({ bytes, isReused });
    });
  });
}

function own(cert: string): ConnectionOptions {
  return { cert, key: subject.export({ type: 'pkcs8', format: 'pem' }) };
}

function good(): ConnectionOptions {
  const read = (name: string) => readFileSync(join(service.folder, name));
  return { cert: read('client.pem'), key: read('client.key') };
}

describe('the data port', () => {
  it('answers a client of its CA over TLS 1.3', async () => {
    const { bytes } = await talk(good());
    expect(bytes).toMatch(/^HTTP\/1\.1 200 /);
    expect((await talk(own(certificate(CLIENT, authority)))).bytes).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each<[string, () => ConnectionOptions]>([
    ['no certificate', () => ({})],
    ['a self-signed certificate', () => own(certificate(CLIENT, subject, CLIENT.commonName))],
    ['a certificate of another CA of the same name', () => own(certificate(CLIENT, stranger))],
    [
      'an expired certificate',
      () => own(certificate({ ...CLIENT, validDays: 1 }, authority, undefined, now - 3 * DAY)),
    ],
    [
      'a certificate that is not valid yet',
      () => own(certificate(CLIENT, authority, undefined, now + 3 * DAY)),
    ],
    ['a server certificate', () => own(certificate(SERVER, authority))],
    ['TLS 1.2', () => ({ ...good(), maxVersion: 'TLSv1.2' })],
    ['a key exchange of P-256 alone', () => ({ ...good(), ecdhCurve: 'prime256v1' })],
  ])('gives no HTTP byte to a client with %s', async (_, options) => {
    expect((await talk(options())).bytes).toBe('');
  });

  it('takes X25519MLKEM768, and X25519 from a client that has no other', async () => {
    for (const ecdhCurve of ['X25519MLKEM768', 'X25519']) {
      expect((await talk({ ...good(), ecdhCurve })).bytes).toMatch(/^HTTP\/1\.1 200 /);
    }
  });

  it('resumes no session', async () => {
    const sessions: Buffer[] = [];
    const { port } = new URL(service.url());
    const options = {
      ...good(),
      ca: readFileSync(join(service.folder, 'ca.pem')),
      servername: 'localhost',
    };
    const first = connect({ host: '127.0.0.1', port: Number(port), ...options });
    first.on('session', (session) => sessions.push(session));
    await new Promise((resolve) => first.once('secureConnect', resolve));
    await new Promise((resolve) => setTimeout(resolve, 200));
    first.destroy();
    const session = sessions.at(-1);
    const { isReused, bytes } = await talk({
      ...good(),
      ...(session === undefined ? {} : { session }),
    });
    expect(bytes).toMatch(/^HTTP\/1\.1 200 /);
    expect(isReused).toBe(false);
  });

  it('answers broken HTTP with a problem', async () => {
    const { port } = new URL(service.url());
    const ca = readFileSync(join(service.folder, 'ca.pem'));
    const bytes = await new Promise<string>((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(port),
        ca,
        servername: 'localhost',
        ...good(),
      });
      let text = '';
      socket.on('secureConnect', () =>
        socket.write('POST /v1/encrypt HTTP/1.1\r\nContent-Length: x\r\n\r\n'),
      );
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(bytes).toMatch(/^HTTP\/1\.1 400 .*"code":"invalid_request"/s);
  });

  it.each([
    [
      'Transfer-Encoding: xchunked',
      'POST /v1/encrypt HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n',
    ],
    [
      'both lengths',
      'POST /v1/encrypt HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('gives nothing but a refusal for %s', async (_, text) => {
    const { port } = new URL(service.url());
    const ca = readFileSync(join(service.folder, 'ca.pem'));
    const bytes = await new Promise<string>((resolve) => {
      const socket = connect({
        host: '127.0.0.1',
        port: Number(port),
        ca,
        servername: 'localhost',
        ...good(),
      });
      let answer = '';
      socket.on('secureConnect', () => socket.end(text));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
      socket.on('close', () => {
        resolve(answer);
      });
    });
    expect(bytes).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});
