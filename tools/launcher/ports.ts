import { findFreePort, isPortFree } from '../network/free-port.js';
import type { DataFolder } from './data-folder.js';
import { LauncherError } from './launcher-error.js';

const FILE = 'ports.json';

export type PortName = 'encryption' | 'operations' | 'core' | 'coreOperations';

/** The ports that are asked for by flags: of the first replica, 0 for any free one. */
export type DemandedPorts = Partial<Readonly<Record<PortName, number>>>;

/** A port for each replica, by name. */
export type Ports = Readonly<Record<PortName, readonly number[]>>;

const DEFAULTS: Readonly<Record<PortName, number>> = {
  encryption: 8443,
  operations: 8444,
  core: 9443,
  coreOperations: 9444,
};

const FLAGS: Readonly<Record<PortName, string>> = {
  encryption: '--encryption-port',
  operations: '--operations-port',
  core: '--core-port',
  coreOperations: '--core-operations-port',
};

class PortChoice {
  readonly #taken = new Set<number>();

  async demanded(name: PortName, port: number): Promise<number> {
    if (this.#taken.has(port) || !(await isPortFree(port))) {
      const message = `Port ${port.toString()} (${FLAGS[name]}) is taken already. Choose another, or 0 for any free one.`;
      throw new LauncherError('port_busy', message);
    }
    return this.#take(port);
  }

  async firstFree(wishes: readonly (number | undefined)[]): Promise<number> {
    for (const port of wishes) {
      if (port !== undefined && !this.#taken.has(port) && (await isPortFree(port))) {
        return this.#take(port);
      }
    }
    return this.#take(await findFreePort(this.#taken));
  }

  #take(port: number): number {
    this.#taken.add(port);
    return port;
  }
}

async function choose(
  choice: PortChoice,
  name: PortName,
  demanded: number | undefined,
  remembered: readonly number[],
  count: number,
): Promise<number[]> {
  const ports: number[] = [];
  for (let replica = 0; replica < count; replica += 1) {
    const isFirst = replica === 0;
    if (isFirst && demanded !== undefined && demanded !== 0) {
      ports.push(await choice.demanded(name, demanded));
    } else if (isFirst && demanded === 0) {
      ports.push(await choice.firstFree([]));
    } else {
      ports.push(
        await choice.firstFree([remembered[replica], isFirst ? DEFAULTS[name] : undefined]),
      );
    }
  }
  return ports;
}

/**
 * Chooses the ports: what a flag demands, else those of last time, else the usual ones, else any; in each case only what is free.
 *
 * @throws LauncherError `port_busy` for a demanded one.
 */
export async function choosePorts(
  folder: DataFolder,
  demanded: DemandedPorts,
  replicas: { readonly encryption: number; readonly core: number },
): Promise<Ports> {
  const remembered = (folder.readJson(FILE) ?? {}) as Partial<Ports>;
  const choice = new PortChoice();
  const of = (name: PortName, count: number): Promise<number[]> =>
    choose(choice, name, demanded[name], remembered[name] ?? [], count);
  // One after the other: a demanded port must not be given to what is chosen before it.
  const names = (Object.keys(DEFAULTS) as PortName[]).sort(
    (a, b) => Number(!demanded[a]) - Number(!demanded[b]),
  );
  const chosen: Partial<Record<PortName, readonly number[]>> = {};
  for (const name of names) {
    const isCore = name === 'core' || name === 'coreOperations';
    chosen[name] = await of(name, isCore ? replicas.core : replicas.encryption);
  }
  folder.writeJson(FILE, chosen);
  return chosen as Ports;
}
