import { availableParallelism, cpus, release, totalmem } from 'node:os';
import type { Clock } from '@app/ambient';
import type { Cores } from './pinning.js';

/** What figures depend on besides the program. */
export interface MachineFacts {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly operatingSystem: string;
  readonly node: string;
  readonly openssl: string;
  /** Which part ran on which cores, or why they were not separated. */
  readonly pinning: Cores | string;
}

export function machineFacts(clock: Clock, pinning: Cores | string): MachineFacts {
  return {
    date: clock.now().toISOString(),
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    operatingSystem: `${process.platform} ${release()} ${process.arch}`,
    node: process.versions.node,
    openssl: process.versions.openssl,
    pinning,
  };
}

/** The facts in a few lines for a person. */
export function describeMachine(facts: MachineFacts): string[] {
  const { pinning, processor, cores, node, openssl, operatingSystem } = facts;
  const where =
    typeof pinning === 'string'
      ? `not pinned (${pinning}): server, load and database take each other's time`
      : `server on core ${pinning.server.join(',')}, load on ${pinning.load.join(',')}, ` +
        `PostgreSQL on ${pinning.database.join(',')}`;
  return [
    `${processor}, ${cores.toString()} cores, ${operatingSystem}, Node.js ${node}, OpenSSL ${openssl}`,
    where,
  ];
}
