import { KEK_SETTINGS, type KekEntry, type KekProvider, openKekProvider } from '@app/kek';
import { readEntries } from '@app/config';
import type { Faults } from '../../support/key-services/faults.js';

/** A key service that is up, with one master key in it. */
export interface RunningBackend {
  /** A provider of that master key, as a new process would open it. */
  open(): Promise<KekProvider>;
  /** A provider of another master key of the same service. */
  openOther(): Promise<KekProvider>;
  /** Texts and bytes that must not be in any error. */
  readonly secrets: readonly string[];
  /** Faults between the provider and its service; absent for a master key without a service. */
  readonly faults?: Faults;
  /** Disables the master key, or enables it again. */
  readonly setEnabled?: (isEnabled: boolean) => Promise<void>;
  stop(): Promise<void>;
}

/** Something that the suites run against. */
export interface KekBackend {
  /** `kind`, and what stands in for the real service. */
  readonly title: string;
  readonly kind: string;
  /** Whether this machine has it; `npm test` says aloud where not, and CI fails where it is expected. */
  readonly isThere: boolean;
  /** What the stand-in does that the real service does not. */
  readonly quirks?: {
    /** A ciphertext of another key is said to be forbidden rather than wrong. */
    readonly forbidsOtherKeys?: true;
    /** Nothing stands in between that could fail, and no key can be disabled: the specs of the kind have what there is of that. */
    readonly hasNoFaults?: true;
    /** A disabled key still works. */
    readonly hasNoDisabledKeys?: true;
  };
  start(): Promise<RunningBackend>;
}

/** Quick where the defaults are patient, so that a suite need not wait; the same numbers otherwise. */
export const TEST_RESILIENCE = {
  tryTimeout: '400ms',
  tries: 3,
  breakerFailures: 6,
  breakerPause: '500ms',
};

/** Opens a provider from its entry in the configuration, as the application does. */
export async function openEntry(entry: object): Promise<KekProvider> {
  const [first] = readEntries(KEK_SETTINGS, [entry], '.');
  const { kind } = first as KekEntry;
  return openKekProvider(kind, first as never);
}
