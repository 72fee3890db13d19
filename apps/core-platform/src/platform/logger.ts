import type { createLogger } from '@app/server';

export type Logger = ReturnType<typeof createLogger>;

/** Under this the logger is injected: it is an interface, so it has no class to stand for it. */
export const LOGGER = Symbol('logger');
