import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type DtoClass, parseDto } from '@app/contract';
import { parseUuid } from '@app/encoding';
import { AppError } from '@app/errors';

const PLAIN = new Set<unknown>([Object, String, Number, Boolean, Array, undefined]);

/** Checks every body and query against its class, and every path parameter as a UUID: all ids of both apps are UUIDs. */
@Injectable()
export class DtoPipe implements PipeTransform {
  transform(value: unknown, { type, metatype, data }: ArgumentMetadata): unknown {
    if (type === 'custom') return value;
    if (type === 'param' && data !== undefined) return parseUuid(value, data);
    // A handler whose parameter has no class would let anything in.
    if (PLAIN.has(metatype)) throw new AppError('internal');
    return parseDto(metatype as DtoClass, value, type === 'query' ? 'query' : 'body');
  }
}
