import { Module } from '@nestjs/common';
import { OPENAPI_DOCUMENT, OpenApiController } from './openapi.controller.js';
import { surfaceDocument } from './surface.js';

@Module({
  controllers: [OpenApiController],
  providers: [{ provide: OPENAPI_DOCUMENT, useFactory: surfaceDocument }],
})
export class OpenApiModule {}
