import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AZURE_APPLICATION, FakeKeyVault } from '../../../support/key-services/fake-key-vault.js';
import { makeServerCertificate } from '../../../support/key-services/server-certificate.js';
import { type KekBackend, openEntry, type RunningBackend, TEST_RESILIENCE } from '../backend.js';

async function start(): Promise<RunningBackend> {
  const certificate = makeServerCertificate();
  const vault = await FakeKeyVault.start(certificate);
  const [key, other] = [vault.keys.create('keyward'), vault.keys.create('other')];
  const folder = mkdtempSync(join(tmpdir(), 'keyward-azure-'));
  const [ca, clientSecret] = [join(folder, 'ca.pem'), join(folder, 'secret')];
  writeFileSync(ca, certificate.ca);
  writeFileSync(clientSecret, AZURE_APPLICATION.clientSecret, { mode: 0o600 });
  const open = (keyUrl: string) =>
    openEntry({
      kind: 'azure-key-vault',
      name: 'azure',
      keyUrl,
      credential: 'client-secret',
      tenantId: AZURE_APPLICATION.tenantId,
      clientId: AZURE_APPLICATION.clientId,
      clientSecret: { file: clientSecret },
      authority: vault.url,
      ca,
      // Azure's challenge names a domain that a fake on this machine is no part of.
      insecureAnyChallenge: true,
      // Signing in is three requests more.
      resilience: { ...TEST_RESILIENCE, tryTimeout: '800ms' },
    });
  return {
    open: () => open(key),
    openOther: () => open(other),
    secrets: [AZURE_APPLICATION.clientSecret],
    faults: vault.faults,
    setEnabled: (isEnabled) => {
      vault.keys.setEnabled(key, isEnabled);
      return Promise.resolve();
    },
    stop: async () => {
      rmSync(folder, { recursive: true });
      await vault.stop();
    },
  };
}

export const AZURE_KEY_VAULT: KekBackend = {
  title: 'azure-key-vault (fake)',
  kind: 'azure-key-vault',
  isThere: true,
  start,
};
