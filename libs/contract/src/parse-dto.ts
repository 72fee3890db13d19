import { validateSync, type ValidationError } from 'class-validator';
import { AppError, invalidField, type FieldError } from '@app/errors';
import { lowerCaseFields, nestedFields, type DtoClass, type Nesting } from './field.js';

/** A field's name is shown only where it looks like one: a secret that was sent as a key must not come back. */
const SHOWN_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const UNKNOWN = 'is not a field of this call';

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  // An empty class is one that takes no field; what is no instance of a class never gets here.
  forbidUnknownValues: false,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Keys such as `__proto__` and `constructor` mislead class-validator, so they are refused before it looks.
function bind(cls: DtoClass, plain: Record<string, unknown>): object {
  const instance = new cls() as Record<string, unknown>;
  const nested = nestedFields(cls);
  for (const [key, value] of Object.entries(plain)) {
    if (key in Object.prototype) throw invalidField(key, UNKNOWN);
    const inner = nested.get(key);
    instance[key] = inner === undefined ? value : bindNested(inner, value);
  }
  return instance;
}

function bindNested({ cls, list }: Nesting, value: unknown): unknown {
  if (list && Array.isArray(value)) {
    return value.map((item: unknown) => (isPlainObject(item) ? bind(cls, item) : item));
  }
  return !list && isPlainObject(value) ? bind(cls, value) : value;
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
    const [kind, message] = Object.entries(error.constraints ?? {})[0] ?? ['', 'is not valid'];
    return [{ field, message: kind === 'whitelistValidation' ? UNKNOWN : message }];
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
  const instance = bind(cls, plain) as T;
  const errors = validateSync(instance, RULES);
  if (errors.length > 0) throw new AppError('invalid_request', { errors: flatten(errors, '') });
  lowerCase(cls, instance as Record<string, unknown>);
  return instance;
}
