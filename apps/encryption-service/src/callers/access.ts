import type { FastifyRequest } from 'fastify';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { HEADERS, type Scope } from '@app/contract';
import { AppError } from '@app/errors';
import type { Authorize } from '@app/server';
import type { AuditLog } from '../audit/audit-log.js';
import type { LimitRequest } from '../limits/limit-request.js';
import { credentialOf } from './api-keys.js';
import type { Authenticator } from './authenticator.js';
import { type Caller, type ClientCaller, type OperatorCaller, scopesOf } from './caller.js';

/** What a route demands that does not demand a scope: to be somebody. */
export const ANY_CALLER = 'any-caller';

/** Between scopes of which a route demands one; which of them allows what is for the route to say. */
const OR = ' or ';

/** Scopes whose every route ends with the record of a key use, which looks at the caller's rows again. */
const RECORDED: ReadonlySet<string> = new Set(['encrypt', 'decrypt', 'reencrypt', 'data-keys']);

function note(request: FastifyRequest, caller: Caller): void {
  request.call.principal = caller;
  if (caller.kind === 'client') {
    request.call.log['clientId'] = caller.client.id;
    request.call.log['tenantId'] = caller.client.tenantId;
  } else {
    request.call.log['operatorId'] = caller.operator.id;
  }
}

function assertAllowed(authenticator: Authenticator, caller: Caller, access: string): void {
  authenticator.admit(caller);
  if (access === ANY_CALLER) return;
  const scopes = scopesOf(caller);
  if (!access.split(OR).some((scope) => scopes.includes(scope as Scope)))
    throw new AppError('forbidden');
}

function isAllowed(authenticator: Authenticator, caller: Caller, access: string): boolean {
  try {
    assertAllowed(authenticator, caller, access);
    return true;
  } catch {
    return false;
  }
}

/**
 * Decides about a request from its headers and certificate alone. What is refused to a client that proved who it is goes on record in
 * its tenant; the operation is the scope that the route demands.
 */
export function authorizeWith(
  authenticator: Authenticator,
  audit: AuditLog,
  limits: LimitRequest,
): Authorize {
  return async (request, access) => {
    const credential = credentialOf(request.headers[HEADERS.apiKey]);
    let caller = await limits.authenticating(request.call, credential, () =>
      authenticator.authenticate(request, RECORDED.has(access)),
    );
    if (
      caller.kind === 'client' &&
      caller.isRemembered &&
      !isAllowed(authenticator, caller, access)
    )
      caller = await authenticator.authenticate(request);
    note(request, caller);
    await limits.byCaller(caller);
    try {
      assertAllowed(authenticator, caller, access);
    } catch (error) {
      if (caller.kind === 'client') {
        await audit.recordRefusal({
          tenantId: caller.client.tenantId,
          clientId: caller.client.id,
          operation: access.split(OR)[0] ?? access,
          outcome: 'forbidden',
          items: 0,
          requestId: request.call.requestId,
          accessReason: request.call.accessReason,
        });
      }
      throw error;
    }
  };
}

function callerOf(context: ExecutionContext): Caller {
  return context.switchToHttp().getRequest<FastifyRequest>().call.principal as Caller;
}

/** The caller of a route for any caller. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context),
);

/** The client that calls a route with a tenant's scope. */
export const CurrentClient = createParamDecorator(
  (_: unknown, context: ExecutionContext): ClientCaller => {
    const caller = callerOf(context);
    if (caller.kind !== 'client') throw new AppError('forbidden');
    return caller;
  },
);

/** The operator that calls a route for operators. */
export const CurrentOperator = createParamDecorator(
  (_: unknown, context: ExecutionContext): OperatorCaller => {
    const caller = callerOf(context);
    if (caller.kind !== 'operator') throw new AppError('forbidden');
    return caller;
  },
);
