//! What the operator does to tenants.

use hookbox_protocol::api::Quotas;
use hookbox_protocol::{TenantId, Timestamp};

use super::batch::Batch;
use super::tenant::{self, TenantRow};
use super::{audit, retention, row, version};
use crate::engine::NewCredential;
use crate::fair::{Lane, Rule};
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
    batch.execute("UPDATE hook SET enabled = FALSE WHERE tenant = $1", &[&tenant.0]).await?;
    audit::by_operator(batch, tenant, "delete tenant", name, &serde_json::json!({})).await?;
    // What runs for it has lost its lease, and what waits will not run.
    let sql = "UPDATE delivery SET state = 3, next_at = NULL, node = NULL, reason = 'the tenant was deleted' \
               WHERE state IN (0, 1, 4, 5) AND tenant = $1";
    batch.execute(sql, &[&tenant.0]).await?;
    let mut memory = batch.shared.memory();
    memory.set_rule(tenant, Rule { suspended: true, in_flight: 0 });
    let backlog = memory.fair.backlog(tenant);
    let gone = |count: u64| -i64::try_from(count).unwrap_or(i64::MAX);
    memory.count(tenant, gone(backlog.pending), gone(backlog.leased));
    // A slot of its own may be what another tenant waits for.
    memory.wake = true;
    Ok(Some(tenant))
}

/// A tenant that was retired and is not yet gone.
pub(super) async fn retired(batch: &Batch<'_>) -> Result<Option<TenantId>, Error> {
    let sql = "SELECT id FROM tenant WHERE deleted_at IS NOT NULL ORDER BY id LIMIT 1";
    let found = batch.db.query_opt(sql, &[]).await?;
    found.map(|row| Ok(TenantId(row.try_get(0)?))).transpose()
}

/// Removes up to `most` rows of a tenant that was retired; whether nothing is left of it.
pub(super) async fn purge(batch: &Batch<'_>, tenant: TenantId, most: u32) -> Result<bool, Error> {
    let sql = "SELECT 1 FROM tenant WHERE id = $1 AND deleted_at IS NOT NULL";
    if batch.db.query_opt(sql, &[&tenant.0]).await?.is_none() {
        return Ok(true);
    }
    let most = i64::from(most);
    let sql = "SELECT id FROM event WHERE tenant = $1 ORDER BY id LIMIT $2";
    let mut events = Vec::new();
    for row in batch.db.query(sql, &[&tenant.0, &most]).await? {
        events.push(row.try_get::<_, i64>(0)?);
    }
    if !events.is_empty() {
        retention::remove(batch, &events).await?;
        return Ok(false);
    }
    let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE tenant = $1 LIMIT $2)";
    if retention::remove_logs(batch, tenant, i64::MAX, most).await? > 0
        || batch.execute(sql, &[&tenant.0, &most]).await? > 0
    {
        return Ok(false);
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
        return Ok(false);
    }
    version::forget_modules(batch, tenant).await?;
    batch.execute("DELETE FROM volume WHERE tenant = $1", &[&tenant.0]).await?;
    batch.execute("DELETE FROM tenant WHERE id = $1", &[&tenant.0]).await?;
    Ok(true)
}
