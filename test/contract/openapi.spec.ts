import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

type Json = Readonly<Record<string, unknown>>;

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Json>>;
    readonly securitySchemes: Json;
  };
}

interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security: readonly Json[];
}

const GENERATED = join(import.meta.dirname, '../../docs/generated');

function read(app: string): Document {
  return JSON.parse(readFileSync(join(GENERATED, `${app}.openapi.json`), 'utf8')) as Document;
}

function valuesOf(node: unknown, key: string): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === key && typeof value === 'string' ? [value] : valuesOf(value, key),
  );
}

function operationsOf({ paths }: Document): (readonly [path: string, operation: Operation])[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.values(methods).map((operation) => [path, operation] as const),
  );
}

describe.each(['encryption-service', 'core-platform'])('the OpenAPI document of %s', (app) => {
  const document = read(app);

  it('has schemas of JSON Schema 2020-12, and no reference that leads nowhere', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const ajv = new Ajv2020({ strict: true, strictRequired: false, validateFormats: false });
    ajv.addVocabulary(['components']);
    for (const reference of new Set(valuesOf(document, '$ref')))
      expect(() => ajv.compile({ $ref: reference, components: document.components })).not.toThrow();
  });

  it('takes no field that it does not name, anywhere', () => {
    const open = Object.entries(document.components.schemas).filter(
      ([, schema]) => schema['type'] === 'object' && schema['additionalProperties'] !== false,
    );
    expect(open.map(([name]) => name)).toEqual([]);
  });

  it('declares each parameter of a path, a success and its problems for each operation', () => {
    for (const [path, { parameters = [], responses }] of operationsOf(document)) {
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      expect([...path.matchAll(/\{[^}]+\}/g)].map(([name]) => name)).toEqual(inPath);
      expect(Object.keys(responses).filter((status) => status.startsWith('2'))).toHaveLength(1);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '500', '503']));
    }
  });

  it('names only security schemes that it has', () => {
    const schemes = Object.keys(document.components.securitySchemes);
    const named = operationsOf(document).flatMap(([, { security }]) =>
      security.flatMap(Object.keys),
    );
    expect(new Set(named)).toEqual(new Set(schemes));
  });
});
