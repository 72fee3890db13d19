import { configReference, describeConfig, loadConfig } from '@app/config';
import { OPTIONS } from '../config.js';
import { surfaceDocument } from '../openapi/surface.js';

/** Prints what is known without settings, a database or keys; there is nothing to set. */
function print(argv: readonly string[], text: string): Promise<void> {
  loadConfig({ options: {}, argv });
  process.stdout.write(text);
  return Promise.resolve();
}

/** `openapi`: the document that `GET /api/v1/openapi.json` answers. */
export function printOpenApi(argv: readonly string[]): Promise<void> {
  return print(argv, `${JSON.stringify(surfaceDocument(), undefined, 2)}\n`);
}

/** `config reference`: every setting with its names, default and meaning. */
export function printConfigReference(argv: readonly string[]): Promise<void> {
  const title = 'core platform';
  return print(argv, configReference({ title, prefix: 'CP', options: OPTIONS }));
}

/** `config print`: every setting as it stands and where it comes from; secrets are not shown. */
export function printConfig(argv: readonly string[]): Promise<void> {
  const loaded = loadConfig({ prefix: 'CP', options: OPTIONS, argv });
  process.stdout.write(`${describeConfig(loaded)}\n`);
  return Promise.resolve();
}
