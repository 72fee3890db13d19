/** What the twin encrypts; the same body as the encryption service takes. */
export interface TwinEncrypt {
  readonly encryptionId: string;
  readonly data: string;
}

/** What the twin decrypts: its own answer, given back whole. */
export interface TwinDecrypt {
  readonly encryptionId: string;
  readonly encryptionVersionId: string;
  readonly cipherText: string;
  readonly algorithm: string;
  readonly metadata: { readonly iv: string; readonly tag: string };
}

const ENCRYPT_FIELDS = ['encryptionId', 'data'];
const DECRYPT_FIELDS = ['encryptionId', 'encryptionVersionId', 'cipherText', 'algorithm'];
const METADATA_FIELDS = ['iv', 'tag'];

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the object has these text fields and, besides them, no more than `others` fields. */
function hasTexts(
  value: unknown,
  fields: readonly string[],
  others = 0,
): value is Record<string, unknown> {
  return (
    isObject(value) &&
    Object.keys(value).length === fields.length + others &&
    fields.every((field) => typeof value[field] === 'string')
  );
}

export function parseEncrypt(body: unknown): TwinEncrypt | undefined {
  return hasTexts(body, ENCRYPT_FIELDS) ? (body as unknown as TwinEncrypt) : undefined;
}

export function parseDecrypt(body: unknown): TwinDecrypt | undefined {
  const isRight = hasTexts(body, DECRYPT_FIELDS, 1) && hasTexts(body['metadata'], METADATA_FIELDS);
  return isRight ? (body as unknown as TwinDecrypt) : undefined;
}
