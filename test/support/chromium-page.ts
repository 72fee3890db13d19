import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type Browser, chromium, type Page } from 'playwright-core';
import { bundleClientKeys } from '../../tools/client-bundle/bundle-client-keys.js';
import { PROJECT_ROOT } from '../../tools/launcher/project-root.js';
import type { FakeCore } from './fake-core.js';

/** What a page that uses the library has to allow, and no more. */
const POLICY = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

const PAGE = '<!doctype html><title>keys</title><script type="module" src="/page.js"></script>';
const PAGE_SCRIPT = "import * as keys from '/client-keys.js';\nglobalThis.keys = keys;\n";

/** A name that leads to this machine and yet is not `localhost`, so that plain HTTP is no secure context there. */
const INSECURE_HOST = 'insecure.example';

/** Chromium with a page that has the bundle of client-keys as `keys`, and a core in memory at its own origin. */
export class ChromiumPage {
  private constructor(
    private readonly server: Server,
    private readonly browser: Browser,
    readonly page: Page,
    private readonly files: Map<string, readonly [string, string]>,
  ) {}

  static async open(program: string, core: FakeCore): Promise<ChromiumPage> {
    const bundle = await bundleClientKeys(PROJECT_ROOT);
    const files = new Map<string, readonly [string, string]>([
      ['/', ['text/html', PAGE]],
      ['/page.js', ['text/javascript', PAGE_SCRIPT]],
      ['/client-keys.js', ['text/javascript', bundle]],
    ]);
    const server = createServer((request, response) => {
      const [type, text] = files.get(String(request.url)) ?? [];
      if (type === undefined) void forward(core, request, response);
      else {
        response.setHeader('content-security-policy', POLICY);
        response.setHeader('content-type', type).end(text);
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: program,
      args: [
        '--no-sandbox',
        '--disable-background-networking',
        `--host-resolver-rules=MAP ${INSECURE_HOST} 127.0.0.1, MAP localhost 127.0.0.1`,
      ],
    });
    const opened = new ChromiumPage(server, browser, await browser.newPage(), files);
    await opened.goTo(opened.origin);
    return opened;
  }

  get #port(): string {
    return String((this.server.address() as AddressInfo).port);
  }

  get origin(): string {
    return `http://localhost:${this.#port}`;
  }

  /** The same page where no browser lets it have keys. */
  get insecureOrigin(): string {
    return `http://${INSECURE_HOST}:${this.#port}`;
  }

  /** Puts a module beside the page's own. */
  addModule(path: string, text: string): void {
    this.files.set(path, ['text/javascript', text]);
  }

  async goTo(origin: string): Promise<void> {
    await this.page.goto(origin);
    await this.page.waitForFunction('globalThis.keys !== undefined');
  }

  async stop(): Promise<void> {
    await this.browser.close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function forward(
  core: FakeCore,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = (await buffer(request)).toString();
  const headers = request.headers as Record<string, string>;
  const answer = await core.fetch(`http://core.test${String(request.url)}`, {
    method: String(request.method),
    headers,
    ...(body === '' ? {} : { body }),
    redirect: 'error',
    credentials: 'omit',
    cache: 'no-store',
    referrerPolicy: 'no-referrer',
  });
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(Buffer.from(await answer.arrayBuffer()));
}
