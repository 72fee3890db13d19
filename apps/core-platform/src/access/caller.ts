import { AppError } from '@app/errors';
import type { Call } from '@app/server';
import type { Role } from './policy.js';

/** Whose request it is, as the request hook found out. */
export interface Principal {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
  /** In the tenant that the route names; absent where it names none, or the person does not belong to it. */
  readonly role: Role | undefined;
}

/** What is known of the request behind an act, whoever sent it. */
export interface RequestFacts {
  readonly requestId: string;
  readonly accessReason: string | undefined;
  /** Where it came from: an IP address as text. */
  readonly address: string;
}

/** A person with a session. */
export interface PersonCaller extends RequestFacts {
  readonly userId: string;
  readonly username: string;
  readonly sessionId: string;
}

/** A person who acts in a tenant that they belong to. */
export interface TenantCaller extends PersonCaller {
  readonly tenantId: string;
  readonly role: Role;
  /** Whether an `X-Master-Key` came along. It is looked at where keys are used, behind whatever else is wrong with a call. */
  readonly masterKey: Call['masterKey'];
}

/** The request behind a call, for public routes. */
export function factsOf({ requestId, accessReason, address }: Call): RequestFacts {
  return { requestId, accessReason, address };
}

/** The person behind a call to a route that is not public. */
export function personOf(call: Call): PersonCaller {
  const { userId, username, sessionId } = principalOf(call);
  return { ...factsOf(call), userId, username, sessionId };
}

/**
 * The person behind a call, in the tenant that its route names. What acts in a tenant takes a {@link TenantCaller}, and this is the only
 * way to one: a handler cannot forget to ask.
 *
 * It is called once the body has been validated, since a wrong body is refused before an unknown tenant is.
 *
 * @throws AppError `not_found`: to a person outside, a tenant does not exist.
 */
export function memberOf(call: Call, tenantId: string): TenantCaller {
  const { role } = principalOf(call);
  if (role === undefined) throw new AppError('not_found');
  return { ...personOf(call), tenantId, role, masterKey: call.masterKey };
}

function principalOf({ principal }: Call): Principal {
  if (principal === undefined) throw new AppError('internal');
  return principal as Principal;
}
