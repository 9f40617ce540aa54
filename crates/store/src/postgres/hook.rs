//! Hooks.

use deadpool_postgres::{GenericClient, Object};
use hookbox_protocol::api::{CodeKind, Hook};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, TenantId, Timestamp, Trigger};
use tokio_postgres::Row;

use super::batch::Batch;
use super::{aside, audit, row, secret, tenant, version};
use crate::engine::{Caller, SealedHook};
use crate::waiting::HOOK_DELETED;
use crate::{Error, HookChange, HookRow, NewHook, Settings, SettingsChange, id, number};

const SELECT: &str = "SELECT h.number, h.id, h.name, h.trigger, h.enabled, h.live, v.digest, v.source, h.dependencies, \
                      h.created_at, v.created_at FROM hook h JOIN version v ON v.hook = h.number AND v.number = h.live";

/// What a change needs to know of a hook.
pub(super) struct Found {
    pub(super) number: i64,
    pub(super) trigger: Trigger,
    pub(super) live: u32,
    pub(super) last_version: u32,
}

pub(super) async fn find(db: &impl GenericClient, tenant: TenantId, id: &HookId) -> Result<Option<Found>, Error> {
    let sql =
        "SELECT number, trigger, live, last_version FROM hook WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL";
    let found = db.query_opt(&db.prepare_cached(sql).await?, &[&id.as_str(), &tenant.0]).await?;
    let read = |row: Row| {
        Ok(Found {
            number: row.try_get(0)?,
            trigger: row::trigger(&row, 1)?,
            live: row::number(&row, 2)?,
            last_version: row::number(&row, 3)?,
        })
    };
    found.map(read).transpose()
}

pub(super) async fn number(
    db: &impl GenericClient,
    tenant: TenantId,
    id: &HookId,
) -> Result<Option<HookNumber>, Error> {
    Ok(find(db, tenant, id).await?.map(|found| HookNumber(found.number)))
}

/// As [`number`], a deleted hook included: its past is still there to be asked for.
pub(super) async fn number_of_any(
    db: &impl GenericClient,
    tenant: TenantId,
    id: &HookId,
) -> Result<Option<HookNumber>, Error> {
    let sql = db.prepare_cached("SELECT number FROM hook WHERE id = $1 AND tenant = $2").await?;
    let found = db.query_opt(&sql, &[&id.as_str(), &tenant.0]).await?;
    found.map(|row| Ok(HookNumber(row.try_get(0)?))).transpose()
}

pub(super) async fn hook(db: &impl GenericClient, tenant: TenantId, id: &HookId) -> Result<Option<HookRow>, Error> {
    let sql =
        db.prepare_cached(&format!("{SELECT} WHERE h.tenant = $1 AND h.id = $2 AND h.deleted_at IS NULL")).await?;
    let found = db.query_opt(&sql, &[&tenant.0, &id.as_str()]).await?;
    found.map(|row| read(&row)).transpose()
}

pub(super) async fn hooks(db: &Object, tenant: TenantId) -> Result<Vec<HookRow>, Error> {
    let sql = format!("{SELECT} WHERE h.tenant = $1 AND h.deleted_at IS NULL ORDER BY h.number");
    db.query(&db.prepare_cached(&sql).await?, &[&tenant.0]).await?.iter().map(read).collect()
}

