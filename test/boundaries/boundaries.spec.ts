import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const CRUISER = join(PROJECT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const RULES = join(PROJECT, '.dependency-cruiser.mjs');

const FOLDERS = ['apps', 'libs', 'test', 'tools'];

const CORE = 'apps/core-platform/src';
const SERVICE = 'apps/encryption-service/src';

/** A file, what it imports, and the rule that it breaks. */
const PLANTED: readonly (readonly [file: string, imported: string, rule: string])[] = [
  [`${CORE}/planted/cipher.ts`, '@app/crypto', 'core-platform-parts'],
  [`${CORE}/planted/master-key.ts`, '@app/kek', 'core-platform-parts'],
  [`${CORE}/planted/cipher.spec.ts`, '@app/crypto', 'core-platform-spec-parts'],
  [`${CORE}/planted/by-way-of-persistence.ts`, '@app/persistence', 'core-reaches-no-key'],
  [
    `${CORE}/planted/other-app.ts`,
    '../../../encryption-service/src/main.js',
    'core-platform-parts',
  ],
  [`${CORE}/planted/rows.ts`, 'typeorm', 'rows-in-adapters'],
  [`${CORE}/planted/authority.ts`, 'node-forge', 'tools-of-tools'],
  [`${CORE}/planted/undeclared.ts`, 'undeclared', 'no-undeclared'],
  [`${CORE}/planted/nowhere.ts`, 'nowhere', 'no-unresolvable'],
  [`${CORE}/planted/fakes.ts`, '@app/testkit', 'testkit-for-tests'],
  [`${CORE}/export/plaintext.ts`, '../vault/read-items.js', 'machines-read-blobs-only'],
  [
    `${SERVICE}/planted/other-app.ts`,
    '../../../core-platform/src/main.js',
    'encryption-service-parts',
  ],
  [`${SERVICE}/planted/client.ts`, '@app/encryption-client', 'encryption-service-parts'],
  [`${SERVICE}/planted/tool.ts`, '../../../../tools/main.js', 'encryption-service-parts'],
  [`${SERVICE}/planted/nonce.ts`, '@app/crypto/vectors', 'vectors-door'],
  [
    `${SERVICE}/planted/past-the-door.ts`,
    '../../../../libs/errors/src/inner.js',
    'libs-through-their-door',
  ],
  [
    `${SERVICE}/planted/bare-cipher.ts`,
    '../../../../libs/crypto/src/hazmat/aead.js',
    'hazmat-inside-crypto',
  ],
  ['libs/kek/src/planted-cipher.ts', '../../crypto/src/hazmat/aead.js', 'hazmat-inside-crypto'],
  ['libs/secret/src/planted-door.ts', '../../errors/src/inner.js', 'libs-through-each-others-door'],
  ['libs/persistence/src/leak.ts', '@app/crypto', 'persistence-parts'],
  ['libs/crypto/src/planted-nest.ts', '@nestjs/common', 'crypto-packages'],
  ['libs/crypto/src/planted-file.ts', 'node:fs', 'crypto-node'],
  ['libs/client-keys/src/planted-node.ts', 'node:crypto', 'client-keys-in-browsers'],
  ['libs/client-keys/src/planted-secret.ts', '@app/secret', 'client-keys-parts'],
  ['tools/planted-nonce.ts', '@app/client-keys/vectors', 'vectors-door'],
  ['libs/encoding/src/planted-arc.ts', './planted-circle.js', 'no-cycle'],
  ['test/planted.ts', '../libs/errors/src/inner.js', 'libs-through-their-door'],
  ['tools/planted.ts', '../apps/core-platform/src/main.js', 'tools-parts'],
  [
    'tools/vectors/encoding-groups.ts',
    '../../apps/core-platform/src/vault/read-items.js',
    'vectors-of-core',
  ],
];

const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  [`${CORE}/main.ts`, '@app/contract'],
  [`${CORE}/export/list-blobs.ts`, '../vault/item-context.js'],
  [`${CORE}/planted.repository.typeorm.ts`, 'typeorm'],
  [`${SERVICE}/main.ts`, '@app/crypto'],
  ['libs/crypto/src/index.ts', './hazmat/aead.js'],
  ['libs/kek/src/planted.spec.ts', '@app/testkit'],
  ['test/vectors/planted.ts', '@app/crypto/vectors'],
  ['tools/vectors/planted.ts', '@app/crypto/vectors'],
  ['tools/vectors/read-context.ts', '@app/encoding'],
  ['tools/certs/planted.ts', 'node-forge'],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

interface Report {
  readonly summary: { readonly violations: readonly Violation[] };
}

let root: string;
let violations: readonly Violation[];

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function writePackage(name: string): void {
  const folder = `node_modules/${name}`;
  write(`${folder}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
  write(`${folder}/index.js`, '');
}

function cruise(...flags: string[]): { readonly status: number | null; readonly stdout: string } {
  const args = [CRUISER, '--config', RULES, ...flags, ...FOLDERS];
  return spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
}

function rulesBrokenBy(file: string): string[] {
  return violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'boundaries-'));
  for (const file of ['package.json', 'tsconfig.json'])
    cpSync(join(PROJECT, file), join(root, file));
  for (const lib of [...readdirSync(join(PROJECT, 'libs')), 'testkit'])
    write(`libs/${lib}/src/index.ts`, 'export {};\n');
  for (const name of ['typeorm', '@nestjs/common', 'node-forge', 'undeclared']) writePackage(name);
  for (const file of [
    'libs/crypto/src/hazmat/aead.ts',
    'libs/crypto/src/vectors.ts',
    'libs/client-keys/src/vectors.ts',
    'libs/errors/src/inner.ts',
    'tools/main.ts',
    `${CORE}/vault/read-items.ts`,
    `${CORE}/vault/item-context.ts`,
  ])
    write(file, 'export {};\n');
  for (const [file, imported] of [...ALLOWED, ...PLANTED]) write(file, `import '${imported}';\n`);
  write('libs/persistence/src/index.ts', "import './leak.js';\n");
  write('libs/encoding/src/planted-circle.ts', "import './planted-arc.js';\n");
  const { summary } = JSON.parse(cruise('--output-type', 'json').stdout) as Report;
  violations = summary.violations;
});

afterAll(() => {
  rmSync(root, { recursive: true });
});

describe('the boundaries between the parts', () => {
  it.each(PLANTED)('report that %s imports %s: %s', (file, _imported, rule) => {
    expect(rulesBrokenBy(file)).toContain(rule);
  });

  it.each(ALLOWED)('let %s import %s', (file) => {
    expect(rulesBrokenBy(file)).toEqual([]);
  });

  it('fail the check when there is a violation', () => {
    expect(cruise().status).toBe(violations.length);
  });
});
