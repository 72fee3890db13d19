import type { DemandedPorts } from '../launcher/ports.js';

/** Any free ports, so that a trial can run beside a system that has the usual ones. */
export const ANY_PORT: DemandedPorts = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };
