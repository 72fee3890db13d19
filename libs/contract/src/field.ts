import 'reflect-metadata';
import { ValidateBy, ValidateIf, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** What a field decorator is told: how it reads in OpenAPI, and whether it may be left out. */
export interface FieldOptions {
  readonly description: string;
  readonly optional?: boolean;
}

/** A rule of one field: the check, the words for a caller, and the same rule as JSON Schema. */
export interface FieldRule {
  readonly rule: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly check: (value: unknown) => boolean;
}

/** A class whose fields carry validators. */
export type DtoClass<T extends object = object> = new () => T;

/** The class of a field that is an object with fields of its own, or a list of such objects. */
export interface Nesting {
  readonly cls: DtoClass;
  readonly list: boolean;
  /** Members of the list at most; a longer one is not looked into. */
  readonly most: number;
}

const FIELDS = Symbol('keyward:fields');
const NESTED = Symbol('keyward:nested');
const ITEMS = Symbol('keyward:items');
const LOWER_CASE = Symbol('keyward:lower-case');
const NONE: ReadonlyMap<string, never> = new Map<string, never>();

// Maps, not objects: a field named `constructor` must find nothing here.
function remember(key: symbol, target: object, property: string, value: unknown): void {
  const known = (Reflect.getMetadata(key, target) ?? NONE) as ReadonlyMap<string, unknown>;
  Reflect.defineMetadata(key, new Map([...known, [property, value]]), target);
}

function recall(key: symbol, cls: DtoClass): ReadonlyMap<string, unknown> {
  return (Reflect.getMetadata(key, cls.prototype as object) ?? NONE) as ReadonlyMap<
    string,
    unknown
  >;
}

/** Whether a class has a field of that name. */
export function hasField(cls: DtoClass, name: string): boolean {
  return recall(FIELDS, cls).has(name);
}

/** The fields of `cls` that are objects with fields of their own. */
export function nestedFields(cls: DtoClass): ReadonlyMap<string, Nesting> {
  return recall(NESTED, cls) as ReadonlyMap<string, Nesting>;
}

/** The classes of what the lists of `cls` hold that are checked member by member, elsewhere. */
export function itemClasses(cls: DtoClass): readonly DtoClass[] {
  return [...(recall(ITEMS, cls) as ReadonlyMap<string, readonly DtoClass[]>).values()].flat();
}

/** The fields of `cls` that are lower-cased once they are valid. */
export function lowerCaseFields(cls: DtoClass): ReadonlyMap<string, unknown> {
  return recall(LOWER_CASE, cls);
}

function all(...decorators: PropertyDecorator[]): PropertyDecorator {
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}

// Not IsOptional, which also lets null through: null is a wrong type on this wire.
function presence(options: FieldOptions): PropertyDecorator[] {
  return options.optional === true ? [ValidateIf((_, value) => value !== undefined)] : [];
}

function described(
  schema: Readonly<Record<string, unknown>>,
  options: FieldOptions,
): PropertyDecorator {
  return JSONSchema({ ...schema, description: options.description }) as PropertyDecorator;
}

/** A field with one rule. Lists of it take `each`. */
export function Field(rule: FieldRule, options: FieldOptions): PropertyDecorator {
  return all(
    ValidateBy({
      name: 'keywardField',
      validator: { validate: (value) => rule.check(value), defaultMessage: () => rule.rule },
    }),
    described(rule.schema, options),
    ...presence(options),
    (target, property) => {
      remember(FIELDS, target, String(property), true);
    },
  );
}

/** As {@link Field}; the value is lower-cased once it is valid (UUIDs, user names). */
export function LowerCaseField(rule: FieldRule, options: FieldOptions): PropertyDecorator {
  return all(Field(rule, options), (target, property) => {
    remember(LOWER_CASE, target, String(property), true);
  });
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A field that is an object with fields of its own, or with `most` a list of up to so many of them. */
export function NestedField(
  cls: DtoClass,
  options: FieldOptions & { most?: number },
): PropertyDecorator {
  const list = options.most !== undefined;
  const most = options.most ?? 1;
  const reference = { $ref: `#/components/schemas/${cls.name}` };
  const rule: FieldRule = list
    ? {
        rule: `must be a list of at most ${String(most)} objects`,
        schema: { type: 'array', items: reference, maxItems: most },
        check: (value) => Array.isArray(value) && value.length <= most && value.every(isObject),
      }
    : { rule: 'must be an object', schema: { allOf: [reference] }, check: isObject };
  return all(Field(rule, options), ValidateNested({ each: list }), (target, property) => {
    remember(NESTED, target, String(property), { cls, list, most } satisfies Nesting);
  });
}

/**
 * A list of 1 to `most` members that are not looked at here: each of them is checked by itself against its class, so that a wrong one
 * harms no other. Of several classes each member is of one.
 */
export function ItemsField(
  of: DtoClass | readonly DtoClass[],
  options: FieldOptions & { readonly most: number },
): PropertyDecorator {
  const { most } = options;
  const classes = [of].flat();
  const references = classes.map(({ name }) => ({ $ref: `#/components/schemas/${name}` }));
  const [only] = references;
  const rule: FieldRule = {
    rule: `must be a list of 1 to ${String(most)} members`,
    schema: {
      type: 'array',
      items: references.length === 1 ? only : { oneOf: references },
      minItems: 1,
      maxItems: most,
    },
    check: (value) => Array.isArray(value) && value.length >= 1 && value.length <= most,
  };
  return all(Field(rule, options), (target, property) => {
    remember(ITEMS, target, String(property), classes);
  });
}
