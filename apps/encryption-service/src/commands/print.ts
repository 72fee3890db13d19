import { configReference, describeConfig, loadConfig } from '@app/config';
import { OPTIONS } from '../config.js';
import { CONTROLLERS } from '../v1/controllers.js';
import { documentOf } from '../v1/surface.js';

/** Prints what is known without settings, a database or keys; there is nothing to set. */
function print(argv: readonly string[], text: string): Promise<void> {
  loadConfig({ options: {}, argv });
  process.stdout.write(text);
  return Promise.resolve();
}

/** `openapi`: the document that `GET /v1/openapi.json` answers. */
export function printOpenApi(argv: readonly string[]): Promise<void> {
  return print(argv, `${JSON.stringify(documentOf(CONTROLLERS), undefined, 2)}\n`);
}

/** `config reference`: every setting with its names, default and meaning. */
export function printConfigReference(argv: readonly string[]): Promise<void> {
  const title = 'encryption service';
  return print(argv, configReference({ title, prefix: 'ES', options: OPTIONS }));
}

/** `config print`: every setting as it stands and where it comes from; secrets are not shown. */
export function printConfig(argv: readonly string[]): Promise<void> {
  const loaded = loadConfig({ prefix: 'ES', options: OPTIONS, argv });
  process.stdout.write(`${describeConfig(loaded)}\n`);
  return Promise.resolve();
}
