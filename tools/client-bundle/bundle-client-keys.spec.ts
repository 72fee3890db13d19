import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROJECT_ROOT } from '../launcher/project-root.js';
import { bundleClientKeys } from './bundle-client-keys.js';

/** Not `toMatch`, which would show 140 kB of what does not match. */
function found(code: string, pattern: RegExp): readonly string[] {
  return [...code.matchAll(pattern)].map(([match]) => match);
}

describe('the bundle of client-keys', () => {
  it('imports nothing, and names nothing that only Node.js has', async () => {
    const text = await bundleClientKeys(PROJECT_ROOT);
    const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
    expect(code).toContain('argon2id');
    // hash-wasm looks whether there is a Buffer, and does without; that the whole works is seen in Chromium.
    expect(found(code, /\brequire\(|\bimport\s*\(|^import\b|\bprocess\./gm)).toEqual([]);
    expect(found(code, /['"](node:)?(crypto|util|fs|path|buffer)['"]/g)).toEqual([]);
  });

  it('has no door for nonces and ephemeral keys', async () => {
    const text = await bundleClientKeys(PROJECT_ROOT);
    const exported = /^export \{([^}]*)\}/m.exec(text)?.[1] ?? '';
    expect(exported).toContain('CoreAccounts');
    expect(exported).not.toMatch(/With\b|openHpke|privateKeyLock/);
  });
});

describe('a module of Node.js on the way', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'client-bundle-'));
    mkdirSync(join(root, 'tools/client-bundle'), { recursive: true });
    cpSync(join(PROJECT_ROOT, 'tsconfig.json'), join(root, 'tsconfig.json'));
    symlinkSync(join(PROJECT_ROOT, 'libs'), join(root, 'libs'));
    symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(root, 'node_modules'));
  });

  afterEach(() => {
    rmSync(root, { recursive: true });
  });

  it.each(['node:crypto', 'crypto', './missing.js', '@app/client-keys/node', '@app/secret'])(
    'stops the build: %s',
    async (module) => {
      writeFileSync(join(root, 'tools/client-bundle/entry.ts'), `export * from '${module}';\n`);
      await expect(bundleClientKeys(root)).rejects.toThrow();
    },
  );
});