pub(super) async fn overview(db: &Object, tenant: TenantId) -> Result<Vec<Hook>, Error> {
    let select = db
        .prepare_cached(
            "SELECT h.id, h.name, h.trigger, h.enabled, v.digest IS NOT NULL, h.live, h.created_at, v.created_at, \
             coalesce(r.outcomes, '') FROM hook h JOIN version v ON v.hook = h.number AND v.number = h.live \
             LEFT JOIN recent r ON r.hook = h.number WHERE h.tenant = $1 AND h.deleted_at IS NULL ORDER BY h.number",
        )
        .await?;
    let rows = db.query(&select, &[&tenant.0]).await?;
    let read = |row: &Row| {
        Ok(Hook {
            id: row::parsed(row, 0)?,
            name: row.try_get(1)?,
            trigger: row::trigger(row, 2)?,
            enabled: row.try_get(3)?,
            kind: if row.try_get(4)? { CodeKind::Module } else { CodeKind::Script },
            version: row::number(row, 5)?,
            created_at: Timestamp(row.try_get(6)?),
            updated_at: Timestamp(row.try_get(7)?),
            last_outcomes: number::outcomes(row.try_get(8)?).into_iter().map(str::to_owned).collect(),
        })
    };
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<HookRow, Error> {
    Ok(HookRow {
        number: HookNumber(row.try_get(0)?),
        id: row::parsed(row, 1)?,
        name: row.try_get(2)?,
        trigger: row::trigger(row, 3)?,
        enabled: row.try_get(4)?,
        version: row::number(row, 5)?,
        code: row::code(row, 6, 7)?,
        dependencies: row::json(row, 8)?,
        created_at: Timestamp(row.try_get(9)?),
        updated_at: Timestamp(row.try_get(10)?),
    })
}

pub(super) async fn create(batch: &Batch<'_>, caller: Caller, new: &NewHook) -> Result<HookRow, Error> {
    let (owner, trigger) = (caller.tenant, number::of_trigger(new.trigger));
    let sql =
        "SELECT count(*), count(*) FILTER (WHERE trigger = $2) FROM hook WHERE tenant = $1 AND deleted_at IS NULL";
    let counted = batch.db.query_one(sql, &[&owner.0, &trigger]).await?;
    let (count, of_trigger): (u64, u64) = (row::number(&counted, 0)?, row::number(&counted, 1)?);
    let most = tenant::quotas(batch, owner).await?.hooks;
    if count >= most {
        return Err(Error::LimitReached {
            what: "hook",
            limit: hookbox_protocol::limits::HOOKS.name,
            there: count,
            added: 1,
            most,
            way_out: "delete one that is not used any more, or ask the operator for a higher quota".into(),
        });
    }
    check_name_is_free(batch, owner, &new.name, None).await?;
    let enabled = new.enabled.unwrap_or(of_trigger == 0);
    if enabled {
        make_room(batch, owner, new.trigger).await?;
    }
    let id = id::hook_id(batch.now)?;
    let number: i64 = batch
        .db
        .query_one(
            "INSERT INTO hook (id, tenant, name, trigger, enabled, live, last_version, dependencies, settings, created_at) \
             VALUES ($1, $2, $3, $4, $5, 1, 1, $6, '{}', $7) RETURNING number",
            &[&id.as_str(), &owner.0, &new.name, &trigger, &enabled, &row::to_json(&new.dependencies)?, &batch.now.0],
        )
        .await?
        .try_get(0)?;
    version::insert(batch, owner, number, 1, &new.code).await?;
    let details = serde_json::json!({"name": new.name, "enabled": enabled});
    audit::insert(batch, caller, "create hook", id.as_str(), &details).await?;
    hook(batch.db, owner, &id).await?.ok_or_else(|| Error::Damaged("a hook was not there once made".into()))
}

pub(super) async fn update(
    batch: &Batch<'_>,
    caller: Caller,
    id: &HookId,
    change: &HookChange,
) -> Result<Option<HookRow>, Error> {
    let owner = caller.tenant;
    let Some(found) = find(batch.db, owner, id).await? else { return Ok(None) };
    if let Some(name) = &change.name {
        check_name_is_free(batch, owner, name, Some(found.number)).await?;
        batch.execute("UPDATE hook SET name = $2 WHERE number = $1", &[&found.number, name]).await?;
    }
    if let Some(dependencies) = &change.dependencies {
        let json = row::to_json(dependencies)?;
        batch.execute("UPDATE hook SET dependencies = $2 WHERE number = $1", &[&found.number, &json]).await?;
    }
    if let Some(code) = &change.code {
        version::make_live(batch, owner, &found, code).await?;
    }
    match change.enabled {
        Some(true) => {
            make_room(batch, owner, found.trigger).await?;
            batch.execute("UPDATE hook SET enabled = TRUE WHERE number = $1", &[&found.number]).await?;
            aside::let_go(batch, owner, found.number).await?;
        }
        Some(false) => {
            batch.execute("UPDATE hook SET enabled = FALSE WHERE number = $1", &[&found.number]).await?;
        }
        None => {}
    }
    let details = serde_json::json!({
        "name": change.name, "enabled": change.enabled, "dependencies": change.dependencies,
        "code": change.code.is_some(),
    });
    audit::insert(batch, caller, "update hook", id.as_str(), &details).await?;
    hook(batch.db, owner, id).await
}

pub(super) async fn delete(batch: &Batch<'_>, caller: Caller, id: &HookId) -> Result<bool, Error> {
    let owner = caller.tenant;
    let Some(found) = find(batch.db, owner, id).await? else { return Ok(false) };
    version::delete_all(batch, owner, found.number).await?;
    batch.execute("DELETE FROM secret WHERE hook = $1", &[&found.number]).await?;
    batch.execute("DELETE FROM recent WHERE hook = $1", &[&found.number]).await?;
    let sql =
        "UPDATE hook SET enabled = FALSE, deleted_at = $2, dependencies = '{}', settings = '{}' WHERE number = $1";
    batch.execute(sql, &[&found.number, &batch.now.0]).await?;
    audit::insert(batch, caller, "delete hook", id.as_str(), &serde_json::json!({})).await?;
    aside::let_go(batch, owner, found.number).await?;
    Ok(true)
}

/// Ends up to `most` deliveries of a deleted hook that wait for another attempt; how many. One that a node is just claiming
/// is passed over: that node buries it.
pub(super) async fn bury_retries(batch: &Batch<'_>, tenant: TenantId, id: &HookId, most: u64) -> Result<u64, Error> {
    let sql = "UPDATE delivery d SET state = 3, next_at = NULL, reason = $4 \
               FROM (SELECT o.event, o.hook FROM delivery o JOIN hook h ON h.number = o.hook \
                     WHERE o.tenant = $1 AND o.state = 5 AND h.tenant = $1 AND h.id = $2 AND h.deleted_at IS NOT NULL \
                     LIMIT $3 FOR UPDATE OF o SKIP LOCKED) gone WHERE d.event = gone.event AND d.hook = gone.hook";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let buried = batch.execute(sql, &[&tenant.0, &id.as_str(), &most, &HOOK_DELETED]).await?;
    let mut memory = batch.shared.memory();
    memory.count(tenant, -i64::try_from(buried).unwrap_or(0), 0);
    memory.dead += buried;
    Ok(buried)
}

pub(super) async fn settings(
    db: &impl GenericClient,
    tenant: TenantId,
    id: &HookId,
) -> Result<Option<Settings>, Error> {
    let sql = "SELECT settings FROM hook WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL";
    let found = db.query_opt(&db.prepare_cached(sql).await?, &[&id.as_str(), &tenant.0]).await?;
    found.map(|row| row::json(&row, 0)).transpose()
}

/// No other change of the tenant comes in between: the batch holds its lock.
pub(super) async fn change_settings(
    batch: &Batch<'_>,
    caller: Caller,
    id: &HookId,
    change: SettingsChange,
) -> Result<Option<Settings>, Error> {
    let Some(settings) = settings(batch.db, caller.tenant, id).await? else { return Ok(None) };
    let settings = change.applied_to(settings)?;
    let sql = "UPDATE hook SET settings = $3 WHERE id = $1 AND tenant = $2 AND deleted_at IS NULL";
    batch.execute(sql, &[&id.as_str(), &caller.tenant.0, &row::to_json(&settings)?]).await?;
    audit::insert(batch, caller, "set settings", id.as_str(), &settings).await?;
    Ok(Some(settings))
}

/// Everything that a run needs, still encrypted. One statement, since a key and what it encrypts go together.
pub(super) async fn sealed(db: &Object, number: HookNumber) -> Result<Option<SealedHook>, Error> {
    let sql = format!(
        "SELECT s.*, h.settings, t.id, t.name, t.data_key, \
         (SELECT array_agg(name ORDER BY name) FROM secret WHERE hook = h.number), \
         (SELECT array_agg(value ORDER BY name) FROM secret WHERE hook = h.number) \
         FROM ({SELECT} WHERE h.number = $1 AND h.deleted_at IS NULL) s (number, id, name, trigger, enabled, live, \
         digest, source, dependencies, created_at, updated_at) \
         JOIN hook h ON h.number = s.number JOIN tenant t ON t.id = h.tenant"
    );
    let Some(row) = db.query_opt(&db.prepare_cached(&sql).await?, &[&number.0]).await? else { return Ok(None) };
    let names: Option<Vec<String>> = row.try_get(15)?;
    let values: Option<Vec<Vec<u8>>> = row.try_get(16)?;
    Ok(Some(SealedHook {
        row: read(&row)?,
        settings: row::json(&row, 11)?,
        tenant: TenantId(row.try_get(12)?),
        tenant_name: row.try_get(13)?,
        data_key: row.try_get(14)?,
        secrets: secret::pairs(names, values),
    }))
}

/// The enabled hooks of a trigger in the order in which they run.
pub(super) async fn enabled(db: &Object, tenant: TenantId, trigger: Trigger) -> Result<Vec<HookNumber>, Error> {
    let sql = "SELECT number FROM hook WHERE tenant = $1 AND trigger = $2 AND enabled \
               ORDER BY coalesce((settings::jsonb ->> 'order')::bigint, 0), created_at, number";
    let rows = db.query(&db.prepare_cached(sql).await?, &[&tenant.0, &number::of_trigger(trigger)]).await?;
    rows.iter().map(|row| Ok(HookNumber(row.try_get(0)?))).collect()
}

/// At most one hook of a trigger is enabled, as in the original, unless the tenant wants several.
async fn make_room(batch: &Batch<'_>, tenant: TenantId, trigger: Trigger) -> Result<(), Error> {
    let sql = "UPDATE hook SET enabled = FALSE WHERE tenant = $1 AND trigger = $2 AND enabled \
               AND NOT (SELECT several_hooks FROM tenant WHERE id = $1)";
    batch.execute(sql, &[&tenant.0, &number::of_trigger(trigger)]).await?;
    Ok(())
}

async fn check_name_is_free(batch: &Batch<'_>, tenant: TenantId, name: &str, own: Option<i64>) -> Result<(), Error> {
    let sql =
        "SELECT 1 FROM hook WHERE tenant = $1 AND name = $2 AND deleted_at IS NULL AND number IS DISTINCT FROM $3";
    if batch.db.query_opt(sql, &[&tenant.0, &name, &own]).await?.is_some() {
        return Err(Error::Conflict { what: "hook", name: name.to_owned() });
    }
    Ok(())
}
