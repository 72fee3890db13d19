import { Controller, Inject } from '@nestjs/common';
import { Endpoint, PUBLIC } from '@app/server';

/** The token under which the controller finds the document. */
export const OPENAPI_DOCUMENT = Symbol('openapi document');

@Controller()
export class OpenApiController {
  constructor(@Inject(OPENAPI_DOCUMENT) private readonly openApiDocument: object) {}

  @Endpoint({
    method: 'GET',
    path: '/api/v1/openapi.json',
    access: PUBLIC,
    summary: 'The OpenAPI 3.1 document of exactly this surface',
    document: { mediaType: 'application/json', schema: { type: 'object' } },
  })
  document(): object {
    return this.openApiDocument;
  }
}
