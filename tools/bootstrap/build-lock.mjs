import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MILLISECONDS = 100;
const WAIT_MILLISECONDS = 180_000;

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOwner(path) {
  try {
    return Number(readFileSync(path, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function tryTake(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Renaming lets exactly one of several waiters take a dead owner's lock away. */
function discardDead(path, owner) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  // Between the look and the rename another waiter may have put a lock of its own there: give that one back.
  if (readOwner(aside) === owner) rmSync(aside);
  else renameSync(aside, path);
}

/** Runs `work` while no other process on this machine builds into the same folder. */
export async function withBuildLock(path, work) {
  const attempts = WAIT_MILLISECONDS / POLL_MILLISECONDS;
  for (let attempt = 0; !tryTake(path); attempt += 1) {
    const owner = readOwner(path);
    if (owner !== undefined && owner > 0 && !isAlive(owner)) discardDead(path, owner);
    else if (attempt === 0) process.stderr.write('Another build is under way; waiting for it.\n');
    else if (attempt > attempts) throw new Error(`another process holds the build: ${path}`);
    if (owner !== undefined) await sleep(POLL_MILLISECONDS);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}
