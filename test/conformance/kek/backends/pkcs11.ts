import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KekProvider } from '@app/kek';
import { vi } from 'vitest';
import { SoftHsm } from '../../../support/key-services/soft-hsm.js';
import { findSoftHsm } from '../../../../tools/emulators/soft-hsm.mjs';
import { type KekBackend, openEntry, type RunningBackend } from '../backend.js';

const MODULE = findSoftHsm();

function start(addKey: (hsm: SoftHsm, label: string) => void): Promise<RunningBackend> {
  const hsm = new SoftHsm(MODULE ?? '');
  for (const label of ['keyward', 'other']) addKey(hsm, label);
  vi.stubEnv('SOFTHSM2_CONF', hsm.configuration);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-pkcs11-'));
  const pin = join(folder, 'pin');
  writeFileSync(pin, hsm.pin, { mode: 0o600 });
  const opened: KekProvider[] = [];
  const open = async (label: string): Promise<KekProvider> => {
    const provider = await openEntry({
      kind: 'pkcs11',
      name: 'hsm',
      module: MODULE,
      uri: `pkcs11:token=${hsm.label};object=${label}`,
      pin: { file: pin },
      // SoftHSM has no other.
      oaepHash: 'sha1',
    });
    opened.push(provider);
    return provider;
  };
  return Promise.resolve({
    open: () => open('keyward'),
    openOther: () => open('other'),
    secrets: [hsm.pin],
    stop: async () => {
      for (const provider of opened) await provider.close();
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
      hsm.remove();
    },
  });
}

/** Wraps with AES-GCM, bound to the place of the record. */
export const PKCS11_AES: KekBackend = {
  title: 'pkcs11 (SoftHSM, AES)',
  kind: 'pkcs11',
  isThere: MODULE !== undefined,
  quirks: { hasNoFaults: true },
  start: () =>
    start((hsm, label) => {
      hsm.addAesKey(label);
    }),
};

/** Wraps with RSA-OAEP, bound to nothing by itself. */
export const PKCS11_RSA: KekBackend = {
  title: 'pkcs11 (SoftHSM, RSA)',
  kind: 'pkcs11',
  isThere: MODULE !== undefined,
  quirks: { hasNoFaults: true },
  start: () =>
    start((hsm, label) => {
      hsm.addRsaKey(label);
    }),
};
