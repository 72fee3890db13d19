import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { withBuildLock } from './build-lock.mjs';
import { isComplete, removeStale, sourceDigest, sourceFiles } from './sources.mjs';

/** Its tsconfig includes the apps and libraries as well: one program compiles in half the time that three take. */
const PROJECT = 'tools';

function compile(root) {
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  if (!existsSync(nest)) {
    throw new Error('dist is not up to date, and building needs the development packages: npm ci');
  }
  const { status, error } = spawnSync(process.execPath, [nest, 'build', PROJECT], {
    cwd: root,
    // What a program prints may be data for another one: the build speaks on standard error alone.
    stdio: ['inherit', 2, 2],
  });
  if (error) throw error;
  if (status !== 0) throw new Error('the build failed; see above');
}

/** Brings `dist` up to date with the sources, unless it is. */
export async function ensureBuilt(root) {
  const output = join(root, 'dist');
  const stamp = join(output, '.sources');
  const sources = sourceFiles(root);
  const digest = sourceDigest(root, sources);
  const isCurrent = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest;
  if (isCurrent()) return;
  mkdirSync(output, { recursive: true });
  await withBuildLock(join(output, '.lock'), () => {
    // Whoever held the lock before may have built just this.
    if (isCurrent()) return;
    const began = performance.now();
    rmSync(stamp, { force: true });
    removeStale(output, sources);
    compile(root);
    if (!isComplete(output, sources)) {
      // The compiler's memory of an earlier, broken-off build says that there is nothing to write.
      rmSync(join(output, '.tsbuildinfo'), { force: true });
      compile(root);
    }
    writeFileSync(stamp, digest);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    process.stderr.write(`Built dist in ${seconds} s.\n`);
  });
}
