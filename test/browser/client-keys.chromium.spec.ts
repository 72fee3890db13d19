import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CoreAccounts,
  generateKeyPair,
  openMasterKey,
  SecretKey,
  sealMasterKey,
  StoredMemory,
  unwrapPrivateKey,
} from '@app/client-keys';
import type * as Keys from '@app/client-keys';
import { argon2id } from '@app/client-keys/node';
import { findChromium } from '../../tools/emulators/chromium.mjs';
import { ChromiumPage } from '../support/chromium-page.js';
import { CLIENT_PASSWORD, ClientDevice } from '../support/core-client.js';
import { FakeCore } from '../support/fake-core.js';

/** What `page.js` leaves in the page: the functions below run there, and name nothing of this file. */
declare const keys: typeof Keys & { readonly argon2id: Keys.Argon2id };
declare const localStorage: Keys.TextStore;

interface Vector {
  readonly group: string;
  readonly id: string;
  readonly in: Readonly<Record<string, unknown>>;
  readonly out: Readonly<Record<string, string>>;
}

const FILE = join(import.meta.dirname, '../vectors/keyward-v1.json');
const { vectors } = JSON.parse(readFileSync(FILE, 'utf8')) as { vectors: readonly Vector[] };

function ofGroup(group: string): readonly Vector[] {
  return vectors.filter((vector) => vector.group === group);
}

/** Lists of numbers are what crosses between page and test. */
function numbers(hex: unknown): number[] {
  return [...Buffer.from(String(hex), 'hex')];
}

function hexOf(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}

const DOCUMENT = join(import.meta.dirname, '../../docs/passwords-and-keys.md');

/** The code of the document, one block after the other, as a function of what a page knows besides. */
function exampleModule(origin: string): string {
  const blocks = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^```js\n([\s\S]*?)^```$/gm)];
  const code = blocks.map(([, block]) => String(block)).join('');
  const [imports = ''] = /^import [^;]*;$/m.exec(code) ?? [];
  const body = code.replace(imports, '').replace('https://core.example', origin);
  const given = 'username, password, newPassword, tenantId, teamId, memberId, confirm';
  return `${imports}\nexport async function run({ ${given} }) {\n${body}\n}\n`;
}

const CHROMIUM = findChromium();

