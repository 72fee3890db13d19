import { destination, type Logger, pino } from 'pino';
import { SystemClock } from '@app/ambient';
import { errorFields } from './error-fields.js';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/** Never logged on purpose; a second net for an object that should not have been. */
const REDACTED = [
  'secret',
  'password',
  'apiSecret',
  'data',
  'plaintext',
  'masterKey',
  'authorization',
  'parameters',
];

/** JSON lines on standard output, one for each event. */
export function createLogger(name: string, level: LogLevelName): Logger {
  const clock = new SystemClock();
  return pino(
    {
      name,
      level,
      base: { app: name },
      timestamp: () => `,"time":"${clock.now().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorFields, error: errorFields },
      redact: { paths: REDACTED.flatMap((key) => [key, `*.${key}`]), censor: '[redacted]' },
    },
    // Written at once: a line that waits in a buffer is lost with the process that it would explain.
    destination({ dest: 1, sync: true }),
  );
}
