import type { FieldRule } from './field.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/i;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const CONTROL = /[\u0000-\u001f\u007f]/u;

export function text(): FieldRule {
  return {
    rule: 'must be text',
    schema: { type: 'string' },
    check: (value) => typeof value === 'string',
  };
}

export function textOf(pattern: RegExp, rule: string): FieldRule {
  return {
    rule,
    schema: { type: 'string', pattern: pattern.source },
    check: (value) => typeof value === 'string' && pattern.test(value),
  };
}

/** A name for people: 1 to `max` characters, no control characters. */
export function label(max: number): FieldRule {
  return {
    rule: `must be text of 1 to ${String(max)} characters, without control characters`,
    schema: {
      type: 'string',
      minLength: 1,
      maxLength: max,
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    },
    check: (value) =>
      typeof value === 'string' &&
      value.length > 0 &&
      [...value].length <= max &&
      !CONTROL.test(value),
  };
}

export function uuid(): FieldRule {
  return {
    rule: 'must be a UUID of the form 8-4-4-4-12',
    schema: { type: 'string', format: 'uuid' },
    check: (value) => typeof value === 'string' && UUID.test(value),
  };
}

export function oneOf(values: readonly string[]): FieldRule {
  return {
    rule: `must be one of: ${values.join(', ')}`,
    schema: { type: 'string', enum: [...values] },
    check: (value) => typeof value === 'string' && values.includes(value),
  };
}

export function bool(): FieldRule {
  return {
    rule: 'must be true or false',
    schema: { type: 'boolean' },
    check: (value) => typeof value === 'boolean',
  };
}

export function onlyTrue(): FieldRule {
  return {
    rule: 'must be true',
    schema: { type: 'boolean', const: true },
    check: (value) => value === true,
  };
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): FieldRule {
  return {
    rule: `must be a whole number from ${String(least)} to ${String(most)}`,
    schema: { type: 'integer', minimum: least, maximum: most },
    check: (value) =>
      Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
  };
}

/** Whether the date of a time is one of the calendar: `Date` would take the 31st of February for the 3rd of March. */
function isDay(time: string): boolean {
  const [year = 0, month = 0, day = 0] = time.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** A point in time, RFC 3339, section 5.6. */
export function time(): FieldRule {
  return {
    rule: 'must be a time of the form 2026-01-31T12:00:00Z (RFC 3339)',
    schema: { type: 'string', format: 'date-time' },
    check: (value) =>
      typeof value === 'string' &&
      TIME.test(value) &&
      !Number.isNaN(Date.parse(value)) &&
      isDay(value),
  };
}

/** A day of the calendar or a point in time, RFC 3339, section 5.6. */
export function dayOrTime(): FieldRule {
  const moment = time();
  return {
    rule: 'must be a day of the form 2026-01-31, or a time of the form 2026-01-31T12:00:00Z (RFC 3339)',
    schema: { anyOf: [{ type: 'string', format: 'date' }, moment.schema] },
    check: (value) =>
      typeof value === 'string' &&
      (DAY.test(value) ? !Number.isNaN(Date.parse(value)) && isDay(value) : moment.check(value)),
  };
}

/** Any JSON object, handed on as it is. */
export function object(): FieldRule {
  return {
    rule: 'must be an object',
    schema: { type: 'object', additionalProperties: true },
    check: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  };
}

/** An object of text to text; its limits are checked where it is encoded. */
export function textMap(most: number): FieldRule {
  return {
    ...object(),
    schema: { type: 'object', additionalProperties: { type: 'string' }, maxProperties: most },
  };
}

/** Canonical, padded base64 (RFC 4648, section 4); that it is, is checked where it is decoded. */
export function base64(): FieldRule {
  const pattern = '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$';
  return { ...text(), schema: { type: 'string', contentEncoding: 'base64', pattern } };
}

/** A list without duplicates whose every member keeps to `member`. */
export function listOf(member: FieldRule, least: number, most: number): FieldRule {
  return {
    rule: `must be a list of ${String(least)} to ${String(most)} different members, each of which ${member.rule}`,
    schema: {
      type: 'array',
      items: member.schema,
      minItems: least,
      maxItems: most,
      uniqueItems: true,
    },
    check: (value) =>
      Array.isArray(value) &&
      value.length >= least &&
      value.length <= most &&
      new Set(value).size === value.length &&
      value.every((item) => member.check(item)),
  };
}

/** One value that keeps to `member`, or a list of 1 to `most` different ones. */
export function oneOrMany(member: FieldRule, most: number): FieldRule {
  const many = listOf(member, 1, most);
  return {
    rule: `${member.rule}, or a list of 1 to ${String(most)} different ones`,
    schema: { anyOf: [member.schema, many.schema] },
    check: (value) => member.check(value) || many.check(value),
  };
}
