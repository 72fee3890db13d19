import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { findProgram } from '../../../../tools/emulators/emulators.mjs';
import type { Emulator } from '../../../support/key-services/emulator-process.js';
import { startLocalStack, startMoto } from '../../../support/key-services/emulators.js';
import { startFaultProxy } from '../../../support/key-services/fault-proxy.js';
import { Faults } from '../../../support/key-services/faults.js';
import { type KekBackend, openEntry, type RunningBackend, TEST_RESILIENCE } from '../backend.js';

const SECRET = 'the-secret-of-a-test';

async function start(startEmulator: () => Promise<Emulator>): Promise<RunningBackend> {
  const emulator = await startEmulator();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const admin = new KMSClient({ endpoint: emulator.url, region: 'eu-west-1', credentials });
  const createKey = async (): Promise<string> =>
    (await admin.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
  const [key, other] = [await createKey(), await createKey()];
  const faults = new Faults();
  const proxy = await startFaultProxy(emulator.url, faults);
  const folder = mkdtempSync(join(tmpdir(), 'keyward-aws-'));
  const file = join(folder, 'secret');
  writeFileSync(file, SECRET, { mode: 0o600 });
  const open = (keyArn: string) =>
    openEntry({
      kind: 'aws-kms',
      name: 'aws',
      keyArn,
      endpoint: proxy.url,
      credentials: { accessKeyId: 'test', secretAccessKey: { file } },
      resilience: TEST_RESILIENCE,
    });
  return {
    open: () => open(key),
    openOther: () => open(other),
    secrets: [SECRET],
    faults,
    setEnabled: async (isEnabled) => {
      const Command = isEnabled ? EnableKeyCommand : DisableKeyCommand;
      await admin.send(new Command({ KeyId: key }));
    },
    stop: async () => {
      admin.destroy();
      rmSync(folder, { recursive: true });
      await proxy.stop();
      await emulator.stop();
    },
  };
}

export const AWS_KMS_MOTO: KekBackend = {
  title: 'aws-kms (moto)',
  kind: 'aws-kms',
  isThere: findProgram('moto', 'moto_server') !== undefined,
  quirks: { forbidsOtherKeys: true, hasNoDisabledKeys: true },
  start: () => start(startMoto),
};

export const AWS_KMS_LOCALSTACK: KekBackend = {
  title: 'aws-kms (LocalStack)',
  kind: 'aws-kms',
  isThere: findProgram('localstack', 'python') !== undefined,
  start: () => start(startLocalStack),
};
