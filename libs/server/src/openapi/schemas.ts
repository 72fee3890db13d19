import { targetConstructorToSchema } from 'class-validator-jsonschema';
import { type DtoClass, itemClasses, nestedFields } from '@app/contract';

export type Schema = Record<string, unknown>;

interface ObjectSchema extends Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

// Each field says its own schema. What the converters would add, a guess by its type, refers to definitions that are not here.
const NO_GUESSES = { customValidation: {}, nestedValidation: {} };

function schemaOf(cls: DtoClass): ObjectSchema {
  return targetConstructorToSchema(cls, { additionalConverters: NO_GUESSES }) as ObjectSchema;
}

/** JSON Schemas of classes by name, with those that they contain. A class takes its own fields and no others. */
export class SchemaCollection {
  readonly #schemas = new Map<string, Schema>();

  /** A reference to the schema of `cls`, which is collected. */
  refer(cls: DtoClass): Schema {
    if (!this.#schemas.has(cls.name)) {
      // The converter knows nothing of a class without fields.
      const schema = { type: 'object', ...schemaOf(cls), additionalProperties: false };
      this.#schemas.set(cls.name, schema);
      for (const nesting of nestedFields(cls).values()) this.refer(nesting.cls);
      for (const item of itemClasses(cls)) this.refer(item);
    }
    return { $ref: `#/components/schemas/${cls.name}` };
  }

  /** Whether a class has a field that must be there. */
  hasRequired(cls: DtoClass): boolean {
    return (schemaOf(cls).required ?? []).length > 0;
  }

  /** The query parameters that the fields of `cls` are. */
  parametersOf(cls: DtoClass): Schema[] {
    const schema = schemaOf(cls);
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
