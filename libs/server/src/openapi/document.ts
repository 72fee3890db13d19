import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { CATALOGUE, catalogueEntry, type ErrorCode, PROBLEM_MEDIA_TYPE } from '@app/errors';
import {
  ENDPOINT,
  type EndpointSpec,
  OCTETS_MEDIA_TYPE,
  PUBLIC,
  successStatus,
} from '../http/endpoint.js';
import { type Schema, SchemaCollection } from './schemas.js';

/** What a document says of its application. */
export interface OpenApiInfo {
  readonly title: string;
  readonly description: string;
  /** By name, as OpenAPI's `securitySchemes`. */
  readonly securitySchemes: Readonly<Record<string, Schema>>;
  /** What a route that is not public needs: one of these. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
}

const ALWAYS: readonly ErrorCode[] = [
  'invalid_request',
  'rate_limited',
  'internal',
  'shutting_down',
];
const WITH_CREDENTIALS: readonly ErrorCode[] = [
  'unauthenticated',
  'forbidden',
  'database_unavailable',
  // A refusal for want of a right is put on record too, and so it can fail for want of the record.
  'audit_unavailable',
];
/** Raw bytes: no JSON, and no encoding of them. */
const OCTETS: Schema = {
  [OCTETS_MEDIA_TYPE]: { schema: { type: 'string', format: 'binary' } },
};

const WITH_BODY: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type'];

const PROBLEM_SCHEMA: Schema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId', 'retryable', 'fault'],
  properties: {
    type: { type: 'string', description: 'urn:keyward:problem:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(CATALOGUE) },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    retryable: { type: 'boolean' },
    fault: { type: 'string', enum: ['caller', 'service', 'kms'] },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
        additionalProperties: false,
      },
    },
  },
  additionalProperties: false,
};

/** All routes that a set of controllers declares. */
function endpointsOf(controllers: readonly Type[]): EndpointSpec[] {
  return controllers.flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype)
      .map((name) => (prototype as Record<string, unknown>)[name])
      .filter((member) => typeof member === 'function')
      .map((member) => Reflect.getMetadata(ENDPOINT, member) as EndpointSpec | undefined)
      .filter((spec) => spec !== undefined),
  );
}

function problemsOf(spec: EndpointSpec): Record<string, Schema> {
  const codes = new Set<ErrorCode>([
    ...ALWAYS,
    ...(spec.access === PUBLIC ? [] : WITH_CREDENTIALS),
    ...(spec.body === undefined ? [] : WITH_BODY),
    ...(spec.octets === true ? (['unsupported_media_type'] as const) : []),
    ...(spec.path.includes(':') ? (['not_found'] as const) : []),
    ...(spec.errors ?? []),
  ]);
  const byStatus = Map.groupBy(codes, (code) => catalogueEntry(code).status);
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      String(status),
      {
        description: ofStatus.map((code) => `\`${code}\``).join(', '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}

function successOf(spec: EndpointSpec, schemas: SchemaCollection): Schema {
  if (spec.document !== undefined) {
    const { mediaType, schema } = spec.document;
    return { description: 'Success', content: { [mediaType]: { schema } } };
  }
  if (spec.octets === true) return { description: 'Success', content: OCTETS };
  if (spec.answer === undefined) return { description: 'Success, without a body' };
  const item = schemas.refer(spec.answer);
  const page = {
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: item }, nextCursor: { type: 'string' } },
    additionalProperties: false,
  };
  return {
    description: 'Success',
    content: { 'application/json': { schema: spec.paged === true ? page : item } },
  };
}

function parametersOf(spec: EndpointSpec, schemas: SchemaCollection): Schema[] {
  const inPath = [...spec.path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  }));
  const headers = (spec.headers ?? []).map(({ name, description, pattern, required = false }) => ({
    name,
    in: 'header',
    required,
    description,
    schema: { type: 'string', pattern },
  }));
  return [
    ...inPath,
    ...(spec.query === undefined ? [] : schemas.parametersOf(spec.query)),
    ...headers,
  ];
}

function bodyOf({ body, octets }: EndpointSpec, schemas: SchemaCollection): Schema {
  if (octets === true) return { requestBody: { required: true, content: OCTETS } };
  if (body === undefined) return {};
  // Where every field is optional, an empty body equals {}.
  const required = schemas.hasRequired(body);
  const content = { 'application/json': { schema: schemas.refer(body) } };
  return { requestBody: { required, content } };
}

function operationOf(spec: EndpointSpec, info: OpenApiInfo, schemas: SchemaCollection): Schema {
  const parameters = parametersOf(spec, schemas);
  return {
    summary: spec.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(spec, schemas),
    responses: { [String(successStatus(spec))]: successOf(spec, schemas), ...problemsOf(spec) },
    security: spec.access === PUBLIC ? [] : info.security,
  };
}

/** The OpenAPI 3.1 document of exactly what `controllers` declare. */
export function openApiDocument(info: OpenApiInfo, controllers: readonly Type[]): Schema {
  const schemas = new SchemaCollection();
  const paths: Record<string, Schema> = {};
  for (const spec of endpointsOf(controllers)) {
    const path = spec.path.replaceAll(/:([A-Za-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [spec.method.toLowerCase()]: operationOf(spec, info, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      description: info.description,
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: info.securitySchemes,
      schemas: { ...schemas.all(), Problem: PROBLEM_SCHEMA },
    },
  };
}
