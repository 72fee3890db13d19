import { validateSync, type ValidationError } from 'class-validator';
import { AppError, type FieldError } from '@app/errors';
import { hasField, lowerCaseFields, nestedFields, type DtoClass, type Nesting } from './field.js';

/** A field's name is shown only where it looks like one: a secret that was sent as a key must not come back. */
const SHOWN_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,31}$/;
const UNKNOWN = 'is not a field of this call';

/** An answer names so many wrong fields at most: it must not be larger than what was sent. */
const MAX_ERRORS = 20;

const RULES = {
  // Unknown fields are refused while binding, where they cost nothing.
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Binds fields to classes, and collects what is no field of its class. */
class Binder {
  readonly errors: FieldError[] = [];

  // Only known names are ever assigned: a key such as `__proto__` or `constructor` is an unknown field like any other.
  bind(cls: DtoClass, plain: Record<string, unknown>, path: string): object {
    const instance = new cls() as Record<string, unknown>;
    const nested = nestedFields(cls);
    for (const key of Object.keys(plain)) {
      if (hasField(cls, key)) {
        const inner = nested.get(key);
        const value = plain[key];
        instance[key] = inner === undefined ? value : this.#nested(inner, value, nameOf(key, path));
      } else if (this.errors.length < MAX_ERRORS) {
        this.errors.push({ field: nameOf(key, path), message: UNKNOWN });
      }
    }
    return instance;
  }

  #nested({ cls, list, most }: Nesting, value: unknown, path: string): unknown {
    if (list && Array.isArray(value)) {
      // Null keeps to no rule, and nobody looks into it.
      if (value.length > most) return null;
      return value.map((item: unknown, index) =>
        isPlainObject(item) ? this.bind(cls, item, `${path}[${String(index)}]`) : item,
      );
    }
    return !list && isPlainObject(value) ? this.bind(cls, value, path) : value;
  }
}

function nameOf(property: string, path: string): string {
  if (/^\d+$/.test(property)) return `${path}[${property}]`;
  const shown = SHOWN_NAME.test(property) ? property : '(a name of another form)';
  return path === '' ? shown : `${path}.${shown}`;
}

function flatten(errors: readonly ValidationError[], path: string): FieldError[] {
  return errors.flatMap((error) => {
    const field = nameOf(error.property, path);
    if (error.children !== undefined && error.children.length > 0)
      return flatten(error.children, field);
    return [{ field, message: Object.values(error.constraints ?? {})[0] ?? 'is not valid' }];
  });
}

function lowerCase(cls: DtoClass, instance: Record<string, unknown>): void {
  for (const field of lowerCaseFields(cls).keys()) {
    const value = instance[field];
    if (typeof value === 'string') instance[field] = value.toLowerCase();
  }
  for (const [field, inner] of nestedFields(cls)) {
    for (const value of [instance[field]].flat()) {
      if (isPlainObject(value)) lowerCase(inner.cls, value);
    }
  }
}

/**
 * Binds untrusted input, out of strict JSON, to a class and checks every field. Absent input is an empty object.
 *
 * @returns an instance of `cls` with its fields and no others; UUIDs in lower case.
 * @throws AppError `invalid_request` with each wrong field's path and rule, and never a value.
 */
export function parseDto<T extends object>(cls: DtoClass<T>, input: unknown, name = 'body'): T {
  const plain = input === undefined ? {} : input;
  if (!isPlainObject(plain)) {
    throw new AppError('invalid_request', {
      errors: [{ field: name, message: 'must be an object' }],
    });
  }
  const binder = new Binder();
  const instance = binder.bind(cls, plain, '') as T;
  const errors = [...binder.errors, ...flatten(validateSync(instance, RULES), '')];
  if (errors.length > 0) {
    throw new AppError('invalid_request', { errors: errors.slice(0, MAX_ERRORS) });
  }
  lowerCase(cls, instance as Record<string, unknown>);
  return instance;
}
