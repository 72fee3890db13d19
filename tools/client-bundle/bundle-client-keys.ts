import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** The one module of Node.js that is named on the way: `@hpke/common` asks for it where there is no Web Crypto, which is never in a browser. */
const CRYPTO = 'crypto';
const EMPTY = '\0empty';

function noNode(): Plugin {
  return {
    name: 'no-node',
    resolveId: (id, importer) => {
      const isHpke = importer?.includes('/node_modules/@hpke/common/') === true;
      if (id === CRYPTO && isHpke) return EMPTY;
      if (id.startsWith('node:') || id === CRYPTO)
        throw new Error(`${String(importer)} reaches ${id}, which no browser has`);
      return undefined;
    },
    load: (id) => (id === EMPTY ? 'export default {};' : undefined),
  };
}

/**
 * Makes one ES module of `@app/client-keys` for browsers.
 *
 * @param root - of the project, with its sources.
 * @returns its text.
 * @throws Error where a module of Node.js, or one that cannot be found, is on the way.
 */
export async function bundleClientKeys(root: string): Promise<string> {
  const build = await rolldown({
    input: join(root, 'tools/client-bundle/entry.ts'),
    cwd: root,
    platform: 'browser',
    tsconfig: join(root, 'tsconfig.json'),
    plugins: [noNode()],
    onLog: (_, { message }) => {
      throw new Error(message);
    },
  });
  try {
    const { output } = await build.generate({ format: 'esm', codeSplitting: false });
    return output[0].code;
  } finally {
    await build.close();
  }
}
