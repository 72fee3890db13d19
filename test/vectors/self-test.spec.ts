import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_ANSWERS } from '@app/crypto/vectors';
import { describe, expect, it } from 'vitest';

interface VectorEntry {
  readonly id: string;
  readonly in: Readonly<Record<string, unknown>>;
  readonly out: Readonly<Record<string, unknown>>;
}

const FILE = JSON.parse(readFileSync(join(import.meta.dirname, 'keyward-v1.json'), 'utf8')) as {
  readonly vectors: readonly VectorEntry[];
};

function vector(id: string): VectorEntry {
  const found = FILE.vectors.find((entry) => entry.id === id);
  if (found === undefined) throw new TypeError(`there is no vector ${id}`);
  return found;
}

describe('the answers of the self test', () => {
  it.each([
    ['AES-256-GCM', 'blob-aes-02'],
    ['XAES-256-GCM', 'blob-xaes-02'],
    ['ChaCha20-Poly1305', 'blob-chacha-02'],
    ['RSA-OAEP-3072-SHA256+AES-256-GCM', 'blob-rsa-02'],
  ])('are those of the vectors: %s', (suite, id) => {
    const { in: input, out } = vector(id);
    const blob = KNOWN_ANSWERS.blobs.find(({ place }) => place.suite === suite);
    expect(input).toMatchObject({
      ...blob?.place,
      context: blob?.context,
      dataBytes: blob?.data,
    });
    expect(blob?.dek).toContain(String(input['dek']));
    expect(out).toMatchObject({ cipherText: blob?.cipherText, metadata: blob?.metadata });
  });

  it('are those of the vectors: wrapped key and stream', () => {
    const { record, place, salt, ...keys } = KNOWN_ANSWERS.wrappedKey;
    expect(vector('wrap-client-01').in).toMatchObject({ ...place, ...keys, w: salt });
    expect(vector('wrap-client-01').out).toEqual({ record });
    const { stream } = KNOWN_ANSWERS;
    const { dek, context, salt: streamSalt } = stream;
    expect(vector('stream-02').in).toMatchObject({ dek, context, salt: streamSalt });
    expect(vector('stream-02').out).toEqual({ stream: stream.stream });
  });
});
