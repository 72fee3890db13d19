import { createHash, randomBytes } from 'node:crypto';
import { type CoreAnswer, type CoreCaller, textOf } from './core-caller.js';
import { decodeContent, encodeContent, type FileRecord, typeOf } from './record.js';

/** A person who is logged in, and the tenant that they made. */
export interface Person {
  readonly username: string;
  readonly password: string;
  readonly tenantId: string;
}

/** A file as it lies in the vault. */
export interface StoredRecord {
  readonly record: FileRecord;
  readonly itemId: string;
  readonly versionId: string;
}

/** What the person says about a file; it is encrypted like the content. */
export function metadataOf({ name, content }: FileRecord): { fileName: string; bytes: number } {
  return { fileName: name, bytes: content.length };
}

/** Registers a person, logs them in and makes a tenant, which gets an encryption of its own. */
export async function makePerson(caller: CoreCaller): Promise<Person> {
  const username = 'ada';
  const password = randomBytes(18).toString('base64url');
  const body = { username, password };
  await caller.call({ method: 'POST', path: '/auth/register', body });
  const login = await caller.call({ method: 'POST', path: '/auth/login', body });
  caller.useToken(textOf(login, 'accessToken'));
  const tenant = { name: "Ada's practice" };
  const made = await caller.call({ method: 'POST', path: '/tenants', body: tenant });
  return { username, password, tenantId: textOf(made, 'id') };
}

/** The vault of one tenant, as its owner uses it. */
export class Vault {
  constructor(
    private readonly caller: CoreCaller,
    private readonly tenantId: string,
  ) {}

  async store(record: FileRecord): Promise<StoredRecord> {
    const { name, content } = record;
    const body = { type: typeOf(name), metadata: metadataOf(record), ...encodeContent(content) };
    const path = `/tenants/${this.tenantId}/vault`;
    const answer = await this.caller.call({ method: 'POST', path, body });
    return {
      record,
      itemId: textOf(answer, 'id'),
      versionId: textOf(answer, 'encryptionVersionId'),
    };
  }

  /** Reads an item, whatever comes of it. */
  tryRead({ itemId }: StoredRecord): Promise<CoreAnswer> {
    return this.caller.ask({ method: 'GET', path: `/tenants/${this.tenantId}/vault/${itemId}` });
  }

  /** What of a stored file does not come back as it was, in words; nothing when all does. */
  async differences(stored: StoredRecord): Promise<string[]> {
    const { status, body } = await this.tryRead(stored);
    if (status !== 200) {
      const code = typeof body['code'] === 'string' ? body['code'] : 'no code';
      return [`it was answered with ${status.toString()} (${code})`];
    }
    return compare(stored, body);
  }

  /** Makes a new version the active one; answers its id. */
  async rotate(): Promise<string> {
    const path = `/tenants/${this.tenantId}/rotate-keys`;
    return textOf(await this.caller.call({ method: 'POST', path, body: {} }), 'newVersionId');
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Compares an answered item with the file that was stored. */
export function compare(stored: StoredRecord, item: CoreAnswer['body']): string[] {
  const { record, versionId } = stored;
  const { data, encoding, type, encryptionVersionId } = item;
  if (typeof data !== 'string' || (encoding !== 'utf8' && encoding !== 'base64')) {
    return ['it has no content'];
  }
  const content = decodeContent({ data, encoding });
  const metadata = JSON.stringify(item['metadata']) === JSON.stringify(metadataOf(record));
  const checks: readonly [boolean, string][] = [
    [content.equals(record.content), 'its bytes are others'],
    [sha256(content) === sha256(record.content), 'its SHA-256 is another'],
    [metadata, 'its metadata are others'],
    [type === typeOf(record.name), 'its type is another'],
    [encryptionVersionId === versionId, 'its version is another'],
  ];
  return checks.flatMap(([isSame, words]) => (isSame ? [] : [words]));
}
