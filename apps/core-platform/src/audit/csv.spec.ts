import { describe, expect, it } from 'vitest';
import { csvCell, csvLine } from './csv.js';

describe('csvCell', () => {
  it.each([
    ['=HYPERLINK("https://evil.test")', `"'=HYPERLINK(""https://evil.test"")"`],
    ['+1', `"'+1"`],
    ['-2+3', `"'-2+3"`],
    ['@SUM(A1)', `"'@SUM(A1)"`],
    ['\t=1', `"'\t=1"`],
    ['\r=1', `"'\r=1"`],
    ['\n=1', `"'\n=1"`],
    ['\nplain', `"'\nplain"`],
    [' =1', `"' =1"`],
    ['\u00a0+1', `"'\u00a0+1"`],
    ['\uff1d1', `"'\uff1d1"`],
    ['\uff0b1', `"'\uff0b1"`],
    ['\uff0d1', `"'\uff0d1"`],
    ['\uff20A1', `"'\uff20A1"`],
    ['a;=1', `"a;'=1"`],
    ['a; @A1;-2', `"a;' @A1;'-2"`],
    ['a\tb\t=1', `"a\tb\t'=1"`],
    ['a\r\n=1', `"a\r\n'=1"`],
  ])('takes the meaning of a formula from %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it.each([
    ['plain', '"plain"'],
    ['', '""'],
    [undefined, '""'],
    ['a "quoted" word', '"a ""quoted"" word"'],
    ['a, b\r\nc', '"a, b\r\nc"'],
    ['a=b', '"a=b"'],
    ['a;b=c', '"a;b=c"'],
    ['a, -1', '"a, -1"'],
    [-5, '"-5"'],
  ])('leaves %j what it is', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });
});

describe('csvLine', () => {
  it('ends with CR LF', () => {
    expect(csvLine(['a', undefined, 1])).toBe('"a","","1"\r\n');
  });
});
