import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { type DtoClass, nestedFields } from '@app/contract';

export type Schema = Record<string, unknown>;

/** JSON Schemas of classes by name, with those that they contain. A class takes its own fields and no others. */
export class SchemaCollection {
  readonly #schemas = new Map<string, Schema>();

  /** A reference to the schema of `cls`, which is collected. */
  refer(cls: DtoClass): Schema {
    if (!this.#schemas.has(cls.name)) {
      const schema = targetConstructorToSchema(cls) as Schema;
      this.#schemas.set(cls.name, { ...schema, additionalProperties: false });
      for (const nesting of nestedFields(cls).values()) this.refer(nesting.cls);
    }
    return { $ref: `#/components/schemas/${cls.name}` };
  }

  /** Whether a class has a field that must be there. */
  hasRequired(cls: DtoClass): boolean {
    return ((targetConstructorToSchema(cls) as { required?: string[] }).required ?? []).length > 0;
  }

  /** The query parameters that the fields of `cls` are. */
  parametersOf(cls: DtoClass): Schema[] {
    const schema = targetConstructorToSchema(cls) as {
      properties?: Record<string, Schema>;
      required?: string[];
    };
    return Object.entries(schema.properties ?? {}).map(([name, { description, ...rest }]) => ({
      name,
      in: 'query',
      required: schema.required?.includes(name) ?? false,
      description,
      schema: rest,
    }));
  }

  all(): Record<string, Schema> {
    return Object.fromEntries([...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}
