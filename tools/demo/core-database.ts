import pg from 'pg';
import { TrialError } from '../trial/run-trial.js';

/** One row, by column. */
export type Row = Readonly<Record<string, unknown>>;

export interface BlobRow extends Row {
  readonly id: string;
  readonly part: string;
  readonly cipher_text: Buffer;
}

/** The core platform's database, seen and changed behind its back: as its owner, past the platform and its rules. */
export class CoreDatabase {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** @param url - `corePlatform.databaseUrl` of `connection.json`. */
  static async open(url: string): Promise<CoreDatabase> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return new CoreDatabase(client);
  }

  async itemRow(itemId: string): Promise<Row> {
    const { rows } = await this.#client.query<Row>('select * from vault_item where id = $1', [
      itemId,
    ]);
    const [row] = rows;
    if (row === undefined) throw new TrialError('differs', `There is no row of item ${itemId}.`);
    return row;
  }

  /** The blobs of an item: `data` first, then `metadata`. */
  async blobRows(itemId: string): Promise<BlobRow[]> {
    const text = 'select * from blob where item_id = $1 order by part';
    return (await this.#client.query<BlobRow>(text, [itemId])).rows;
  }

  /** Turns one bit of a ciphertext round. Done twice, all is as it was. */
  async flipBit(blobId: string, bit: number): Promise<void> {
    const text =
      'update blob set cipher_text = set_bit(cipher_text, $2::bigint, 1 - get_bit(cipher_text, $2::bigint)) where id = $1';
    const { rowCount } = await this.#client.query(text, [blobId, bit]);
    if (rowCount !== 1) throw new TrialError('differs', `There is no row of blob ${blobId}.`);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
