import { describe, expect, it } from 'vitest';
import { DEFAULT_BODY_LIMIT_BYTES, MAX_DATA_BYTES } from '@app/contract';
import { decodeContent, encodeContent, printable, typeOf } from './record.js';

describe('typeOf', () => {
  it.each([
    ['letter.txt', 'text'],
    ['a/b/REPORT.JSON', 'json'],
    ['scan.PNG', 'image'],
    ['summary.v2.pdf', 'document'],
    ['values.csv', 'table'],
    ['no-suffix', 'file'],
    ['folder.txt/no-suffix', 'file'],
    ['model.stl', 'file'],
    ['odd.constructor', 'file'],
  ])('says of %s: %s', (name, expected) => {
    expect(typeOf(name)).toBe(expected);
  });
});

describe('encodeContent', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['text with umlauts and emoji', Buffer.from('Grüße 👩🏽‍⚕️\r\n\0')],
    ['text with a byte order mark', Buffer.from('\ufeffa')],
  ])('keeps %s as text', (_what, content) => {
    const encoded = encodeContent(content);
    expect(encoded.encoding).toBe('utf8');
    expect(decodeContent(encoded)).toEqual(content);
  });

  it.each([
    ['bytes that are no UTF-8', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff])],
    ['a surrogate in three bytes', Buffer.from([0xed, 0xa0, 0x80])],
    ['an overlong form', Buffer.from([0xc0, 0x80])],
    ['Latin-1', Buffer.from('Grüße', 'latin1')],
  ])('makes base64 of %s', (_what, content) => {
    const encoded = encodeContent(content);
    expect(encoded.encoding).toBe('base64');
    expect(decodeContent(encoded)).toEqual(content);
  });

  it('keeps a request inside the limit, whatever the text', () => {
    const content = Buffer.alloc(MAX_DATA_BYTES, '\n');
    const encoded = encodeContent(content);
    expect(encoded.encoding).toBe('base64');
    expect(JSON.stringify(encoded).length).toBeLessThan(DEFAULT_BODY_LIMIT_BYTES);
  });
});

describe('printable', () => {
  it('lets no name command the terminal', () => {
    expect(printable('a\u001b[2Jb\u202ec\nd')).toBe('a?[2Jb?c?d');
    expect(printable('Süße/Größe 👍.txt')).toBe('Süße/Größe 👍.txt');
  });
});
