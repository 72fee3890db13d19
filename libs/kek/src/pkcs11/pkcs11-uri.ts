import type { ObjectName, TokenName } from './token-messages.js';

/** What a PKCS #11 URI names. */
export interface KeyName {
  readonly token: TokenName;
  readonly object: ObjectName;
}

/** What {@link findKeyName} takes. */
export const PKCS11_URI_RULE =
  'must be a PKCS #11 URI (RFC 7512) of token or serial, manufacturer, model, object or id, and type secret-key or private; without a query, so without a PIN';

const SCHEME = 'pkcs11:';
/** RFC 7512, section 2.3: pk11-pchar without the characters that separate attributes. */
const VALUE = /^(?:[A-Za-z0-9._~:[\]@!$'()*+,=&-]|%[0-9A-Fa-f]{2})+$/;
const NAMES = ['token', 'manufacturer', 'model', 'serial', 'object', 'id', 'type'] as const;

const TYPES = ['secret-key', 'private'] as const;

type Attributes = Partial<Record<(typeof NAMES)[number], Buffer>>;

function decode(value: string): Buffer {
  const bytes = value.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** The attributes, none twice; undefined where one is unknown or broken. */
function readAttributes(path: string): Attributes | undefined {
  const attributes: Attributes = {};
  for (const part of path.split(';')) {
    const at = part.indexOf('=');
    const name = NAMES.find((known) => known === part.slice(0, Math.max(at, 0)));
    const value = part.slice(at + 1);
    if (name === undefined || attributes[name] !== undefined || !VALUE.test(value))
      return undefined;
    attributes[name] = decode(value);
  }
  return attributes;
}

function textOf(bytes: Buffer | undefined): string | undefined {
  return bytes?.toString('utf8');
}

function given<const N extends string, V>(name: N, value: V | undefined): Partial<Record<N, V>> {
  return value === undefined ? {} : ({ [name]: value } as Record<N, V>);
}

/**
 * Reads the URI of a key. Library, slot and query attributes are refused: the first two change with the machine, and a PIN does not
 * belong into what is stored with each wrapped key.
 *
 * @returns undefined for any other text.
 */
export function findKeyName(uri: string): KeyName | undefined {
  const attributes = uri.startsWith(SCHEME) ? readAttributes(uri.slice(SCHEME.length)) : undefined;
  if (attributes === undefined) return undefined;
  const { token, serial, object, id } = attributes;
  const type = TYPES.find((known) => known === textOf(attributes.type));
  if (token === undefined && serial === undefined) return undefined;
  if (object === undefined && id === undefined) return undefined;
  if (type === undefined && attributes.type !== undefined) return undefined;
  return {
    token: {
      ...given('label', textOf(token)),
      ...given('manufacturer', textOf(attributes.manufacturer)),
      ...given('model', textOf(attributes.model)),
      ...given('serial', textOf(serial)),
    },
    object: { ...given('label', textOf(object)), ...given('id', id), ...given('type', type) },
  };
}
