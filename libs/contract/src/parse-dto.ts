import { validateSync, type ValidationError } from 'class-validator';
import { AppError, type FieldError } from '@app/errors';
import { lowerCaseFields, nestedClasses, type DtoClass } from './field.js';

/** A field's name is shown only where it looks like one: a secret that was sent as a key must not come back. */
const SHOWN_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const UNKNOWN = 'is not a field of this call';

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: true,
  stopAtFirstError: true,
  validationError: { target: false, value: false },
} as const;

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bind(cls: DtoClass, plain: Record<string, unknown>): object {
  const instance = new cls() as Record<string, unknown>;
  const nested = nestedClasses(cls);
  for (const [key, value] of Object.entries(plain)) {
    const inner = nested[key];
    // Defined, not assigned: a key `__proto__` out of JSON must become an unknown field, never a prototype.
    Object.defineProperty(instance, key, {
      value: inner === undefined ? value : bindNested(inner, value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return instance;
}

function bindNested(cls: DtoClass, value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => bindNested(cls, item));
  return isPlainObject(value) ? bind(cls, value) : value;
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
  for (const field of lowerCaseFields(cls)) {
    const value = instance[field];
    if (typeof value === 'string') instance[field] = value.toLowerCase();
  }
  for (const [field, inner] of Object.entries(nestedClasses(cls))) {
    const value = instance[field];
    if (isPlainObject(value)) lowerCase(inner, value);
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
