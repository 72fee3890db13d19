import type { FastifyInstance } from 'fastify';
import { AppError } from '@app/errors';
import type { RouteFacts } from './endpoint.js';

interface Route {
  readonly pattern: RegExp;
  readonly path: string;
  readonly methods: Set<string>;
}

function patternOf(path: string): RegExp {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:[A-Za-z]+/g, '[^/]+')}$`);
}

/** Every route of a running application, so that a wrong method can be told from a wrong address. */
export class RouteTable {
  readonly #routes = new Map<string, Route>();

  /** Collects routes as they are registered, and refuses one that does not say who may call it. */
  watch(server: FastifyInstance): void {
    server.addHook('onRoute', ({ url, method, config }) => {
      const { facts }: { readonly facts?: RouteFacts } = config ?? {};
      if (facts === undefined)
        throw new Error(`the route ${String(method)} ${url} does not declare its access`);
      const known = this.#routes.get(url) ?? {
        pattern: patternOf(url),
        path: url,
        methods: new Set<string>(),
      };
      for (const one of [method].flat()) known.methods.add(one);
      this.#routes.set(url, known);
    });
  }

  /** All routes as `METHOD path`, sorted. */
  list(): string[] {
    return [...this.#routes.values()]
      .flatMap(({ path, methods }) => [...methods].map((method) => `${method} ${path}`))
      .sort();
  }

  /** The error for a request that no route took: `method_not_allowed` with what is allowed, else `not_found`. */
  refusal(method: string, url: string): AppError {
    const path = url.split('?', 1)[0] ?? '';
    const allow = [...this.#routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap(({ methods }) => [...methods]);
    return allow.length === 0 || allow.includes(method)
      ? new AppError('not_found')
      : new AppError('method_not_allowed', { allow: [...new Set(allow)].sort() });
  }
}
