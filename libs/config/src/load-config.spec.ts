import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import type { SecretBytes, SecretString } from '@app/secret';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { describeConfig, describeOptions } from './describe.js';
import { loadConfig } from './load-config.js';
import { option } from './declare.js';

const OPTIONS = {
  listen: {
    host: option.text({ default: '127.0.0.1', help: 'address' }),
    port: option.port({ default: 8443, help: 'port' }),
  },
  database: {
    url: option.secret({ alias: 'DATABASE_URL', help: "the owner's URL" }),
    appUrl: option.secret({ optional: true, help: "the app's URL" }),
    poolSize: option.integer({ default: 10, least: 1, most: 100, help: 'connections' }),
  },
  masterKey: option.secretBytes({ bytes: 32, optional: true, help: 'key' }),
  logLevel: option.choice(['info', 'debug'], { default: 'info', help: 'level' }),
  networks: option.list({ default: [], help: 'CIDRs' }),
  timeout: option.duration({ default: 1000, help: 'time' }),
  insecure: option.boolean({ default: false, help: 'switch' }),
  certificate: option.path({ optional: true, help: 'file' }),
  data: option.path({ default: 'data', help: 'folder' }),
};

const URL_ONLY = { ES_DATABASE_URL: 'postgres://owner@db/es' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'config-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, content, { mode });
  return path;
}

function load(env: Record<string, string | undefined>, argv: readonly string[] = []) {
  return loadConfig({ prefix: 'ES', options: OPTIONS, argv, env });
}

