import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { SoftHsm } from '../../../../test/support/key-services/soft-hsm.js';
import { findSoftHsm } from '../../../../tools/emulators/soft-hsm.mjs';
import { KeyServiceError } from '../remote/key-service.js';
import { TokenClient } from './token-client.js';
import type { TokenSettings } from './token-messages.js';

const MODULE = findSoftHsm();
const KEY = Buffer.alloc(32, 7);
const AAD = Buffer.from('here');
const ELSEWHERE = Buffer.from('elsewhere');
const START_MILLIS = 5_000;

function signal(millis = 5_000): AbortSignal {
  return AbortSignal.timeout(millis);
}

async function failure(promise: Promise<unknown>): Promise<KeyServiceError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KeyServiceError) return error;
  throw new Error('no KeyServiceError', { cause: error });
}

/** The processes of tokens that this one has started. */
function children(): number[] {
  const pid = process.pid.toString();
  const pids = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return pids.filter((one) => commandOf(one).includes('token-process')).map(Number);
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    // It has ended in between.
    return '';
  }
}

describe.runIf(MODULE !== undefined && process.platform === 'linux')('a token of SoftHSM', () => {
  let hsm: SoftHsm;
  let client: TokenClient;
  const clients: TokenClient[] = [];

  function open(changes: Partial<TokenSettings> = {}, startMillis = START_MILLIS): TokenClient {
    const settings: TokenSettings = {
      module: MODULE ?? '',
      token: { label: hsm.label },
      object: { label: 'aes' },
      pin: hsm.pin,
      oaepHash: 'sha1',
      ...changes,
    };
    const opened = new TokenClient(settings, startMillis);
    clients.push(opened);
    return opened;
  }

  function wrap(by = client, aad = AAD): Promise<Buffer> {
    return by.ask({ kind: 'wrap', key: KEY, aad }, signal());
  }

  function unwrap(provided: Buffer, by = client, aad = AAD, until = signal()): Promise<Buffer> {
    return by.ask({ kind: 'unwrap', provided, aad }, until);
  }

  beforeAll(() => {
    hsm = new SoftHsm(MODULE ?? '');
    vi.stubEnv('SOFTHSM2_CONF', hsm.configuration);
    for (const label of ['aes', 'other', 'twice', 'twice']) hsm.addAesKey(label);
    for (const label of ['rsa', 'rsa-other']) hsm.addRsaKey(label);
  });

  afterAll(() => {
    vi.unstubAllEnvs();
    hsm.remove();
  });

  beforeEach(() => {
    client = open();
  });

  afterEach(() => {
    for (const opened of clients.splice(0)) opened.close();
  });

  it.each([
    ['aes', 'other', 12 + 32 + 16],
    ['rsa', 'rsa-other', 256],
  ])('wraps and unwraps with the key %s, and not with %s', async (label, other, bytes) => {
    const token = open({ object: { label } });
    const provided = await wrap(token);
    expect(provided).toHaveLength(bytes);
    expect(provided.includes(KEY)).toBe(false);
    expect(await unwrap(provided, token)).toEqual(KEY);
    const stranger = open({ object: { label: other } });
    expect((await failure(unwrap(provided, stranger))).reason).toBe('refused');
    const changed = Buffer.from(provided.map((byte, index) => (index === 30 ? byte ^ 1 : byte)));
    expect((await failure(unwrap(changed, token))).reason).toBe('refused');
    expect(await unwrap(provided, token)).toEqual(KEY);
  });

  it('binds what an AES key wraps', async () => {
    const provided = await wrap();
    expect((await failure(unwrap(provided, client, ELSEWHERE))).reason).toBe('refused');
  });

  it.each(['aes', 'rsa'])('refuses what has not the length for the key %s', async (label) => {
    const token = open({ object: { label } });
    const provided = await wrap(token);
    for (const bytes of [0, 3, 12, 28, 33]) {
      expect((await failure(unwrap(Buffer.alloc(bytes), token))).reason).toBe('refused');
    }
    expect(await unwrap(provided, token)).toEqual(KEY);
  });

  it('finds a key by its id, and a token by its maker', async () => {
    const provided = await wrap();
    const token = { label: hsm.label, manufacturer: 'SoftHSM project' };
    const found = open({ token, object: { id: Buffer.of(1), type: 'secret-key' } });
    expect(await unwrap(provided, found)).toEqual(KEY);
  });

  it('answers many calls in turn, from one process', async () => {
    const provided = await Promise.all(Array.from({ length: 20 }, () => wrap()));
    const keys = await Promise.all(provided.map((one) => unwrap(one)));
    expect(keys.every((key) => key.equals(KEY))).toBe(true);
    expect(children()).toHaveLength(1);
  });

  it('leaves the event loop to others while its module hangs, and is ended then', async () => {
    const provided = await wrap();
    const [pid = 0] = children();
    process.kill(pid, 'SIGSTOP');
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 10);
    const waiting = unwrap(provided);
    const { reason } = await failure(unwrap(provided, client, AAD, signal(200)));
    expect([reason, (await failure(waiting)).reason]).toEqual(['unavailable', 'unavailable']);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
    expect(await unwrap(provided)).toEqual(KEY);
    expect(children()).not.toContain(pid);
  });

  it('is opened anew after its process has crashed', async () => {
    const provided = await wrap();
    process.kill(children()[0] ?? 0, 'SIGKILL');
    await vi.waitFor(() => {
      expect(children()).toEqual([]);
    });
    expect((await failure(unwrap(provided))).reason).toBe('unavailable');
    expect(await unwrap(provided)).toEqual(KEY);
  });

  it('is unavailable while it is pulled out', async () => {
    const provided = await wrap();
    client.close();
    client = open();
    hsm.setPresent(false);
    expect((await failure(unwrap(provided))).reason).toBe('unavailable');
    hsm.setPresent(true);
    expect(await unwrap(provided)).toEqual(KEY);
  });

  it('is not asked a second time with a wrong PIN, so that it does not lock', async () => {
    const token = open({ pin: 'wrong' });
    const { reason, message } = await failure(wrap(token));
    expect([reason, message]).toEqual(['denied', 'denied: PKCS #11: CKR_PIN_INCORRECT']);
    const before = children();
    expect((await failure(wrap(token))).reason).toBe('denied');
    expect(children()).toEqual(before);
    expect(await unwrap(await wrap())).toEqual(KEY);
  });

  it.each([
    ['no such key', { object: { label: 'gone' } }],
    ['two keys of that name', { object: { label: 'twice' } }],
    ['no such module', { module: '/nowhere.so' }],
    ['a hash that the token has not', { object: { label: 'rsa' }, oaepHash: 'sha256' }],
  ] as const)('may not be used with %s', async (_, changes) => {
    expect((await failure(wrap(open(changes)))).reason).toBe('denied');
  });

  it('is unavailable where there is no such token, or where opening it takes too long', async () => {
    expect((await failure(wrap(open({ token: { label: 'gone' } })))).reason).toBe('unavailable');
    expect((await failure(wrap(open({}, 1)))).reason).toBe('unavailable');
  });

  it('has the settings of its module, and none of the service', async () => {
    vi.stubEnv('ES_KEK_LOCAL_KEY', 'a secret');
    vi.stubEnv('DATABASE_URL', 'postgres://a:secret@b/c');
    await wrap(open());
    vi.stubEnv('ES_KEK_LOCAL_KEY', undefined);
    vi.stubEnv('DATABASE_URL', undefined);
    const variables = children().map((pid) =>
      readFileSync(`/proc/${pid.toString()}/environ`, 'utf8'),
    );
    expect(variables).toHaveLength(1);
    expect(variables[0]).toContain('SOFTHSM2_CONF=');
    expect(variables[0]).not.toContain('secret');
  });

  it('leaves no process behind', async () => {
    await wrap();
    client.close();
    await vi.waitFor(() => {
      expect(children()).toEqual([]);
    });
  });
});
