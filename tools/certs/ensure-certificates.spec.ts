import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Clock, SystemClock } from '@app/ambient';
import { type CertificateRequest, ensureCertificates } from './ensure-certificates.js';
import { alternativeNamesOf } from './reason-to-issue.js';

const NAMES = ['ca', 'server', 'client', 'core'] as const;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

class LaterClock extends Clock {
  constructor(private readonly days: number) {
    super();
  }

  now(): Date {
    return new Date(new SystemClock().nowMillis() + this.days * 86_400_000);
  }
}

let folder: string;

function ensure(request: Partial<CertificateRequest> = {}) {
  return ensureCertificates({ folder, clock: new SystemClock(), ...request });
}

function read(name: string): X509Certificate {
  return new X509Certificate(readFileSync(join(folder, `${name}.pem`)));
}

function publicKeys(): Buffer[] {
  return NAMES.map((name) => read(name).publicKey.export({ type: 'spki', format: 'der' }));
}

function serials(): string[] {
  return NAMES.map((name) => read(name).serialNumber);
}

function pair(name: string): { cert: Buffer; key: Buffer } {
  return {
    cert: readFileSync(join(folder, `${name}.pem`)),
    key: readFileSync(join(folder, `${name}.key`)),
  };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'certs-'));
  const { issued } = await ensure();
  expect(issued.map(({ name }) => name).sort()).toEqual([...NAMES].sort());
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('ensureCertificates', () => {
  it('makes a CA that issues leaves only', () => {
    const ca = read('ca');
    expect(ca.ca).toBe(true);
    expect(ca.verify(ca.publicKey)).toBe(true);
    // basicConstraints (2.5.29.19), critical: cA TRUE, pathLenConstraint 0
    const constraints = Buffer.from('0603551d130101ff040830060101ff020100', 'hex');
    expect(ca.raw.includes(constraints)).toBe(true);
  });

  it.each([
    ['server', SERVER_AUTH, ['localhost', '127.0.0.1', '::1']],
    ['client', CLIENT_AUTH, ['urn:keyward:development:client']],
    ['core', CLIENT_AUTH, ['urn:keyward:development:core']],
  ])('makes a leaf "%s" for its one purpose', (name, purpose, alternativeNames) => {
    const leaf = read(name);
    expect(leaf.checkIssued(read('ca'))).toBe(true);
    expect(leaf.verify(read('ca').publicKey)).toBe(true);
    expect(leaf.checkPrivateKey(createPrivateKey(pair(name).key))).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.keyUsage).toEqual([purpose]);
    expect(alternativeNamesOf(leaf)).toEqual(alternativeNames);
  });

  it('gives every certificate a serial number of its own', () => {
    expect(new Set(serials()).size).toBe(NAMES.length);
    expect(serials().every((serial) => /^[4-7][0-9A-F]{31}$/.test(serial))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('keeps keys from other users', () => {
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of NAMES) {
      expect(statSync(join(folder, `${name}.key`)).mode & 0o777).toBe(0o600);
    }
  });

  it.each(['localhost', '127.0.0.1', '::1'])(
    'serves mutual TLS 1.3 to a client of %s',
    async (host) => {
      const ca = readFileSync(join(folder, 'ca.pem'));
      const tls = { ca, minVersion: 'TLSv1.3' } as const;
      const server = createServer({
        ...tls,
        ...pair('server'),
        requestCert: true,
        rejectUnauthorized: true,
      });
      server.listen(0);
      await once(server, 'listening');
      const connected = once(server, 'secureConnection') as Promise<[TLSSocket]>;
      const { port } = server.address() as AddressInfo;
      const client = connect({
        ...tls,
        ...pair('client'),
        host,
        servername: host === 'localhost' ? host : '',
        port,
      });
      await once(client, 'secureConnect');
      const [peer] = await connected;
      expect(client.authorized).toBe(true);
      expect(peer.authorized).toBe(true);
      expect(peer.getPeerX509Certificate()?.serialNumber).toBe(read('client').serialNumber);
      client.destroy();
      server.close();
    },
  );

  it('does nothing when all is in order', async () => {
    const before = serials();
    expect((await ensure()).issued).toEqual([]);
    expect((await ensure({ clock: new LaterClock(334) })).issued).toEqual([]);
    expect(serials()).toEqual(before);
  });

  it('renews what has less than 30 days left, for the same key pairs', async () => {
    const [keys, before] = [publicKeys(), serials()];
    const clock = new LaterClock(336);
    const { issued } = await ensure({ clock });
    expect(issued.map(({ reason }) => reason)).toEqual(['expiry', 'expiry', 'expiry']);
    expect(publicKeys()).toEqual(keys);
    expect(serials()[0]).toBe(before[0]);
    expect(read('server').validToDate.getTime()).toBeGreaterThan(clock.nowMillis());
  });

  it('renews the CA before a leaf could outlive it; leaves issued before stay valid', async () => {
    const [keys, leaf] = [publicKeys(), read('client')];
    const { issued } = await ensure({ clock: new LaterClock(3300) });
    expect(issued.map(({ name }) => name)).toContain('ca');
    expect(publicKeys()).toEqual(keys);
    expect(leaf.checkIssued(read('ca'))).toBe(true);
    expect(leaf.verify(read('ca').publicKey)).toBe(true);
  });

  it('issues anew what was made while the clock was ahead', async () => {
    const { issued } = await ensure();
    expect(issued.map(({ reason }) => reason)).toEqual(NAMES.map(() => 'not yet valid'));
    expect(read('ca').validFromDate.getTime()).toBeLessThan(new SystemClock().nowMillis());
  });

  it('adds names to the server certificate, and keeps them', async () => {
    const { issued } = await ensure({ hosts: ['core-platform', '10.0.0.7', 'fd00::1'] });
    expect(issued).toEqual([{ name: 'server', reason: 'new name' }]);
    expect((await ensure()).issued).toEqual([]);
    expect(alternativeNamesOf(read('server'))).toEqual([
      'localhost',
      '127.0.0.1',
      '::1',
      'core-platform',
      '10.0.0.7',
      'fd00::1',
    ]);
  });

  it('issues a leaf anew when its key is lost', async () => {
    rmSync(join(folder, 'core.key'));
    expect((await ensure()).issued).toEqual([{ name: 'core', reason: 'new key' }]);
  });

  it('replaces every key on demand, and sets the old files aside', async () => {
    const keys = publicKeys();
    const { replaced } = await ensure({ newKeys: true });
    publicKeys().forEach((key, index) => {
      expect(key).not.toEqual(keys[index]);
    });
    expect(readdirSync(replaced ?? '')).toHaveLength(8);
    expect(alternativeNamesOf(read('server'))).toContain('core-platform');
  });

  it('does without the key of the CA until something has to be issued', async () => {
    rmSync(join(folder, 'ca.key'));
    expect((await ensure()).issued).toEqual([]);
    rmSync(join(folder, 'core.key'));
    await expect(ensure()).rejects.toMatchObject({ code: 'authority_key_missing' });
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });
});
