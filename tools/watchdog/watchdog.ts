import { spawn } from 'node:child_process';

/**
 * Sees to it that a child does not outlive this process, also when this one is killed and can do nothing any more: a shell whose
 * standard input is a pipe from here waits for its end and then sends `signal` to `pid`. Where there is no POSIX shell (Windows)
 * nothing is watched.
 *
 * @returns a function that ends the watch. It must be called once the child has ended, before its number is given to another.
 */
export function watchOver(pid: number, signal: 'INT' | 'TERM'): () => void {
  if (process.platform === 'win32') return () => undefined;
  // A line on the pipe means that the watch is over; the end of the pipe without one, that this process is gone.
  const script = 'read -r line || kill -s "$1" "$0"';
  const shell = spawn('/bin/sh', ['-c', script, pid.toString(), signal], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  shell.unref();
  // The shell may be gone first; what is written to it then is of no interest to anybody.
  shell.stdin.on('error', () => undefined);
  return () => {
    shell.stdin.end('done\n');
  };
}
