import { type Credentials, type FirstTenant, writeCredentials } from './credentials.js';
import type { ApiCredentials } from './credentials.js';
import type { DataFolder } from './data-folder.js';
import { LauncherError } from './launcher-error.js';
import type { ServiceAnswer, ServiceCaller } from './service-caller.js';

type Calls = Pick<ServiceCaller, 'call'>;

/** A first tenant that is complete: its clients are there, and so is its encryption. */
export type ReadyTenant = Required<FirstTenant>;

function unexpected(step: string, { status, body }: ServiceAnswer): LauncherError {
  const code = typeof body['code'] === 'string' ? body['code'] : 'without a code';
  const message = `The encryption service answered ${status.toString()} (${code}) when ${step}.`;
  return new LauncherError('setup_failed', message);
}

function readClient(
  clients: unknown,
  name: 'app' | 'admin',
  answer: ServiceAnswer,
): ApiCredentials {
  const client = (clients as Record<string, unknown> | undefined)?.[name] as
    Partial<ApiCredentials> | undefined;
  const { apiKey, apiSecret } = client ?? {};
  if (typeof apiKey !== 'string' || typeof apiSecret !== 'string') {
    throw unexpected('the first tenant was made', answer);
  }
  return { apiKey, apiSecret };
}

async function makeTenant(
  caller: Calls,
  operator: ApiCredentials,
  tenantId: string,
): Promise<ReadyTenant['clients']> {
  const body = { tenantId, name: 'First tenant', admin: true };
  const answer = await caller.call('POST', '/v1/tenants', operator, body);
  if (answer.status !== 201) throw unexpected('the first tenant was made', answer);
  const { clients } = answer.body;
  return { app: readClient(clients, 'app', answer), admin: readClient(clients, 'admin', answer) };
}

async function makeEncryption(
  caller: Calls,
  admin: ApiCredentials,
  encryptionId: string,
): Promise<void> {
  const body = { encryptionId, name: 'first', masterKey: { mode: 'platform' } };
  const answer = await caller.call('POST', '/v1/encryptions', admin, body);
  // 409: an earlier start made it and was killed before it could note so.
  if (answer.status !== 201 && answer.body['code'] !== 'already_exists') {
    throw unexpected('its encryption was made', answer);
  }
}

/**
 * Sees to it that there is a first tenant with an `app` and an `admin` client and one encryption. Every step is noted before the
 * next, so that the next start goes on where a killed one stopped.
 *
 * @throws LauncherError `setup_failed`.
 */
export async function ensureFirstTenant(
  folder: DataFolder,
  credentials: Credentials,
  caller: Calls,
  operator: ApiCredentials,
): Promise<ReadyTenant> {
  const { tenantId, encryptionId } = credentials.tenant;
  const clients = credentials.tenant.clients ?? (await makeTenant(caller, operator, tenantId));
  const note = (hasEncryption: boolean): ReadyTenant => {
    const tenant = { tenantId, encryptionId, clients, hasEncryption };
    writeCredentials(folder, { ...credentials, tenant });
    return tenant;
  };
  if (credentials.tenant.clients && credentials.tenant.hasEncryption) {
    return { ...credentials.tenant, clients };
  }
  note(false);
  await makeEncryption(caller, clients.admin, encryptionId);
  return note(true);
}

/** What to tell the person when the stored credentials do not work any more; `undefined` when they do. */
export async function credentialsProblem(
  caller: Calls,
  { clients }: ReadyTenant,
): Promise<string | undefined> {
  const { status } = await caller.call('GET', '/v1/health', clients.admin);
  if (status === 200) return undefined;
  return (
    `The encryption service refuses the credentials of this folder (${status.toString()}). ` +
    'Either its database is another one now, or the key pairs were replaced: put back what belongs to this folder ' +
    '(certs/replaced-… has the old key pairs), or start afresh with another one: --data DIR'
  );
}
