import { openSystem, type RunningSystem } from '../launcher/system.js';
import { ANY_PORT } from '../trial/any-port.js';
import { TrialError } from '../trial/run-trial.js';
import { CoreCaller } from './core-caller.js';
import { CoreDatabase } from './core-database.js';
import { encodeContent, type FileRecord, printable, typeOf } from './record.js';
import { canBeLookedFor, hasPlaintext, showRow } from './show-row.js';
import { countOf, type Story } from './story.js';
import { tamper } from './tamper.js';
import { makePerson, metadataOf, type Person, type StoredRecord, Vault } from './vault.js';

export interface DemoRequest {
  readonly records: readonly FileRecord[];
  /** Where the system keeps its data; empty. */
  readonly folder: string;
  readonly story: Story;
  readonly signal: AbortSignal;
}

const MAX_LISTED = 12;

/** The file whose rows are shown and changed: one that a reader understands, if there is one. */
function exampleOf(stored: readonly StoredRecord[]): StoredRecord {
  const telling = stored.filter(({ record }) => canBeLookedFor(record.content));
  const example =
    telling.find(({ record }) => typeOf(record.name) === 'text') ?? telling[0] ?? stored[0];
  if (example === undefined) throw new TrialError('nothing_to_store', 'Nothing was stored.');
  return example;
}

function describe(record: FileRecord): string {
  const { name, content } = record;
  const written = encodeContent(content).encoding === 'utf8' ? 'UTF-8' : 'base64';
  const bytes = countOf(content.length, 'byte');
  return `${printable(name).padEnd(28)} ${typeOf(name).padEnd(9)} ${written.padEnd(7)} ${bytes.padStart(16)}`;
}

/** The steps of the demo, each of which fails where something is not as it should be. */
class Demo {
  constructor(
    private readonly story: Story,
    private readonly vault: Vault,
    private readonly database: CoreDatabase,
  ) {}

  store(records: readonly FileRecord[]): Promise<StoredRecord[]> {
    return this.story.step('Store every file as an item of the vault', async () => {
      const stored = await this.story.each(records, (record) => this.vault.store(record));
      this.story.say(...records.slice(0, MAX_LISTED).map(describe));
      const more = records.length - MAX_LISTED;
      if (more > 0) this.story.say(`and ${more.toLocaleString('en')} more`);
      return stored;
    });
  }

  storeAgain(records: readonly FileRecord[], newVersionId: string): Promise<StoredRecord[]> {
    return this.story.step('Store every file once more, as another item', async () => {
      const stored = await this.story.each(records, (record) => this.vault.store(record));
      if (stored.some(({ versionId }) => versionId !== newVersionId)) {
        throw new TrialError('differs', 'A file was not stored under the active version.');
      }
      this.story.say(`${countOf(stored.length, 'file')}, all under the new version.`);
      return stored;
    });
  }

  look(example: StoredRecord): Promise<void> {
    const { content } = example.record;
    const name = printable(example.record.name);
    return this.story.step("Look at what the core platform's database really holds", async () => {
      const item = await this.database.itemRow(example.itemId);
      const blobs = await this.database.blobRows(example.itemId);
      this.story.say(`The row in vault_item of ${name}:`);
      this.story.say(...showRow(item).map((line) => `  ${line}`));
      for (const blob of blobs) {
        this.story.say(`The row in blob of its ${blob.part}:`);
        this.story.say(...showRow(blob).map((line) => `  ${line}`));
      }
      const metadata = Buffer.from(JSON.stringify(metadataOf(example.record)));
      if (hasPlaintext([item, ...blobs], [content, metadata])) {
        throw new TrialError('plaintext_found', `Plaintext of ${name} stands in these rows.`);
      }
      this.story.say(
        canBeLookedFor(content)
          ? 'Neither its content nor its name is in there: both were looked for.'
          : 'Its name is not in there: it was looked for. Of its content there is too little to look for.',
      );
    });
  }

  readBack(title: string, stored: readonly StoredRecord[]): Promise<void> {
    return this.story.step(title, async () => {
      const found = await this.story.each(stored, async (one) => {
        const differences = await this.vault.differences(one);
        return differences.map((words) => `${printable(one.record.name)}: ${words}`);
      });
      const differences = found.flat();
      if (differences.length > 0) throw new TrialError('differs', differences.join('\n'));
      this.sayVersions(stored);
      this.story.say('Each came back byte for byte, compared by its bytes and by SHA-256.');
    });
  }

  rotate(stored: readonly StoredRecord[]): Promise<string> {
    return this.story.step('Rotate the key', async () => {
      const newVersionId = await this.vault.rotate();
      if (stored.some(({ versionId }) => versionId === newVersionId)) {
        throw new TrialError('differs', 'The rotation made no new version.');
      }
      this.story.say(`The active version is now ${newVersionId}.`);
      this.story.say('The one before stays, for what lies under it.');
      return newVersionId;
    });
  }

  tamper(example: StoredRecord): Promise<void> {
    return this.story.step("Change one bit in the core platform's database", async () => {
      this.story.say(...(await tamper(example, this.vault, this.database)));
    });
  }

  private sayVersions(stored: readonly StoredRecord[]): void {
    for (const [versionId, under] of Map.groupBy(stored, (one) => one.versionId)) {
      this.story.say(`${countOf(under.length, 'file')} under version ${versionId}`);
    }
  }
}

async function act(
  { records, story }: DemoRequest,
  vault: Vault,
  database: CoreDatabase,
): Promise<void> {
  const demo = new Demo(story, vault, database);
  const first = await demo.store(records);
  const example = exampleOf(first);
  await demo.look(example);
  await demo.readBack('Read every file back', first);
  const newVersionId = await demo.rotate(first);
  const second = await demo.storeAgain(records, newVersionId);
  await demo.readBack('Read every file back from under both versions', [...first, ...second]);
  await demo.tamper(example);
}

function start({ folder, story, signal }: DemoRequest): Promise<RunningSystem> {
  return story.step('Start a system of its own', async () => {
    const onEvent = (text: string): void => {
      story.say(text);
    };
    const system = await openSystem({ dataDirectory: folder, ports: ANY_PORT, signal, onEvent });
    const { encryptionService, corePlatform } = system.connection;
    story.say(
      `PostgreSQL, certificates and keys are in ${system.folder.path}`,
      `Encryption service ${encryptionService.url}: holds the keys, and no data`,
      `Core platform      ${corePlatform.url}: holds the data, and no key`,
    );
    return system;
  });
}

function meet({ story }: DemoRequest, caller: CoreCaller): Promise<Person> {
  return story.step('Register a person, log in, make a tenant', async () => {
    const person = await makePerson(caller);
    story.say(`${person.username} is the owner of tenant ${person.tenantId}.`);
    story.say('The encryption service made an encryption for it, with a first key.');
    return person;
  });
}

async function useSystem(request: DemoRequest, system: RunningSystem): Promise<void> {
  const { corePlatform } = system.connection;
  const caller = new CoreCaller(corePlatform, request.signal);
  const database = await CoreDatabase.open(corePlatform.databaseUrl);
  try {
    const person = await meet(request, caller);
    system.folder.writeJson('demo-person.json', person);
    await act(request, new Vault(caller, person.tenantId), database);
  } finally {
    await caller.close();
    await database.close();
  }
}

/**
 * Starts a system, stores the records in it, looks, rotates, tampers, and stops it.
 *
 * @throws TrialError where anything is not as it should be.
 */
export async function runDemo(request: DemoRequest): Promise<void> {
  const system = await start(request);
  try {
    await useSystem(request, system);
  } finally {
    await system.stop();
  }
}
