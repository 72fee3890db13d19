import type { Surroundings } from './app-environment.js';
import type { GivenDatabases } from './databases.js';
import type { DemandedPorts } from './ports.js';

/** How a local system is started. */
export interface SystemOptions {
  /** Made where it does not exist. */
  readonly dataDirectory: string;
  readonly ports?: DemandedPorts;
  /** 1 by default. */
  readonly encryptionReplicas?: number;
  /** 1 by default. */
  readonly coreReplicas?: number;
  /** Databases in place of the embedded ones. */
  readonly databases?: GivenDatabases;
  /** Further variables for the apps; they win over what the launcher sets. */
  readonly environment?: Surroundings['extra'];
  /** Told in words when a process died and is started again. */
  readonly onEvent?: (text: string) => void;
  /** Breaks off a start that is under way; its reason is what the start then fails with. */
  readonly signal?: AbortSignal;
}
