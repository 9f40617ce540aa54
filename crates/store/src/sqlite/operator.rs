//! What the operator does to tenants.

use hookbox_protocol::api::Quotas;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId};
use rusqlite::params;

use super::tenant::{self, TenantRow};
use super::writer::Batch;
use super::{audit, lease, retention, row, version};
use crate::engine::{NewCredential, Purged};
use crate::fair::{Lane, Rule};
use crate::grave::TENANT_DELETED;
use crate::{Error, TenantChange, TokenId, operator};

/// Changes a tenant, and answers it as it is then.
pub(super) fn change(
    batch: &mut Batch<'_>,
    name: &str,
    change: &TenantChange,
    defaults: Quotas,
) -> Result<Option<TenantRow>, Error> {
    let Some(mut row) = tenant::find(batch.db, name)? else { return Ok(None) };
    for (name, value) in &change.quotas {
        match value {
            Some(value) => row.quotas.insert(name.clone(), *value),
            None => row.quotas.remove(name),
        };
    }
    row.suspended = change.suspended.unwrap_or(row.suspended);
    let quotas = row::to_json(&row.quotas)?;
    let sql = "UPDATE tenant SET suspended = ?2, quotas = ?3 WHERE id = ?1";
    batch.db.prepare_cached(sql)?.execute(params![row.id.0, row.suspended, quotas])?;
    let details = serde_json::json!({"suspended": change.suspended, "quotas": change.quotas});
    audit::by_operator(batch, row.id, "change tenant", name, &details)?;
    let in_flight = operator::effective(&row.quotas, defaults).in_flight;
    batch.memory.fair.set_rule(row.id, Some(Rule { suspended: row.suspended, in_flight }));
    if !row.suspended {
        for lane in [Lane::Fresh, Lane::Retry] {
            if let Some(due) = lease::next_due(batch.db, row.id, lane)? {
                batch.memory.fair.due(row.id, lane, due);
            }
        }
        batch.memory.wake = true;
    }
    Ok(Some(row))
}

/// Makes a token for a tenant.
pub(super) fn token(batch: &mut Batch<'_>, name: &str, new: &NewCredential) -> Result<Option<TokenId>, Error> {
    let Some(row) = tenant::find(batch.db, name)? else { return Ok(None) };
    let id = tenant::insert_credential(batch, row.id, new)?;
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let details = serde_json::json!({"tenant": name, "name": new.token.name, "scopes": names});
    audit::by_operator(batch, row.id, "create token", &id.to_string(), &details)?;
    Ok(Some(id))
}

/// Takes a tenant out of everything that looks at it. Its rows stay until [`purge`] has removed them.
pub(super) fn retire(batch: &mut Batch<'_>, name: &str) -> Result<Option<TenantId>, Error> {
    let Some(TenantRow { id: tenant, .. }) = tenant::find(batch.db, name)? else { return Ok(None) };
    let db = batch.db;
    db.execute("UPDATE tenant SET deleted_at = ?2, suspended = 1 WHERE id = ?1", params![tenant.0, batch.now.0])?;
    db.execute("DELETE FROM credential WHERE tenant = ?1", [tenant.0])?;
    let sql =
        "UPDATE hook INDEXED BY hook_tenant SET enabled = 0, deleted_at = coalesce(deleted_at, ?2) WHERE tenant = ?1";
    db.execute(sql, params![tenant.0, batch.now.0])?;
    audit::by_operator(batch, tenant, "delete tenant", name, &serde_json::json!({}))?;
    let leased = db
        .prepare_cached("SELECT event, hook FROM delivery INDEXED BY delivery_leased WHERE state = 1 AND tenant = ?1")?
        .query_map([tenant.0], |row| Ok(DeliveryId { event: EventId(row.get(0)?), hook: HookNumber(row.get(1)?) }))?
        .collect::<Result<Vec<_>, _>>()?;
    // What runs for it has lost its lease.
    for delivery in leased {
        super::delivery::bury(batch, delivery, TENANT_DELETED)?;
        batch.memory.leases.remove(delivery);
    }
    let memory = &mut *batch.memory;
    let backlog = memory.fair.backlog(tenant);
    let gone = |count: u64| -i64::try_from(count).unwrap_or(i64::MAX);
    memory.fair.set_rule(tenant, Some(Rule { suspended: true, in_flight: 0 }));
    memory.fair.count(tenant, gone(backlog.pending), gone(backlog.leased));
    memory.retire(tenant);
    // A slot of its own may be what another tenant waits for.
    memory.wake = true;
    Ok(Some(tenant))
}

/// Removes up to `most` rows of a tenant that was retired.
pub(super) fn purge(batch: &mut Batch<'_>, tenant: TenantId, most: u32) -> Result<Purged, Error> {
    if batch.memory.check_there(tenant).is_ok() {
        return Ok(Purged::All);
    }
    let db = batch.db;
    let events = db
        .prepare_cached("SELECT id FROM event INDEXED BY event_tenant WHERE tenant = ?1 ORDER BY id LIMIT ?2")?
        .query_map(params![tenant.0, most], |row| row.get(0))?
        .collect::<Result<Vec<i64>, _>>()?;
    for event in &events {
        retention::remove_event(batch, *event)?;
    }
    if !events.is_empty() || retention::remove_logs(batch, tenant, i64::MAX, most)? > 0 {
        return Ok(Purged::Part);
    }
    let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE tenant = ?1 LIMIT ?2)";
    if batch.db.prepare_cached(sql)?.execute(params![tenant.0, most])? > 0 {
        return Ok(Purged::Part);
    }
    let hook = batch
        .db
        .prepare_cached("SELECT number FROM hook INDEXED BY hook_tenant WHERE tenant = ?1 LIMIT 1")?
        .query_map([tenant.0], |row| row.get::<_, i64>(0))?
        .next()
        .transpose()?;
    if let Some(hook) = hook {
        version::delete_all(batch, tenant, hook)?;
        for sql in [
            "DELETE FROM secret WHERE hook = ?1",
            "DELETE FROM recent WHERE hook = ?1",
            "DELETE FROM hook WHERE number = ?1",
        ] {
            batch.db.prepare_cached(sql)?.execute([hook])?;
        }
        return Ok(Purged::Part);
    }
    version::forget_modules(batch, tenant)?;
    batch.db.execute("DELETE FROM volume WHERE tenant = ?1", [tenant.0])?;
    batch.db.execute("DELETE FROM tenant WHERE id = ?1", [tenant.0])?;
    batch.memory.purged(tenant);
    Ok(Purged::All)
}
