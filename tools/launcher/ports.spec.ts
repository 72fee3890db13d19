import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFreePort } from '../network/free-port.js';
import { DataFolder } from './data-folder.js';
import { choosePorts } from './ports.js';

const ONE_EACH = { encryption: 1, core: 1 };
const ANY = { encryption: 0, operations: 0, core: 0, coreOperations: 0 };

let path: string;
let folder: DataFolder;
const servers: Server[] = [];

async function block(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
}

beforeEach(() => {
  path = mkdtempSync(join(tmpdir(), 'ports-'));
  folder = new DataFolder(path);
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(path, { recursive: true });
});

describe('choosePorts', () => {
  it('takes what the flags demand', async () => {
    const port = await findFreePort();
    const ports = await choosePorts(folder, { ...ANY, core: port }, ONE_EACH);
    expect(ports.core).toEqual([port]);
    expect(ports.encryption).not.toEqual([0]);
  });

  it('refuses a demanded port that is busy, or demanded twice', async () => {
    const port = await findFreePort();
    const twice = choosePorts(folder, { ...ANY, core: port, operations: port }, ONE_EACH);
    await expect(twice).rejects.toMatchObject({ code: 'port_busy' });
    await block(port);
    const busy = choosePorts(folder, { ...ANY, encryption: port }, ONE_EACH);
    await expect(busy).rejects.toMatchObject({ code: 'port_busy' });
  });

  it('takes those of last time, and another for one that is busy now', async () => {
    const first = await choosePorts(folder, ANY, { encryption: 2, core: 1 });
    expect(await choosePorts(folder, {}, { encryption: 2, core: 1 })).toEqual(first);
    await block(first.core[0] ?? 0);
    const third = await choosePorts(folder, {}, { encryption: 2, core: 1 });
    expect(third.encryption).toEqual(first.encryption);
    expect(third.core).not.toEqual(first.core);
  });

  it('gives every replica ports of its own', async () => {
    const ports = await choosePorts(folder, ANY, { encryption: 3, core: 2 });
    const all = Object.values(ports).flat();
    expect(all).toHaveLength(10);
    expect(new Set(all).size).toBe(10);
  });
});
