import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../../../../tools/emulators/emulators.mjs';
import { startOpenBao } from '../../../support/key-services/emulators.js';
import { startFaultProxy } from '../../../support/key-services/fault-proxy.js';
import { Faults } from '../../../support/key-services/faults.js';
import { OpenBaoAdmin } from '../../../support/key-services/open-bao-admin.js';
import { type KekBackend, openEntry, type RunningBackend, TEST_RESILIENCE } from '../backend.js';

async function start(): Promise<RunningBackend> {
  const server = await startOpenBao();
  const admin = new OpenBaoAdmin(server.url);
  await admin.mountTransit();
  for (const key of ['keyward', 'other']) await admin.createKey(key);
  const token = await admin.createToken(['keyward', 'other']);
  const faults = new Faults();
  const proxy = await startFaultProxy(server.url, faults);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-vault-'));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const open = (key: string) =>
    openEntry({
      kind: 'vault-transit',
      name: 'vault',
      url: proxy.url,
      key,
      tokenFile,
      resilience: TEST_RESILIENCE,
    });
  return {
    open: () => open('keyward'),
    openOther: () => open('other'),
    secrets: [token],
    faults,
    setEnabled: (isEnabled) => admin.setEnabled('keyward', isEnabled),
    stop: async () => {
      rmSync(folder, { recursive: true });
      await proxy.stop();
      await server.stop();
    },
  };
}

export const VAULT_TRANSIT: KekBackend = {
  title: 'vault-transit (OpenBao)',
  kind: 'vault-transit',
  isThere: findProgram('openbao', 'bao') !== undefined,
  start,
};
