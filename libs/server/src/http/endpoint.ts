import {
  applyDecorators,
  Header,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { DtoClass } from '@app/contract';
import type { ErrorCode } from '@app/errors';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** The media type of raw bytes (RFC 2046, section 4.5.1). */
export const OCTETS_MEDIA_TYPE = 'application/octet-stream';

/** A route that needs no credentials. */
export const PUBLIC = 'public';

/** All that is declared of a route: who may call it, what it takes and what it answers. OpenAPI is made from the same. */
export interface EndpointSpec {
  readonly method: Method;
  /** The whole path, its parameters as `:name`. */
  readonly path: string;
  /** The action that the caller must be allowed, or {@link PUBLIC}. What actions there are is the application's. */
  readonly access: string;
  readonly summary: string;
  /** The class of the body; absent: no body is read. */
  readonly body?: DtoClass;
  /** The class of the query; absent: the route takes none. */
  readonly query?: DtoClass;
  /** The class of the answer; absent: none (204) or `document`. */
  readonly answer?: DtoClass;
  /** The answer is `{ items: answer[], nextCursor? }`. */
  readonly paged?: true;
  /** The answer is another document than one of our classes. */
  readonly document?: {
    readonly mediaType: string;
    readonly schema: Readonly<Record<string, unknown>>;
  };
  /**
   * Body and answer are raw bytes of any length, `application/octet-stream`: the handler takes them as `@OctetBody()` and answers a
   * `Readable`. What goes wrong before the first byte of the answer is a problem as elsewhere; after it the connection is destroyed.
   */
  readonly octets?: true;
  /** 200 by default, or 204 where nothing is answered. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Codes beyond those that every route with such credentials and such a body can give. */
  readonly errors?: readonly ErrorCode[];
  /** Request headers beyond those that every route takes. */
  readonly headers?: readonly {
    readonly name: string;
    readonly description: string;
    readonly required?: true;
    /** A regular expression of all its values, for OpenAPI. */
    readonly pattern: string;
  }[];
}

/** What the request hooks find at a route. */
export interface RouteFacts {
  readonly access: string;
  readonly path: string;
  readonly takesQuery: boolean;
  readonly takesBody: boolean;
  readonly takesOctets: boolean;
}

export const ENDPOINT = 'keyward:endpoint';

/** The status of a success. */
export function successStatus(spec: EndpointSpec): number {
  const { status, answer, document, octets } = spec;
  const hasAnswer = answer !== undefined || document !== undefined || octets === true;
  return status ?? (hasAnswer ? 200 : 204);
}

/** Declares a route on a controller's method. A route without it does not start: {@link EndpointSpec.access} has no default. */
export function Endpoint(spec: EndpointSpec): MethodDecorator {
  const facts: RouteFacts = {
    access: spec.access,
    path: spec.path,
    takesQuery: spec.query !== undefined,
    takesBody: spec.body !== undefined || spec.octets === true,
    takesOctets: spec.octets === true,
  };
  return applyDecorators(
    SetMetadata(ENDPOINT, spec),
    RequestMapping({ path: spec.path, method: RequestMethod[spec.method] }),
    HttpCode(successStatus(spec)),
    RouteConfig({ facts }),
    ...(spec.octets === true ? [Header('content-type', OCTETS_MEDIA_TYPE)] : []),
  );
}
