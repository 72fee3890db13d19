import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A token of SoftHSM 2 in a folder of its own. The library reads its configuration from `SOFTHSM2_CONF`, which has to be {@link
 * SoftHsm.configuration} in whatever process loads it.
 */
export class SoftHsm {
  readonly configuration: string;
  readonly label = 'keyward';
  readonly pin = '7392-pin-of-a-test';
  readonly #folder = mkdtempSync(join(tmpdir(), 'keyward-softhsm-'));
  #ids = 0;

  /** @param module - the library, as `findSoftHsm` finds it. */
  constructor(private readonly module: string) {
    this.configuration = join(this.#folder, 'softhsm2.conf');
    mkdirSync(this.#tokens);
    const lines = [`directories.tokendir = ${this.#tokens}`, 'objectstore.backend = file'];
    writeFileSync(this.configuration, `${lines.join('\n')}\nlog.level = ERROR\n`);
    const pins = ['--so-pin', '12345678', '--pin', this.pin];
    this.#run('softhsm2-util', ['--init-token', '--free', '--label', this.label, ...pins]);
  }

  get #tokens(): string {
    return join(this.#folder, 'tokens');
  }

  /** Makes an AES key in the token that never leaves it. */
  addAesKey(label: string): void {
    const program = fileURLToPath(new URL('make-aes-key.mjs', import.meta.url));
    const { module, label: token, pin } = this;
    const input = JSON.stringify({ module, token, pin, label, id: this.#nextId() });
    this.#run(process.execPath, [program], input);
  }

  /** Puts an RSA pair into the token. */
  addRsaKey(label: string): void {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const file = join(this.#folder, 'key');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const named = ['--token', this.label, '--label', label, '--id', this.#nextId()];
    this.#run('softhsm2-util', ['--import', file, ...named, '--pin', this.pin]);
    rmSync(file);
  }

  /** Pulls the token out, or puts it back. */
  setPresent(isPresent: boolean): void {
    const away = `${this.#tokens}-away`;
    renameSync(isPresent ? away : this.#tokens, isPresent ? this.#tokens : away);
    if (!isPresent) mkdirSync(this.#tokens);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #nextId(): string {
    this.#ids += 1;
    return this.#ids.toString(16).padStart(2, '0');
  }

  #run(program: string, given: string[], input = ''): void {
    const { status, stderr } = spawnSync(program, given, {
      env: { PATH: '/usr/bin:/usr/local/bin:/opt/homebrew/bin', SOFTHSM2_CONF: this.configuration },
      encoding: 'utf8',
      input,
    });
    if (status !== 0) throw new Error(`${program}: ${stderr}`);
  }
}
