import type { ServiceApp } from './service-app.js';

/** What is wrong with the active versions of a service: there is to be exactly one for each encryption that is not to be destroyed. */
export async function activeVersionsOutOfOrder({ test }: ServiceApp): Promise<unknown[]> {
  return test.asOwner(
    `select e.id, e.mode, count(v.id)::int as active from encryption e
     left join encryption_key_version v on v.tenant_id = e.tenant_id and v.encryption_id = e.id and v.state = 'active'
     group by e.tenant_id, e.id, e.mode, e.state
     having count(v.id) > 1
       or count(v.id) <> 1 and e.mode = 'platform' and e.state in ('enabled', 'disabled')`,
  );
}

/** Encryptions whose versions are under more than one master key. */
export async function keysUnderSeveral({ test }: ServiceApp): Promise<unknown[]> {
  return test.asOwner(
    `select encryption_id from encryption_key_version where record is not null
     group by tenant_id, encryption_id having count(distinct record ->> 'kekUri') > 1`,
  );
}

/** How many acknowledged acts of one kind the audit log has. */
export async function recordedActs({ test }: ServiceApp, operation: string): Promise<number> {
  const [row] = await test.asOwner<{ n: number }>(
    "select count(*)::int as n from audit_record where operation = $1 and outcome = 'success'",
    [operation],
  );
  return row?.n ?? 0;
}
