import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeGcpKms } from '../../../support/key-services/fake-gcp-kms.js';
import { makeServerCertificate } from '../../../support/key-services/server-certificate.js';
import { type KekBackend, openEntry, type RunningBackend, TEST_RESILIENCE } from '../backend.js';

const RING = 'projects/keyward/locations/europe-west3/keyRings/test/cryptoKeys';

async function start(): Promise<RunningBackend> {
  const certificate = makeServerCertificate();
  const kms = await FakeGcpKms.start(certificate);
  const [key, other] = [`${RING}/keyward`, `${RING}/other`];
  for (const name of [key, other]) kms.keys.create(name);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-gcp-'));
  const [ca, serviceAccount] = [join(folder, 'ca.pem'), join(folder, 'account.json')];
  writeFileSync(ca, certificate.ca);
  writeFileSync(serviceAccount, kms.credentials, { mode: 0o600 });
  const open = (keyName: string) =>
    openEntry({
      kind: 'gcp-kms',
      name: 'gcp',
      keyName,
      serviceAccount: { file: serviceAccount },
      endpoint: kms.endpoint,
      ca,
      // The first call opens a channel.
      resilience: { ...TEST_RESILIENCE, tryTimeout: '800ms' },
    });
  const { private_key: privateKey } = JSON.parse(kms.credentials) as { private_key: string };
  return {
    open: () => open(key),
    openOther: () => open(other),
    secrets: [privateKey, privateKey.split('\n')[1] ?? privateKey],
    faults: kms.faults,
    setEnabled: (isEnabled) => {
      kms.keys.setEnabled(key, 1, isEnabled);
      return Promise.resolve();
    },
    stop: () => {
      rmSync(folder, { recursive: true });
      kms.stop();
      return Promise.resolve();
    },
  };
}

export const GCP_KMS: KekBackend = {
  title: 'gcp-kms (fake)',
  kind: 'gcp-kms',
  isThere: true,
  start,
};
