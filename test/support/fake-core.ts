import { randomUUID } from 'node:crypto';
import type { Fetch, FetchAnswer, FetchInit } from '@app/client-keys';
import { type ErrorCode, catalogueEntry } from '@app/errors';

/** One call, as it reached the core. */
export interface CoreCall {
  readonly route: string;
  readonly url: string;
  readonly init: FetchInit;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Reply {
  readonly status: number;
  readonly json?: unknown;
}

interface Account {
  readonly id: string;
  readonly username: string;
  password: string;
}

/** What a test has the core answer in place of its own. */
type Answer = (call: CoreCall) => Reply | undefined;

const SALT = Buffer.alloc(16, 5).toString('base64');

function refuse(code: ErrorCode): Reply {
  return { status: catalogueEntry(code).status, json: { code } };
}

function answerOf({ status, json }: Reply): FetchAnswer {
  const bytes = new TextEncoder().encode(json === undefined ? '' : JSON.stringify(json));
  return {
    status,
    headers: { get: () => (status === 429 ? '7' : null) },
    arrayBuffer: () => Promise.resolve(bytes.buffer),
  };
}

/** As much of a core as a client that keeps keys calls, in memory, with each call that came. */
export class FakeCore {
  readonly calls: CoreCall[] = [];
  parameters: Record<string, unknown> = {
    algorithm: 'argon2id',
    salt: SALT,
    iterations: 3,
    memoryKiB: 65_536,
    parallelism: 1,
  };
  /** Asked first; answers only what it wants to. It may throw, as a network does. */
  instead: Answer = () => undefined;
  readonly accounts = new Map<string, Account>();
  readonly keyPairs = new Map<string, Readonly<Record<string, unknown>>>();
  readonly copies = new Map<string, unknown>();
  /** The master key of each tenant, as base64. */
  readonly tenants = new Map<string, string>();

  readonly fetch: Fetch = (url, init) => {
    const { pathname } = new URL(url);
    const body = JSON.parse(init.body ?? '{}') as Record<string, unknown>;
    const route = `${init.method} ${pathname.replace('/api/v1', '')}`;
    const call = { route, url, init, body };
    this.calls.push(call);
    // What `instead` throws is a rejection, as of a network.
    return Promise.resolve().then(() => answerOf(this.instead(call) ?? this.#answer(call)));
  };

  /** The routes that were called since `from`. */
  routes(from = 0): readonly string[] {
    return this.calls.slice(from).map(({ route }) => route);
  }

  /** All that was sent, as one text. */
  get sent(): string {
    return JSON.stringify(this.calls);
  }

  #answer(call: CoreCall): Reply {
    switch (call.route) {
      case 'POST /auth/key-derivation':
        return { status: 200, json: this.parameters };
      case 'POST /auth/register':
        return this.#register(call);
      case 'POST /auth/login':
        return this.#logIn(call);
      default:
        return this.#answerPerson(call);
    }
  }

  #register({ body }: CoreCall): Reply {
    const [username, password] = [String(body['username']), String(body['password'])];
    if (this.accounts.has(username)) return refuse('already_exists');
    const account = { id: randomUUID(), username, password };
    this.accounts.set(username, account);
    return { status: 201, json: { id: account.id, username } };
  }

  #logIn({ body }: CoreCall): Reply {
    const account = this.accounts.get(String(body['username']));
    if (account?.password !== body['password']) return refuse('unauthenticated');
    const tokens = { accessToken: account?.username, refreshToken: 'refresh', expiresIn: 900 };
    return { status: 200, json: { ...tokens, user: account } };
  }

  #answerPerson(call: CoreCall): Reply {
    const token = call.init.headers['authorization']?.replace('Bearer ', '');
    const account = this.accounts.get(String(token));
    if (account === undefined) return refuse('unauthenticated');
    const [, , group, id = '', part] = call.route.split(/[ /]/);
    if (part === 'rewrap') return this.#rewrap(call, id);
    if (part === 'encryption') return this.#useMasterKey(call, id);
    if (part === 'vault') return this.#write(call, id);
    if (group === 'tenants') return this.#copy(call);
    if (part === 'public-key') return found(this.keyPairs.get(id));
    return part === 'password' ? change(account, call) : this.#keyPair(account, call);
  }

  #keyPair({ id }: Account, { init, body }: CoreCall): Reply {
    if (init.method === 'PUT') this.keyPairs.set(id, body);
    return found(this.keyPairs.get(id));
  }

  #copy({ route, init, body }: CoreCall): Reply {
    const place = route.replace(/^\w+ /, '');
    if (init.method === 'PUT') this.copies.set(place, body);
    return found(this.copies.get(place));
  }

  #useMasterKey({ init: { headers } }: CoreCall, id: string): Reply {
    this.tenants.set(id, String(headers['x-master-key']));
    return { status: 200, json: { masterKeyMode: 'client' } };
  }

  #write({ init: { headers } }: CoreCall, id: string): Reply {
    const isRight = headers['x-master-key'] === this.tenants.get(id);
    return isRight ? { status: 201, json: { id: randomUUID() } } : refuse('master_key_mismatch');
  }

  #rewrap({ init: { headers } }: CoreCall, id: string): Reply {
    if (headers['x-master-key'] !== this.tenants.get(id)) return refuse('master_key_mismatch');
    this.tenants.set(id, String(headers['x-new-master-key']));
    return { status: 204 };
  }
}

function found(json: unknown): Reply {
  return json === undefined ? refuse('not_found') : { status: 200, json };
}

function change(account: Account, { body }: CoreCall): Reply {
  if (account.password !== body['currentPassword']) return refuse('unauthenticated');
  account.password = String(body['newPassword']);
  return { status: 204 };
}
