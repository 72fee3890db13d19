import { isUtf8 } from 'node:buffer';
import { DEFAULT_BODY_LIMIT_BYTES } from '@app/contract';

/** A file that is stored as one vault item. */
export interface FileRecord {
  /** Its path below the folder that was given, with `/` between folders. */
  readonly name: string;
  readonly content: Buffer;
}

/** How a file's bytes go into JSON. */
export interface EncodedContent {
  readonly data: string;
  readonly encoding: 'utf8' | 'base64';
}

/** What lies in clear beside an item is its type, so it says no more of a file than its kind. */
const TYPES: Readonly<Record<string, string>> = {
  txt: 'text',
  md: 'text',
  rtf: 'text',
  json: 'json',
  xml: 'xml',
  csv: 'table',
  tsv: 'table',
  xlsx: 'table',
  ods: 'table',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  pdf: 'document',
  docx: 'document',
  odt: 'document',
};

/** Room for the other fields of a request, and for those that the core adds when it passes the data on. */
const ROOM_FOR_FIELDS_BYTES = 64 * 1024;

/** A file's name as it may be printed: some names hold what a terminal takes for commands. */
export function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '?');
}

/** The type of the item that a file becomes. */
export function typeOf(name: string): string {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(TYPES, extension) ? (TYPES[extension] ?? 'file') : 'file';
}

/** Text as it is, all else as base64; so is text of which JSON makes more than a request may hold, such as line ends alone. */
export function encodeContent(content: Buffer): EncodedContent {
  if (isUtf8(content)) {
    const data = content.toString('utf8');
    const written = Buffer.byteLength(JSON.stringify(data), 'utf8');
    if (written <= DEFAULT_BODY_LIMIT_BYTES - ROOM_FOR_FIELDS_BYTES)
      return { data, encoding: 'utf8' };
  }
  return { data: content.toString('base64'), encoding: 'base64' };
}

/** The bytes that an answer of the vault stands for. */
export function decodeContent({ data, encoding }: EncodedContent): Buffer {
  return Buffer.from(data, encoding);
}
