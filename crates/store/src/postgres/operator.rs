//! What the operator does to tenants.

use hookbox_protocol::api::Quotas;
use hookbox_protocol::{TenantId, Timestamp};

use super::batch::Batch;
use super::tenant::{self, TenantRow};
use super::{audit, leaving, retention, row, version};
use crate::engine::{NewCredential, Purged};
use crate::fair::{Lane, Rule};
use crate::grave::TENANT_DELETED;
use crate::{Error, TenantChange, TokenId, operator};

/// Changes a tenant, and answers it as it is then.
pub(super) async fn change(
    batch: &Batch<'_>,
    name: &str,
    change: &TenantChange,
    defaults: Quotas,
) -> Result<Option<TenantRow>, Error> {
    let Some(found) = tenant::find(batch.db, name).await? else { return Ok(None) };
    batch.lock_tenant(found.id).await?;
    // Read again: somebody else's change may have come before the lock.
    let Some(mut found) = tenant::find(batch.db, name).await? else { return Ok(None) };
    for (quota, value) in &change.quotas {
        match value {
            Some(value) => drop(found.quotas.insert(quota.clone(), *value)),
            None => drop(found.quotas.remove(quota)),
        }
    }
    found.suspended = change.suspended.unwrap_or(found.suspended);
    let sql = "UPDATE tenant SET suspended = $2, quotas = $3 WHERE id = $1";
    batch.execute(sql, &[&found.id.0, &found.suspended, &row::to_json(&found.quotas)?]).await?;
    let details = serde_json::json!({"suspended": change.suspended, "quotas": change.quotas});
    audit::by_operator(batch, found.id, "change tenant", name, &details).await?;
    let in_flight = operator::effective(&found.quotas, defaults).in_flight;
    let rule = Rule { suspended: found.suspended, in_flight };
    let due = "SELECT (SELECT min(next_at) FROM delivery WHERE state = 0 AND tenant = $1), \
               (SELECT min(next_at) FROM delivery WHERE state = 5 AND tenant = $1)";
    let due = batch.db.query_one(due, &[&found.id.0]).await?;
    let (fresh, retry): (Option<i64>, Option<i64>) = (due.try_get(0)?, due.try_get(1)?);
    // A change that is not committed is corrected by the next look at all rules.
    let mut memory = batch.shared.memory();
    memory.set_rule(found.id, rule);
    for (lane, due) in [(Lane::Fresh, fresh), (Lane::Retry, retry)] {
        if let Some(due) = due.filter(|_| !found.suspended) {
            memory.fair.due(found.id, lane, Timestamp(due));
        }
    }
    memory.wake = true;
    Ok(Some(found))
}

/// Makes a token for a tenant.
pub(super) async fn token(batch: &Batch<'_>, name: &str, new: &NewCredential) -> Result<Option<TokenId>, Error> {
    let Some(found) = tenant::find(batch.db, name).await? else { return Ok(None) };
    let id = tenant::insert_credential(batch, found.id, new).await?;
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let details = serde_json::json!({"tenant": name, "name": new.token.name, "scopes": names});
    audit::by_operator(batch, found.id, "create token", &id.to_string(), &details).await?;
    Ok(Some(id))
}

/// Takes a tenant out of everything that looks at it. Its rows stay until [`purge`] has removed them.
pub(super) async fn retire(batch: &Batch<'_>, name: &str) -> Result<Option<TenantId>, Error> {
    let Some(TenantRow { id: tenant, .. }) = tenant::find(batch.db, name).await? else { return Ok(None) };
    batch.lock_tenant(tenant).await?;
    let sql = "UPDATE tenant SET deleted_at = $2, suspended = TRUE WHERE id = $1 AND deleted_at IS NULL";
    if batch.execute(sql, &[&tenant.0, &batch.now.0]).await? == 0 {
        return Ok(None);
    }
    batch.execute("DELETE FROM credential WHERE tenant = $1", &[&tenant.0]).await?;
    let sql = "UPDATE hook SET enabled = FALSE, deleted_at = coalesce(deleted_at, $2) WHERE tenant = $1";
    batch.execute(sql, &[&tenant.0, &batch.now.0]).await?;
    audit::by_operator(batch, tenant, "delete tenant", name, &serde_json::json!({})).await?;
    // What runs for it has lost its lease. What waits will not run, and goes with its event.
    let sql = "UPDATE delivery d SET state = 3, next_at = NULL, node = NULL, reason = $2 \
               FROM (SELECT event, hook FROM delivery WHERE state = 1 AND tenant = $1 ORDER BY event, hook FOR UPDATE) o \
               WHERE d.event = o.event AND d.hook = o.hook";
    batch.execute(sql, &[&tenant.0, &TENANT_DELETED]).await?;
    let mut memory = batch.shared.memory();
    memory.set_rule(tenant, Rule { suspended: true, in_flight: 0 });
    let backlog = memory.fair.backlog(tenant);
    let gone = |count: u64| -i64::try_from(count).unwrap_or(i64::MAX);
    memory.count(tenant, gone(backlog.pending), gone(backlog.leased));
    // A slot of its own may be what another tenant waits for.
    memory.wake = true;
    Ok(Some(tenant))
}

/// The tenants that were retired and are not yet gone.
pub(super) async fn retired(batch: &Batch<'_>) -> Result<Vec<TenantId>, Error> {
    let rows = batch.db.query("SELECT id FROM tenant WHERE deleted_at IS NOT NULL ORDER BY id", &[]).await?;
    rows.iter().map(|row| Ok(TenantId(row.try_get(0)?))).collect()
}

/// Removes up to `most` rows of a tenant that was retired. The tenant itself and its hooks go when nothing can come any
/// more that belongs to them.
pub(super) async fn purge(batch: &Batch<'_>, tenant: TenantId, most: u32) -> Result<Purged, Error> {
    let sql = "SELECT 1 FROM tenant WHERE id = $1 AND deleted_at IS NOT NULL";
    if batch.db.query_opt(sql, &[&tenant.0]).await?.is_none() {
        return Ok(Purged::All);
    }
    // Looked at first: what such a write left behind is there for the statements after it.
    let is_quiet = leaving::is_quiet(batch, tenant).await?;
    if retention::remove_rows_of(batch, tenant, most).await? {
        return Ok(Purged::Part);
    }
    if !is_quiet {
        return Ok(Purged::Waits);
    }
    let hook = batch.db.query_opt("SELECT number FROM hook WHERE tenant = $1 LIMIT 1", &[&tenant.0]).await?;
    if let Some(hook) = hook {
        let hook: i64 = hook.try_get(0)?;
        version::delete_all(batch, tenant, hook).await?;
        for sql in [
            "DELETE FROM secret WHERE hook = $1",
            "DELETE FROM recent WHERE hook = $1",
            "DELETE FROM hook WHERE number = $1",
        ] {
            batch.execute(sql, &[&hook]).await?;
        }
        return Ok(Purged::Part);
    }
    version::forget_modules(batch, tenant).await?;
    batch.execute("DELETE FROM volume WHERE tenant = $1", &[&tenant.0]).await?;
    batch.execute("DELETE FROM tenant WHERE id = $1", &[&tenant.0]).await?;
    batch.shared.leaving().remove(&tenant);
    Ok(Purged::All)
}
