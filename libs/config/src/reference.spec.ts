import { describe, expect, it } from 'vitest';
import { option } from './declare.js';
import { configReference } from './reference.js';

const OPTIONS = {
  listen: { port: option.port({ default: 8443, help: 'The port.' }) },
  database: { url: option.secret({ alias: 'DATABASE_URL', help: 'The URL.' }) },
  log: { level: option.choice(['a', 'b'], { optional: true, help: 'Either a|b.' }) },
};

function rowOf(setting: string): string | undefined {
  const text = configReference({ title: 'program', prefix: 'ES', options: OPTIONS });
  return text.split('\n').find((line) => line.startsWith(`| \`${setting}\``));
}

describe('configReference', () => {
  it('gives every name of a setting, its default, its meaning and its rule', () => {
    expect(rowOf('listen.port')).toBe(
      '| `listen.port` | `ES_LISTEN_PORT` | `--listen-port` | `8443` | The port. It must be a whole number from 0 to 65535. |',
    );
  });

  it('gives a secret no flag, and names the variables for its file', () => {
    expect(rowOf('database.url')).toContain(
      '`ES_DATABASE_URL`, `ES_DATABASE_URL_FILE`, `DATABASE_URL`, `DATABASE_URL_FILE` | none | **required**',
    );
  });

  it('escapes what would end a cell', () => {
    expect(rowOf('log.level')).toContain('| none | Either a\\|b.');
  });
});