function problemsOf(action: () => unknown): readonly ConfigProblem[] {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function codesOf(action: () => unknown): string[] {
  return problemsOf(action).map(({ code, name }) => `${code} ${name}`);
}

describe('loadConfig', () => {
  it('takes flags before the environment before the file before defaults', () => {
    const config = file(
      'c.json',
      JSON.stringify({ listen: { host: 'f', port: 3 }, insecure: true }),
    );
    const env = { ...URL_ONLY, ES_LISTEN_HOST: 'e', ES_LISTEN_PORT: '2' };
    const { values } = load(env, ['--config', config, '--listen-port', '1']);
    expect(values.listen).toEqual({ host: 'e', port: 1 });
    expect(values.insecure).toBe(true);
    expect(values.database.poolSize).toBe(10);
  });

  it('types and freezes its result', () => {
    const { values } = load({ ...URL_ONLY });
    expectTypeOf(values.listen.port).toEqualTypeOf<number>();
    expectTypeOf(values.database.url).toEqualTypeOf<SecretString>();
    expectTypeOf(values.masterKey).toEqualTypeOf<SecretBytes | undefined>();
    expectTypeOf(values.logLevel).toEqualTypeOf<'info' | 'debug'>();
    expect(Object.isFrozen(values)).toBe(true);
    expect(Object.isFrozen(values.database)).toBe(true);
  });

  it('reads each kind of text', () => {
    const argv = [
      '--log-level=debug',
      '--timeout',
      '5m',
      '--insecure',
      '--networks',
      '10.0.0.0/8, ::1',
    ];
    const { values } = load({ ...URL_ONLY }, [...argv, '--certificate', 'a.pem']);
    expect(values.timeout).toBe(300_000);
    expect(values.insecure).toBe(true);
    expect(values.networks).toEqual(['10.0.0.0/8', '::1']);
    expect(values.certificate).toBe(join(process.cwd(), 'a.pem'));
    expect(values.data).toBe(join(process.cwd(), 'data'));
  });

  it('reports everything that is wrong at once, without values', () => {
    const env = { ES_LISTEN_PORT: '70000', ES_LISTEN_HOTS: 'typo-value', ES_TIMEOUT: 'sentinel' };
    const problems = problemsOf(() => load(env, ['--pool', 'x', '--insecure=sentinel']));
    expect(problems.map(({ code, name }) => `${code} ${name}`)).toEqual([
      'unknown --pool',
      'unknown arguments without a flag',
      'unknown ES_LISTEN_HOTS',
      'invalid ES_LISTEN_PORT',
      'missing ES_DATABASE_URL or ES_DATABASE_URL_FILE',
      'invalid ES_TIMEOUT',
      'invalid --insecure',
    ]);
    expect(new ConfigError(problems).message).not.toMatch(/sentinel|70000|typo-value/);
  });

  it('refuses unknown keys of the file, at any depth', () => {
    const config = file('c.json', JSON.stringify({ listen: { prot: 1 }, x: {}, database: 4 }));
    expect(codesOf(() => load({ ...URL_ONLY }, ['--config', config]))).toEqual([
      'unknown listen.prot',
      'unknown x',
      'unknown database',
    ]);
  });

  it('names a file that is no JSON without quoting it', () => {
    const config = file('c.json', '{ "sentinel" ');
    const problems = problemsOf(() => load({ ...URL_ONLY, ES_CONFIG: config }));
    expect(problems.map(({ code }) => code)).toEqual(['unreadable']);
    expect(new ConfigError(problems).message).not.toContain('sentinel');
  });

  it('takes the flag of a list several times', () => {
    const argv = ['--networks', '10.0.0.0/8', '--networks=::1', '--networks', 'a,b'];
    expect(load({ ...URL_ONLY }, argv).values.networks).toEqual(['10.0.0.0/8', '::1', 'a', 'b']);
  });

  it('refuses a flag that is given twice or has no value', () => {
    const argv = ['--listen-port', '1', '--listen-port=2', '--listen-host'];
    expect(codesOf(() => load({ ...URL_ONLY }, argv))).toEqual([
      'ambiguous --listen-port',
      'missing --listen-host',
    ]);
  });

  it('runs rules over several options last', () => {
    const rules = (): ConfigProblem[] => [{ code: 'missing', name: 'X', rule: 'is required' }];
    const request = { prefix: 'ES', options: OPTIONS, argv: [], rules };
    expect(codesOf(() => loadConfig({ ...request, env: { ...URL_ONLY } }))).toEqual(['missing X']);
    expect(codesOf(() => loadConfig({ ...request, env: {} }))).not.toContain('missing X');
  });

  it('hands on operands where the program takes them', () => {
    const loaded = loadConfig({
      options: OPTIONS,
      argv: ['--insecure', 'in'],
      env: { DATABASE_URL: 'u' },
      operands: 1,
    });
    expect(loaded.operands).toEqual(['in']);
  });
});

describe('secrets', () => {
  it('come from a variable, which is deleted afterwards', () => {
    const env: Record<string, string | undefined> = { ...URL_ONLY };
    expect(load(env).values.database.url.expose()).toBe('postgres://owner@db/es');
    expect(Object.keys(env)).toEqual([]);
  });

  it('are deleted from the environment also when the configuration is refused', () => {
    const env: Record<string, string | undefined> = { ...URL_ONLY, ES_TIMEOUT: 'x' };
    expect(codesOf(() => load(env))).toEqual(['invalid ES_TIMEOUT']);
    expect(env).not.toHaveProperty('ES_DATABASE_URL');
  });

  it('come from a file, less one line end', () => {
    const env = { ES_DATABASE_URL_FILE: file('url', 'postgres://x\n') };
    expect(load(env).values.database.url.expose()).toBe('postgres://x');
  });

  it('come from a file that the configuration file names', () => {
    file('url', 'postgres://y');
    const config = file('c.json', JSON.stringify({ database: { url: { file: 'url' } } }));
    expect(load({}, ['--config', config]).values.database.url.expose()).toBe('postgres://y');
  });

  it('are read as bytes from base64 or raw', () => {
    const raw = Buffer.alloc(32, 0xfe);
    for (const content of [raw, raw.toString('base64'), `${raw.toString('base64')}\n`]) {
      const env = { ...URL_ONLY, ES_MASTER_KEY_FILE: file('key', content) };
      expect(load(env).values.masterKey?.expose()).toEqual(raw);
    }
    const env = { ...URL_ONLY, ES_MASTER_KEY: raw.toString('base64') };
    expect(load(env).values.masterKey?.expose()).toEqual(raw);
  });

  it.each([
    ['too short', Buffer.alloc(31).toString('base64')],
    ['not canonical', `${Buffer.alloc(32).toString('base64').slice(0, -2)}B=`],
    ['of the other alphabet', Buffer.alloc(32, 0xff).toString('base64url')],
  ])('are refused as bytes when they are %s', (_, text) => {
    expect(codesOf(() => load({ ...URL_ONLY, ES_MASTER_KEY: text }))).toEqual([
      'invalid ES_MASTER_KEY',
    ]);
  });

  it('are refused when two sources set them', () => {
    const env = { ...URL_ONLY, DATABASE_URL: 'x' };
    expect(codesOf(() => load(env))).toEqual(['ambiguous ES_DATABASE_URL']);
    const both = { ...URL_ONLY, ES_DATABASE_URL_FILE: file('url', 'x') };
    expect(codesOf(() => load(both))).toEqual(['ambiguous ES_DATABASE_URL']);
  });

  it('are refused from a flag and from the text of the configuration file', () => {
    const config = file('c.json', JSON.stringify({ database: { url: 'postgres://z' } }));
    expect(codesOf(() => load({}, ['--config', config, '--database-url', 'x']))).toEqual([
      'unknown --database-url',
      'unknown arguments without a flag',
      'forbidden_source database.url',
    ]);
  });

  it.skipIf(process.platform === 'win32')('are refused from a file that others can read', () => {
    const env = { ES_DATABASE_URL_FILE: file('url', 'x', 0o644) };
    expect(codesOf(() => load(env))).toEqual(['loose_rights ES_DATABASE_URL_FILE']);
  });

  it('name a file that is not there', () => {
    const env = { ES_DATABASE_URL_FILE: join(folder, 'none') };
    expect(codesOf(() => load(env))).toEqual(['unreadable ES_DATABASE_URL_FILE']);
  });
});

describe('descriptions', () => {
  it('print values with their origin, and no secret', () => {
    const text = describeConfig(load({ ...URL_ONLY, ES_LISTEN_PORT: '7' }));
    expect(text).toContain('listen.port = 7 (ES_LISTEN_PORT)');
    expect(text).toContain('listen.host = "127.0.0.1" (default)');
    expect(text).toContain('database.url = [secret] (ES_DATABASE_URL)');
    expect(text).not.toContain('postgres://');
  });

  it('print the names of every option', () => {
    const text = describeOptions(OPTIONS, 'ES');
    expect(text).toContain('--database-pool-size VALUE, ES_DATABASE_POOL_SIZE');
    expect(text).toContain(
      'ES_DATABASE_URL, ES_DATABASE_URL_FILE, DATABASE_URL, DATABASE_URL_FILE',
    );
  });
});
