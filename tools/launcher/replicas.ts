import { operationsUrlOf, type ReplicaPorts, urlOf } from './app-environment.js';
import { AppProcess } from './app-process.js';
import type { DataFolder } from './data-folder.js';
import { entryOf } from './project-root.js';

export interface ReplicaRequest {
  readonly app: 'encryption-service' | 'core-platform';
  readonly folder: DataFolder;
  readonly ports: readonly number[];
  readonly operationsPorts: readonly number[];
  readonly environment: (ports: ReplicaPorts) => Readonly<Record<string, string>>;
  readonly onEvent: (text: string) => void;
  readonly onReplaced: () => void;
}

/** One process for each port, not started yet. */
export function makeReplicas(request: ReplicaRequest): AppProcess[] {
  const { app, folder, onEvent, onReplaced } = request;
  return request.ports.map((port, index) => {
    const operationsPort = request.operationsPorts[index] ?? 0;
    const name = `${app}-${(index + 1).toString()}`;
    return new AppProcess({
      name,
      entry: entryOf(app),
      environment: request.environment({ port, operationsPort }),
      logFile: folder.log(name),
      url: urlOf(port),
      operationsUrl: operationsUrlOf(operationsPort),
      onEvent,
      onReplaced,
    });
  });
}
