import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderReport, total } from './report.js';
import { runVectors, type Verdict } from './run-vectors.js';
import { VectorFileError } from './vector-file-error.js';
import { parseVectorFile, readVectorFile, type VectorFile } from './vector-file.js';

interface Entry {
  id: string;
  group: string;
  code?: string;
  in: Record<string, unknown>;
  mid?: Record<string, unknown>;
  out?: Record<string, unknown>;
}

interface File {
  format: string;
  vectors: Entry[];
  rejects: Entry[];
}

const SOURCE = readFileSync(
  join(import.meta.dirname, '../../test/vectors/keyward-v1.json'),
  'utf8',
);
const RIGHT = JSON.parse(SOURCE) as File;

function parse(content: unknown): VectorFile {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return parseVectorFile(Buffer.from(text), 'vectors.json');
}

async function verdicts(content: unknown): Promise<Map<string, Verdict>> {
  const groups = await runVectors(parse(content));
  return new Map([...groups.values()].flatMap((group) => [...group]));
}

const BEFORE = await verdicts(RIGHT);

function isRight({ id }: Entry): boolean {
  return BEFORE.get(id) === 'right';
}

function ofRight(keep: (entry: Entry) => boolean, change: (entry: Entry) => void): File {
  const file = structuredClone(RIGHT);
  const kept = { ...file, vectors: file.vectors.filter(keep), rejects: file.rejects.filter(keep) };
  [...kept.vectors, ...kept.rejects].forEach(change);
  return kept;
}

function spoil(value: unknown): unknown {
  if (typeof value !== 'string') return { spoilt: value };
  return value.startsWith('0') ? `1${value.slice(1)}` : `0${value.slice(1)}`;
}

describe('running vectors', () => {
  it('finds a wrong byte in any result', async () => {
    const names = new Set(
      RIGHT.vectors.filter(isRight).flatMap(({ out }) => Object.keys(out ?? {})),
    );
    expect(names.size).toBeGreaterThan(10);
    for (const name of names) {
      const file = ofRight(
        (entry) => isRight(entry) && Object.hasOwn(entry.out ?? {}, name),
        ({ out }) => {
          if (out) out[name] = spoil(out[name]);
        },
      );
      expect(new Set((await verdicts(file)).values()), name).toEqual(new Set(['wrong']));
    }
  });

  it('finds a wrong byte in any step between', async () => {
    const names = new Set(
      RIGHT.vectors.filter(isRight).flatMap(({ mid }) => Object.keys(mid ?? {})),
    );
    expect(names.size).toBeGreaterThan(15);
    for (const name of names) {
      const file = ofRight(
        (entry) => isRight(entry) && Object.hasOwn(entry.mid ?? {}, name),
        ({ mid }) => {
          if (mid) mid[name] = spoil(mid[name]);
        },
      );
      expect(new Set((await verdicts(file)).values()), name).toEqual(new Set(['wrong']));
    }
  });

  it('finds a result that is missing or one too many', async () => {
    const missing = ofRight(isRight, (entry) => {
      if (entry.out) entry.out = Object.fromEntries(Object.entries(entry.out).slice(1));
    });
    const surplus = ofRight(isRight, ({ out }) => {
      if (out) out['surplus'] = '00';
    });
    for (const file of [missing, surplus]) {
      const found = [...(await verdicts({ ...file, rejects: [] })).values()];
      expect(new Set(found)).toEqual(new Set(['wrong']));
    }
  });

  it('finds a reject that is refused with another code', async () => {
    const file = ofRight(isRight, (entry) => {
      if (entry.code !== undefined) entry.code = 'forbidden';
    });
    expect(new Set((await verdicts({ ...file, vectors: [] })).values())).toEqual(
      new Set(['wrong']),
    );
  });

  it('finds a reject that is not refused', async () => {
    const blob = RIGHT.vectors.find(({ id }) => id === 'blob-aes-02');
    const { cipherText, metadata } = blob?.out ?? {};
    const reject = {
      id: 'x',
      group: 'reject-blob',
      code: 'decryption_failed',
      in: { ...blob?.in, openAs: 'data', cipherText, metadata },
    };
    expect(await verdicts({ ...RIGHT, vectors: [], rejects: [reject] })).toEqual(
      new Map([['x', 'wrong']]),
    );
  });

  it('counts a group that it does not know, and a suite that is not there, as not yet there', async () => {
    const file = ofRight(isRight, (entry) => {
      if (entry.in['suite'] !== undefined) entry.in['suite'] = 'AES-512-XYZ';
      else entry.group = `later-${entry.group}`;
    });
    expect(new Set((await verdicts(file)).values())).toEqual(new Set(['not yet']));
  });
});

describe('the report', () => {
  it('has a line for each group, a total and the ids of what was wrong', async () => {
    const file = ofRight(
      ({ group }) => ['e', 'context'].includes(group),
      (entry) => {
        if (entry.id === 'e-03' && entry.out) entry.out['E'] = '00';
        if (entry.group === 'context') entry.group = 'later';
      },
    );
    const groups = await runVectors(parse(file));
    expect(renderReport(groups)).toEqual([
      'group   right   wrong not yet',
      'e           7       1       0',
      'later       0       0      10',
      'total       7       1      10',
      'wrong: e-03',
    ]);
    expect(total(groups, 'wrong')).toBe(1);
  });
});

const UNUSABLE: [string, unknown][] = [
  ['no JSON', '{"format":'],
  ['a duplicate key', '{"format":"keyward/v1","vectors":[],"vectors":[]}'],
  ['a list', []],
  ['another format', { ...RIGHT, format: 'keyward/v2' }],
  ['no vectors at all', { format: 'keyward/v1' }],
  ['vectors that are no list', { format: 'keyward/v1', vectors: {} }],
  ['a vector without an id', { format: 'keyward/v1', vectors: [{ group: 'e', in: {}, out: {} }] }],
  [
    'a vector without a result',
    { format: 'keyward/v1', vectors: [{ id: 'x', group: 'e', in: {} }] },
  ],
  ['an id twice', { format: 'keyward/v1', vectors: [RIGHT.vectors[0], RIGHT.vectors[0]] }],
  [
    'a code that is none',
    { format: 'keyward/v1', rejects: [{ id: 'x', group: 'reject-blob', in: {}, code: 'oops' }] },
  ],
  [
    'an input that is missing',
    { format: 'keyward/v1', vectors: [{ id: 'x', group: 'hkdf', in: {}, out: {} }] },
  ],
  [
    'bytes that are not hex',
    {
      format: 'keyward/v1',
      vectors: [{ id: 'x', group: 'e', in: { members: [{ bytes: 'xy' }] }, out: {} }],
    },
  ],
  [
    'a member of no kind',
    {
      format: 'keyward/v1',
      vectors: [{ id: 'x', group: 'e', in: { members: [{ float: '1.5' }] }, out: {} }],
    },
  ],
];

describe('a file of vectors', () => {
  it.each(UNUSABLE)('is refused for %s', async (_, content) => {
    await expect(verdicts(content)).rejects.toThrow(VectorFileError);
  });

  it('is refused where it cannot be read', () => {
    expect(() => readVectorFile(join(import.meta.dirname, 'missing.json'))).toThrow(
      VectorFileError,
    );
    expect(() => readVectorFile(import.meta.dirname)).toThrow(VectorFileError);
  });
});
