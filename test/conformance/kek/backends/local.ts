import { openKekProvider, type KekProvider } from '@app/kek';
import { SecretBytes } from '@app/secret';
import type { KekBackend } from '../backend.js';

function open(name: string, fill: number): Promise<KekProvider> {
  return openKekProvider('local', {
    name,
    key: SecretBytes.copyOf(Buffer.alloc(32, fill)),
  });
}

export const LOCAL: KekBackend = {
  title: 'local',
  kind: 'local',
  isThere: true,
  quirks: { hasNoFaults: true },
  start: () =>
    Promise.resolve({
      open: () => open('default', 1),
      openOther: () => open('other', 2),
      secrets: [Buffer.alloc(32, 1).toString('base64')],
      stop: () => Promise.resolve(),
    }),
};
