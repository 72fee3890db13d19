import { describe, expect, it } from 'vitest';
import { hasPlaintext, showRow } from './show-row.js';

const SECRET = Buffer.from('Sehr geehrte Frau Übermüller, wir danken');

describe('showRow', () => {
  it('aligns columns and shortens what is long', () => {
    const lines = showRow({
      id: 'x',
      cipher_text: Buffer.alloc(1500, 0xab),
      metadata: { v: 1, text: 'y'.repeat(200) },
      created_at: new Date(0),
      labels: [],
    });
    expect(lines[0]).toBe('id           x');
    expect(lines[1]).toBe(`cipher_text  \\x${'ab'.repeat(24)}… (1,500 bytes)`);
    expect(lines[2]).toMatch(/^metadata {5}\{"v":1,"text":"y+…$/);
    expect(lines.slice(3)).toEqual(['created_at   1970-01-01T00:00:00.000Z', 'labels       []']);
  });
});

describe('hasPlaintext', () => {
  it.each([
    ['bytes', Buffer.concat([Buffer.from([1, 2]), SECRET])],
    ['text', `x${SECRET.toString()}`],
    ['hexadecimal', SECRET.toString('hex')],
    ['base64', SECRET.toString('base64')],
    ['a field of an object', { deep: [SECRET.toString('base64url')] }],
  ])('finds it as %s', (_form, value) => {
    expect(hasPlaintext([{ other: 1 }, { value }], [SECRET])).toBe(true);
  });

  it('finds a short plaintext in longer base64', () => {
    const short = Buffer.from('thirteen char');
    const longer = Buffer.concat([short, Buffer.from('acters more')]).toString('base64');
    expect(hasPlaintext([{ longer }], [short])).toBe(true);
  });

  it('finds nothing in what is encrypted, and looks for nothing that is too short to tell', () => {
    expect(hasPlaintext([{ a: Buffer.alloc(500, 7), b: null, c: 'AES-256-GCM' }], [SECRET])).toBe(
      false,
    );
    expect(hasPlaintext([{ metadata: { v: 1 } }], [Buffer.from('metadata')])).toBe(false);
  });
});