describe.skipIf(CHROMIUM === undefined)('client-keys in Chromium', () => {
  const core = new FakeCore();
  let chromium: ChromiumPage;

  beforeAll(async () => {
    core.parameters = { ...core.parameters, parallelism: 4 };
    chromium = await ChromiumPage.open(String(CHROMIUM), core);
  });

  afterAll(async () => {
    await chromium.stop();
  });

  it.each(ofGroup('derive'))('derives what Node.js derives: $id', async ({ in: input, out }) => {
    const { password, origin, username, t, m, p } = input;
    const device = input['deviceSecret'] === undefined ? undefined : numbers(input['deviceSecret']);
    const account = { origin: String(origin), username: String(username) };
    const cost = { iterations: Number(t), memoryKiB: Number(m), parallelism: Number(p) };
    const derived = await chromium.page.evaluate(
      async ({ password, account, salt, cost, device }) => {
        const parameters = { ...cost, salt: Uint8Array.from(salt) };
        const secret = device && new keys.SecretKey(Uint8Array.from(device));
        const { argon2id } = keys;
        const both = await keys.deriveKeys(argon2id, password, account, parameters, secret);
        return { loginSecret: both.loginSecret, memberKey: [...both.memberKey.expose()] };
      },
      { password: String(password), account, salt: numbers(input['salt']), cost, device },
    );
    expect(derived.loginSecret).toBe(out['loginSecret']);
    expect(hexOf(derived.memberKey)).toBe(out['memberKey']);
  });

  it.each(ofGroup('member-seal'))('opens the sealed copy $id', async ({ in: input, out }) => {
    const place = { tenantId: String(input['tenantId']), userId: String(input['userId']) };
    const opened = await chromium.page.evaluate(
      async ({ place, privateKey, sealed }) => {
        const key = new keys.SecretKey(Uint8Array.from(privateKey));
        return [...(await keys.openMasterKey(key, place, Uint8Array.from(sealed))).expose()];
      },
      { place, privateKey: numbers(input['privateKey']), sealed: numbers(out['sealed']) },
    );
    expect(hexOf(opened)).toBe(input['tenantKey']);
  });

  it.each(ofGroup('member-private-key'))(
    'opens the wrapped key $id',
    async ({ in: input, out }) => {
      const opened = await chromium.page.evaluate(
        async ({ memberKey, userId, privateKey, wrapped }) => {
          const key = new keys.SecretKey(Uint8Array.from(memberKey));
          const own = new keys.SecretKey(Uint8Array.from(privateKey));
          // The public half of the vector's key, as this browser computes it: another one would not open.
          const again = await keys.wrapPrivateKey(key, userId, own);
          const publicKey = await keys.publicKeyOf(own);
          const from = async (bytes: Uint8Array): Promise<number[]> => [
            ...(await keys.unwrapPrivateKey(key, userId, publicKey, bytes)).expose(),
          ];
          return [await from(Uint8Array.from(wrapped)), await from(again)];
        },
        {
          memberKey: numbers(input['memberKey']),
          userId: String(input['userId']),
          privateKey: numbers(input['privateKey']),
          wrapped: numbers(out['wrapped']),
        },
      );
      expect(opened.map(hexOf)).toEqual([input['privateKey'], input['privateKey']]);
    },
  );

  it('makes copies and wraps that Node.js opens, and opens those of Node.js', async () => {
    const place = { tenantId: randomUUID(), userId: randomUUID() };
    const [memberKey, masterKey] = [SecretKey.random(), SecretKey.random()];
    const pair = await generateKeyPair();
    const there = await chromium.page.evaluate(
      async ({ place, memberKey, masterKey, publicKey }) => {
        const own = await keys.generateKeyPair();
        const key = new keys.SecretKey(Uint8Array.from(memberKey));
        const sent = new keys.SecretKey(Uint8Array.from(masterKey));
        const to = Uint8Array.from(publicKey);
        return {
          publicKey: [...own.publicKey],
          wrapped: [...(await keys.wrapPrivateKey(key, place.userId, own.privateKey))],
          sealed: [...(await keys.sealMasterKey(to, place, sent))],
        };
      },
      {
        place,
        memberKey: [...memberKey.expose()],
        masterKey: [...masterKey.expose()],
        publicKey: [...pair.publicKey],
      },
    );
    const opened = await openMasterKey(pair.privateKey, place, Uint8Array.from(there.sealed));
    expect(opened.equals(masterKey)).toBe(true);
    const [publicKey, wrapped] = [there.publicKey, there.wrapped].map((list) => Buffer.from(list));
    if (publicKey === undefined || wrapped === undefined) throw new Error('two lists make two');
    const theirs = await unwrapPrivateKey(memberKey, place.userId, publicKey, wrapped);
    const copy = await sealMasterKey(publicKey, place, masterKey);
    expect((await openMasterKey(theirs, place, copy)).equals(masterKey)).toBe(true);
  });

  it('refuses a changed copy and a public key of small order', async () => {
    const codes = await chromium.page.evaluate(
      async ({ tenantId, userId }) => {
        const place = { tenantId, userId };
        const codeOf = (work: Promise<unknown>): Promise<unknown> =>
          work.then(
            () => 'done',
            (error: unknown) => (error as { code?: unknown }).code,
          );
        const { privateKey, publicKey } = await keys.generateKeyPair();
        const sealed = await keys.sealMasterKey(publicKey, place, keys.SecretKey.random());
        sealed[79] = (sealed[79] ?? 0) ^ 1;
        return [
          await codeOf(keys.openMasterKey(privateKey, place, sealed)),
          await codeOf(keys.sealMasterKey(new Uint8Array(32), place, keys.SecretKey.random())),
        ];
      },
      { tenantId: randomUUID(), userId: randomUUID() },
    );
    expect(codes).toEqual(['decryption_failed', 'decryption_failed']);
  });

  it('goes through an account: registered and logged in here, opened in Node.js', async () => {
    const here = await chromium.page.evaluate(
      async ({ origin, password }) => {
        const memory = new keys.StoredMemory(localStorage);
        const { argon2id } = keys;
        const accounts = new keys.CoreAccounts({
          origin,
          argon2id,
          parameters: memory,
          trustedKeys: memory,
        });
        await accounts.register({ username: 'Alice', password });
        const { session, masterKeys } = await accounts.logIn({ username: 'alice', password });
        return {
          memberKey: [...session.memberKey.expose()],
          fingerprint: await masterKeys.ownFingerprint(),
        };
      },
      { origin: chromium.origin, password: CLIENT_PASSWORD },
    );
    const texts = new Map<string, string>();
    const memory = new StoredMemory({
      getItem: (key) => texts.get(key) ?? null,
      setItem: (key, value) => void texts.set(key, value),
    });
    const ports = { argon2id, parameters: memory, trustedKeys: memory };
    const accounts = new CoreAccounts({ origin: chromium.origin, ...ports });
    const login = { username: 'alice', password: CLIENT_PASSWORD };
    const { session, masterKeys } = await accounts.logIn(login);
    expect([...session.memberKey.expose()]).toEqual(here.memberKey);
    expect(await masterKeys.ownFingerprint()).toBe(here.fingerprint);
    expect(core.sent).not.toContain(CLIENT_PASSWORD);
  });

  it('does what docs/passwords-and-keys.md shows', async () => {
    const { session, masterKeys } = await new ClientDevice(core).person('bob');
    const fingerprint = await masterKeys.ownFingerprint();
    const [tenantId, teamId] = [randomUUID(), randomUUID()];
    chromium.addModule('/example.js', exampleModule(chromium.origin));
    const asked = await chromium.page.evaluate(
      async ({ people, answers }) => {
        const asked: unknown[] = [];
        const confirm = (question: unknown): Promise<boolean> => {
          asked.push(question);
          return Promise.resolve(true);
        };
        // By a text, so that the import is the page's own.
        const example = (await eval('import("/example.js")')) as {
          run(given: object): Promise<void>;
        };
        await example.run({ ...people, ...answers, confirm });
        return asked;
      },
      {
        people: { username: 'carol', password: CLIENT_PASSWORD, memberId: session.user.id },
        answers: { tenantId, teamId, newPassword: 'another long password' },
      },
    );
    expect(asked).toEqual([{ userId: session.user.id, fingerprint }]);
    const teamKey = Buffer.from((await masterKeys.open(teamId)).expose()).toString('base64');
    expect(core.tenants.get(teamId)).toBe(teamKey);
    const { password } = core.accounts.get('carol') ?? {};
    const told = core.calls.find(({ route }) => route === 'POST /users/me/password');
    expect(password).toBe(told?.body['newPassword']);
    expect(core.sent).not.toContain('another long password');
  });

  it('says so where a page is not secure, and sends nothing', async () => {
    const before = core.calls.length;
    await chromium.goTo(chromium.insecureOrigin);
    const code = await chromium.page.evaluate(async () => {
      const memory = new keys.StoredMemory(localStorage);
      const ports = { argon2id: keys.argon2id, parameters: memory, trustedKeys: memory };
      const accounts = new keys.CoreAccounts({ origin: 'https://core.example', ...ports });
      return accounts
        .logIn({ username: 'alice', password: 'not sent to anybody' })
        .catch((error: unknown) => (error as { code?: unknown }).code);
    });
    expect(code).toBe('unsupported_runtime');
    expect(core.calls.length).toBe(before);
  });
});
