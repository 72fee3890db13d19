import { describe, expect, it } from 'vitest';
import { AppError } from '@app/errors';
import {
  CreateClientRequest,
  PatchClientRequest,
  CreateEncryptionRequest,
  DecryptItem,
  EncryptBatchRequest,
  EncryptItem,
  EncryptRequest,
  parseDto,
  type DtoClass,
} from './index.js';

const ID = '7C334D78-ecdd-5a9c-1a1a-4e0983c836da';

function refusal(cls: DtoClass, input: unknown) {
  try {
    parseDto(cls, input);
  } catch (error) {
    if (error instanceof AppError) return { code: error.code, errors: error.errors };
    throw error;
  }
  return undefined;
}

function fieldsOf(cls: DtoClass, input: unknown): string[] | undefined {
  return refusal(cls, input)?.errors?.map(({ field }) => field);
}

describe('parseDto', () => {
  it('binds what is valid and lower-cases its UUIDs', () => {
    const request = parseDto(EncryptRequest, { encryptionId: ID, data: '' });
    expect(request).toBeInstanceOf(EncryptRequest);
    expect(request.encryptionId).toBe(ID.toLowerCase());
  });

  it('names an unknown field and no value', () => {
    const refused = refusal(EncryptRequest, {
      encryptionId: ID,
      data: 'hidden-value',
      dek: 'hidden-value',
    });
    expect(refused).toEqual({
      code: 'invalid_request',
      errors: [{ field: 'dek', message: 'is not a field of this call' }],
    });
  });

  it('does not echo a field name that is no name', () => {
    expect(fieldsOf(EncryptRequest, { encryptionId: ID, data: '', 'kw_secret value': 1 })).toEqual([
      '(a name of another form)',
    ]);
  });

  it('takes __proto__ and constructor as unknown fields, not as prototypes', () => {
    const input: unknown = JSON.parse(
      `{"encryptionId":"${ID}","data":"","__proto__":{"data":"x"}}`,
    );
    expect(fieldsOf(EncryptRequest, input)).toEqual(['__proto__']);
    expect(fieldsOf(EncryptRequest, { encryptionId: ID, data: '', constructor: 1 })).toEqual([
      'constructor',
    ]);
    expect(fieldsOf(EncryptRequest, { encryptionId: ID, data: '', toString: 1 })).toEqual([
      'toString',
    ]);
  });

  it.each([null, [], 'text', 1, true])('refuses a body that is %j', (input) => {
    expect(fieldsOf(EncryptRequest, input)).toEqual(['body']);
  });

  it('refuses null and wrong types, each by its field', () => {
    expect(
      fieldsOf(EncryptRequest, { encryptionId: 1, data: null, encoding: null, context: [] }),
    ).toEqual(expect.arrayContaining(['encryptionId', 'data', 'encoding', 'context']));
  });

  it('gives the path of a wrong field inside another', () => {
    const masterKey = { mode: 'other', provider: 'x', more: 1 };
    expect(fieldsOf(CreateEncryptionRequest, { masterKey })).toEqual(
      expect.arrayContaining(['masterKey.mode', 'masterKey.more']),
    );
    expect(fieldsOf(CreateEncryptionRequest, { masterKey: 'platform' })).toEqual(['masterKey']);
    expect(fieldsOf(CreateEncryptionRequest, { masterKey: [{ mode: 'platform' }] })).toEqual([
      'masterKey',
    ]);
    expect(fieldsOf(CreateEncryptionRequest, {})).toEqual(['masterKey']);
  });

  it('leaves the own key __proto__ of a context where it is', () => {
    const context: unknown = JSON.parse('{"__proto__":"a"}');
    const request = parseDto(EncryptRequest, { encryptionId: ID, data: '', context });
    expect(Object.keys(request.context ?? {})).toEqual(['__proto__']);
  });

  it('names twenty wrong fields at most, whatever was sent', () => {
    const many = Object.fromEntries(
      Array.from({ length: 9_000 }, (_, index) => [`f${String(index)}`, 1]),
    );
    expect(fieldsOf(EncryptRequest, many)).toHaveLength(20);
  });

  it('does not look into a list that is too long', () => {
    const certificates = Array.from({ length: 3 }, () => ({ more: 1 }));
    expect(fieldsOf(PatchClientRequest, { certificates })).toEqual(['certificates']);
  });

  it('takes only an empty object for a class without fields', () => {
    // eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a class is what a body is checked against
    class Empty {}
    expect(refusal(Empty, {})).toBeUndefined();
    expect(refusal(Empty, undefined)).toBeUndefined();
    expect(fieldsOf(Empty, { reEncrypt: true })).toEqual(['reEncrypt']);
  });

  it('refuses a list with a duplicate', () => {
    expect(fieldsOf(CreateClientRequest, { name: 'a', scopes: ['encrypt', 'encrypt'] })).toEqual([
      'scopes',
    ]);
  });
});

describe('a list whose members are checked elsewhere', () => {
  it('is refused as a whole by its length alone', () => {
    const of = (items: unknown) => fieldsOf(EncryptBatchRequest, { encryptionId: ID, items });
    for (const items of [undefined, null, {}, 'x', [], Array.from({ length: 1001 })])
      expect(of(items)).toEqual(['items']);
    expect(of([null, { more: 1 }, ID])).toBeUndefined();
    expect(of(Array.from({ length: 1000 }))).toBeUndefined();
  });

  it('has members that are checked as a single call is', () => {
    expect(fieldsOf(EncryptItem, { data: '', reference: 'r', encryptionId: ID })).toBeUndefined();
    expect(fieldsOf(EncryptItem, { data: 7, reference: 1, more: 1 })).toEqual([
      'more',
      'reference',
      'data',
    ]);
    expect(fieldsOf(DecryptItem, {})).toEqual(['cipherText', 'encryptionVersionId', 'metadata']);
  });
});
