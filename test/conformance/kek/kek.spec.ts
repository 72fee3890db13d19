import { afterAll, beforeAll, describe } from 'vitest';
import type { RunningBackend } from './backend.js';
import { BACKENDS } from './backends.js';
import { describeFaults } from './fault-suite.js';
import { describeRecords } from './record-suite.js';

for (const backend of BACKENDS) {
  describe.runIf(backend.isThere)(`the master key ${backend.title}`, () => {
    let running: RunningBackend;

    beforeAll(async () => {
      running = await backend.start();
    });

    afterAll(async () => {
      await running.stop();
    });

    describeRecords(backend, () => running);
    if (backend.quirks?.hasNoFaults === true) return;
    describe('whose service', () => {
      describeFaults(backend, () => running);
    });
  });
}
