import { join } from 'node:path';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

// The bans need no types, and the planted files exist only here.
const eslint = new ESLint({
  cwd: join(import.meta.dirname, '../..'),
  overrideConfig: tseslint.configs.disableTypeChecked,
});

async function bansBroken(code: string, file: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: file });
  const rules = result?.messages.map(({ ruleId }) => ruleId ?? 'unreadable') ?? [];
  return rules.filter((rule) => rule === 'unreadable' || rule.startsWith('bans/'));
}

interface Banned {
  readonly code: string;
  readonly ban: string;
  /** A file that may write it. */
  readonly home?: string;
}

const CONFIG = 'libs/config/src/planted.ts';
const AMBIENT = 'libs/ambient/src/planted.ts';
const WRAP = 'libs/crypto/src/wrap/wrap-dek.ts';

const BANNED: readonly Banned[] = [
  { code: 'process.env.HOME;', ban: 'environment', home: CONFIG },
  { code: 'process.argv;', ban: 'environment', home: 'tools/bootstrap/planted.mjs' },
  { code: 'const { env } = process;', ban: 'environment', home: CONFIG },
  { code: "import { env } from 'node:process';", ban: 'environment', home: CONFIG },
  { code: 'Date.now();', ban: 'ambient-time', home: AMBIENT },
  { code: 'new Date();', ban: 'ambient-time', home: AMBIENT },
  { code: 'Math.random();', ban: 'weak-random' },
  { code: 'Buffer.allocUnsafe(16);', ban: 'unsafe-buffer' },
  { code: 'Buffer.allocUnsafeSlow(16);', ban: 'unsafe-buffer' },
  { code: "console.log('x');", ban: 'console' },
  {
    code: "import { NotFoundException } from '@nestjs/common';",
    ban: 'http-exception',
    home: 'libs/server/src/planted.ts',
  },
  { code: 'secret.expose();', ban: 'expose', home: WRAP },
  { code: 'const read = secret.expose;', ban: 'expose', home: WRAP },
  { code: 'key.export();', ban: 'export-key', home: 'libs/kek/src/local/planted.ts' },
  { code: "key.export({ format: 'jwk' });", ban: 'export-key', home: 'libs/crypto/src/vectors.ts' },
  { code: "it.only('x', () => {});", ban: 'lone-test' },
  { code: "describe.skip('x', () => {});", ban: 'lone-test' },
];

const EXCEPTIONS = BANNED.flatMap(({ code, home }) => (home === undefined ? [] : { code, home }));

describe('the bans', () => {
  it.each(BANNED)('forbid $code', async ({ code, ban }) => {
    expect(await bansBroken(code, 'apps/core-platform/src/planted.ts')).toEqual([`bans/${ban}`]);
  });

  it.each(EXCEPTIONS)('let $home write $code', async ({ code, home }) => {
    expect(await bansBroken(code, home)).toEqual([]);
  });

  it('hold for specs as well, which may open secrets', async () => {
    const code = 'secret.expose(); Math.random();';
    expect(await bansBroken(code, 'libs/kek/src/planted.spec.ts')).toEqual(['bans/weak-random']);
  });
});
