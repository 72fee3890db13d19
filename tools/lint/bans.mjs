/**
 * What the code base does not do, each with its reason. One rule for each ban, rather than one `no-restricted-syntax` for all: a file that
 * is excepted from one ban keeps the others, and an inline exception names what it excepts.
 */
const BANS = {
  environment: {
    selector:
      'MemberExpression[object.name="process"][property.name=/^(env|argv)$/], VariableDeclarator[init.name="process"], ImportDeclaration[source.value=/^(node:)?process$/]',
    reason: 'Read settings through @app/config: it validates them, and forgets secrets.',
  },
  'ambient-time': {
    selector:
      'MemberExpression[object.name="Date"][property.name="now"], NewExpression[callee.name="Date"][arguments.length=0]',
    reason: 'Take the time from the Clock of @app/ambient, so that tests can set it.',
  },
  'weak-random': {
    selector: 'MemberExpression[object.name="Math"][property.name="random"]',
    reason: 'Math.random can be predicted; use node:crypto, or Identifiers of @app/ambient.',
  },
  'unsafe-buffer': {
    selector:
      'MemberExpression[object.name="Buffer"][property.name=/^allocUnsafe/], NewExpression[callee.name="Buffer"]',
    reason:
      'Memory that is not zeroed may hold a key or another tenant’s plaintext; use Buffer.alloc.',
  },
  console: {
    selector: 'MemberExpression[object.name="console"], VariableDeclarator[init.name="console"]',
    reason: 'Apps log through the logger of @app/server; tools print through tools/terminal.',
  },
  'http-exception': {
    selector:
      'ImportDeclaration[source.value=/^@nestjs/] ImportSpecifier[imported.name=/Exception$/]',
    reason:
      'Throw an AppError: its catalogue decides status and text. Only @app/server knows HTTP.',
  },
  expose: {
    selector: 'MemberExpression[property.name="expose"]',
    reason: 'A secret leaves its wrapper only in the files that eslint.config.mjs names.',
  },
  // KeyObject.export takes one argument at most, which tells it from other methods of that name.
  'export-key': {
    selector: 'CallExpression[callee.property.name="export"][arguments.length<2]',
    reason:
      'A KeyObject keeps its bytes out of the heap that a dump shows; exporting it ends that.',
  },
  'lone-test': {
    selector:
      'MemberExpression[object.name=/^(describe|it|test)$/][property.name=/^(only|skip|todo)$/]',
    reason:
      'Every test runs; a test that needs a backend which may be missing says so with skipIf.',
  },
};

function ruleOf({ selector, reason }) {
  return {
    meta: { type: 'problem', schema: [] },
    create: (context) => ({
      [selector]: (node) => {
        context.report({ node, message: reason });
      },
    }),
  };
}

/** The plugin; its name in the settings is `bans`. */
export const bans = {
  meta: { name: 'bans' },
  rules: Object.fromEntries(Object.entries(BANS).map(([name, ban]) => [name, ruleOf(ban)])),
};

/** All bans, as errors. */
export const ALL_BANS = Object.fromEntries(
  Object.keys(BANS).map((name) => [`bans/${name}`, 'error']),
);

/** Settings that lift bans in files. */
export function lift(names, files) {
  return { files, rules: Object.fromEntries(names.map((name) => [`bans/${name}`, 'off'])) };
}
