export { AppError, invalidField, toAppError } from './app-error.js';
export type { AppErrorOptions, FieldError } from './app-error.js';
export { CATALOGUE, catalogueEntry, isErrorCode } from './catalogue.js';
export type { ErrorCode, Fault, LogLevel } from './catalogue.js';
export { PROBLEM_MEDIA_TYPE, toProblem } from './problem.js';
export type { Problem } from './problem.js';
export type { RefusalReason } from './refusal-reason.js';
