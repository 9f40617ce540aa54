//! Hooks.

use hookbox_protocol::api::{CodeKind, Hook, Quotas};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, TenantId, Timestamp, Trigger, limits};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::row;
use super::writer::Batch;
use super::{audit, delivery, version};
use crate::engine::{Caller, SealedHook};
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

pub(super) fn find(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<Found>, Error> {
    let sql =
        "SELECT number, trigger, live, last_version FROM hook WHERE id = ?1 AND tenant = ?2 AND deleted_at IS NULL";
    let read = |row: &Row<'_>| {
        Ok(Found { number: row.get(0)?, trigger: row::trigger(row, 1)?, live: row.get(2)?, last_version: row.get(3)? })
    };
    Ok(db.prepare_cached(sql)?.query_row(params![id.as_str(), tenant.0], read).optional()?)
}

pub(super) fn number(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<HookNumber>, Error> {
    Ok(find(db, tenant, id)?.map(|found| HookNumber(found.number)))
}

/// As [`number`], a deleted hook included: its past is still there to be asked for.
pub(super) fn number_of_any(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<HookNumber>, Error> {
    let sql = "SELECT number FROM hook WHERE id = ?1 AND tenant = ?2";
    let read = |row: &Row<'_>| row.get(0).map(HookNumber);
    Ok(db.prepare_cached(sql)?.query_row(params![id.as_str(), tenant.0], read).optional()?)
}

pub(super) fn hook(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<HookRow>, Error> {
    let sql = format!("{SELECT} WHERE h.tenant = ?1 AND h.id = ?2 AND h.deleted_at IS NULL");
    Ok(db.prepare_cached(&sql)?.query_row(params![tenant.0, id.as_str()], read).optional()?)
}

pub(super) fn hooks(db: &Connection, tenant: TenantId) -> Result<Vec<HookRow>, Error> {
    let sql = format!("{SELECT} WHERE h.tenant = ?1 AND h.deleted_at IS NULL ORDER BY h.number");
    let mut select = db.prepare_cached(&sql)?;
    let rows = select.query_map([tenant.0], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn overview(db: &Connection, tenant: TenantId) -> Result<Vec<Hook>, Error> {
    let mut select = db.prepare_cached(
        "SELECT h.id, h.name, h.trigger, h.enabled, v.digest IS NOT NULL, h.live, h.created_at, v.created_at, \
         coalesce(r.outcomes, '') FROM hook h JOIN version v ON v.hook = h.number AND v.number = h.live \
         LEFT JOIN recent r ON r.hook = h.number WHERE h.tenant = ?1 AND h.deleted_at IS NULL ORDER BY h.number",
    )?;
    let rows = select.query_map([tenant.0], |row| {
        let letters: String = row.get(8)?;
        let outcomes = number::outcomes(&letters).into_iter();
        Ok(Hook {
            id: row::parsed(row, 0)?,
            name: row.get(1)?,
            trigger: row::trigger(row, 2)?,
            enabled: row.get(3)?,
            kind: if row.get(4)? { CodeKind::Module } else { CodeKind::Script },
            version: row.get(5)?,
            created_at: Timestamp(row.get(6)?),
            updated_at: Timestamp(row.get(7)?),
            last_outcomes: outcomes.map(str::to_owned).collect(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<HookRow> {
    Ok(HookRow {
        number: HookNumber(row.get(0)?),
        id: row::parsed(row, 1)?,
        name: row.get(2)?,
        trigger: row::trigger(row, 3)?,
        enabled: row.get(4)?,
        version: row.get(5)?,
        code: row::code(row, 6, 7)?,
        dependencies: row::json(row, 8)?,
        created_at: Timestamp(row.get(9)?),
        updated_at: Timestamp(row.get(10)?),
    })
}

pub(super) fn create(batch: &mut Batch<'_>, caller: Caller, new: &NewHook, defaults: Quotas) -> Result<HookRow, Error> {
    let (tenant, trigger) = (caller.tenant, number::of_trigger(new.trigger));
    let (count, of_trigger): (u64, u64) = batch.db.query_row(
        "SELECT count(*), count(*) FILTER (WHERE trigger = ?2) FROM hook WHERE tenant = ?1 AND deleted_at IS NULL",
        params![tenant.0, trigger],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let most = super::tenant::quotas(batch.db, tenant, defaults)?.hooks;
    if count >= most {
        return Err(Error::LimitReached {
            what: "hook",
            limit: limits::HOOKS.name,
            there: count,
            added: 1,
            most,
            way_out: "delete one that is not used any more, or ask the operator for a higher quota".into(),
        });
    }
    check_name_is_free(batch.db, tenant, &new.name, None)?;
    let enabled = new.enabled.unwrap_or(of_trigger == 0);
    if enabled {
        disable_others(batch.db, tenant, new.trigger)?;
    }
    let id = id::hook_id(batch.now)?;
    batch.db.execute(
        "INSERT INTO hook (id, tenant, name, trigger, enabled, live, last_version, dependencies, settings, created_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, 1, 1, ?6, '{}', ?7)",
        params![id.as_str(), tenant.0, new.name, trigger, enabled, row::to_json(&new.dependencies)?, batch.now.0],
    )?;
    let number = batch.db.last_insert_rowid();
    version::insert(batch, tenant, number, 1, &new.code)?;
    audit::insert(
        batch,
        caller,
        "create hook",
        id.as_str(),
        &serde_json::json!({"name": new.name, "enabled": enabled}),
    )?;
    let made = hook(batch.db, tenant, &id)?.ok_or_else(|| Error::Damaged("a hook was not there once made".into()))?;
    batch.memory.refresh(batch.db, tenant, new.trigger)?;
    Ok(made)
}

pub(super) fn update(
    batch: &mut Batch<'_>,
    caller: Caller,
    id: &HookId,
    change: &HookChange,
) -> Result<Option<HookRow>, Error> {
    let tenant = caller.tenant;
    let Some(found) = find(batch.db, tenant, id)? else { return Ok(None) };
    if let Some(name) = &change.name {
        check_name_is_free(batch.db, tenant, name, Some(found.number))?;
        batch.db.execute("UPDATE hook SET name = ?2 WHERE number = ?1", params![found.number, name])?;
    }
    if let Some(dependencies) = &change.dependencies {
        let json = row::to_json(dependencies)?;
        batch.db.execute("UPDATE hook SET dependencies = ?2 WHERE number = ?1", params![found.number, json])?;
    }
    if let Some(code) = &change.code {
        version::make_live(batch, tenant, &found, code)?;
    }
    match change.enabled {
        Some(true) => {
            disable_others(batch.db, tenant, found.trigger)?;
            batch.db.execute("UPDATE hook SET enabled = 1 WHERE number = ?1", [found.number])?;
        }
        Some(false) => {
            batch.db.execute("UPDATE hook SET enabled = 0 WHERE number = ?1", [found.number])?;
        }
        None => {}
    }
    let details = serde_json::json!({
        "name": change.name, "enabled": change.enabled, "dependencies": change.dependencies,
        "code": change.code.is_some(),
    });
    audit::insert(batch, caller, "update hook", id.as_str(), &details)?;
    let changed = hook(batch.db, tenant, id)?;
    batch.memory.refresh(batch.db, tenant, found.trigger)?;
    if change.enabled == Some(true) {
        delivery::let_go(batch, tenant, found.number)?;
    }
    Ok(changed)
}

pub(super) fn delete(batch: &mut Batch<'_>, caller: Caller, id: &HookId) -> Result<bool, Error> {
    let tenant = caller.tenant;
    let Some(found) = find(batch.db, tenant, id)? else { return Ok(false) };
    version::delete_all(batch, tenant, found.number)?;
    batch.db.execute("DELETE FROM secret WHERE hook = ?1", [found.number])?;
    batch.db.execute("DELETE FROM recent WHERE hook = ?1", [found.number])?;
    batch.db.execute(
        "UPDATE hook SET enabled = 0, deleted_at = ?2, dependencies = '{}', settings = '{}' WHERE number = ?1",
        params![found.number, batch.now.0],
    )?;
    audit::insert(batch, caller, "delete hook", id.as_str(), &serde_json::json!({}))?;
    batch.memory.refresh(batch.db, tenant, found.trigger)?;
    delivery::let_go(batch, tenant, found.number)?;
    Ok(true)
}

pub(super) fn settings(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<Settings>, Error> {
    let sql = "SELECT settings FROM hook WHERE id = ?1 AND tenant = ?2 AND deleted_at IS NULL";
    let read = |row: &Row<'_>| row::json(row, 0);
    Ok(db.prepare_cached(sql)?.query_row(params![id.as_str(), tenant.0], read).optional()?)
}

pub(super) fn change_settings(
    batch: &mut Batch<'_>,
    caller: Caller,
    id: &HookId,
    change: SettingsChange,
) -> Result<Option<Settings>, Error> {
    let Some(found) = find(batch.db, caller.tenant, id)? else { return Ok(None) };
    let settings = change.applied_to(settings(batch.db, caller.tenant, id)?.unwrap_or_default())?;
    let sql = "UPDATE hook SET settings = ?2 WHERE number = ?1";
    batch.db.execute(sql, params![found.number, row::to_json(&settings)?])?;
    audit::insert(batch, caller, "set settings", id.as_str(), &settings)?;
    // They say in which order hooks run.
    batch.memory.refresh(batch.db, caller.tenant, found.trigger)?;
    Ok(Some(settings))
}

/// Everything that a run needs, still encrypted.
pub(super) fn sealed(db: &Connection, number: HookNumber) -> Result<Option<SealedHook>, Error> {
    let sql = format!("{SELECT} WHERE h.number = ?1 AND h.deleted_at IS NULL");
    let Some(row) = db.prepare_cached(&sql)?.query_row([number.0], read).optional()? else { return Ok(None) };
    let (settings, tenant, tenant_name, data_key) = db
        .prepare_cached(
            "SELECT h.settings, t.id, t.name, t.data_key FROM hook h JOIN tenant t ON t.id = h.tenant \
             WHERE h.number = ?1",
        )?
        .query_row([number.0], |row| Ok((row::json(row, 0)?, TenantId(row.get(1)?), row.get(2)?, row.get(3)?)))?;
    let secrets = super::secret::of_hook(db, number.0)?;
    Ok(Some(SealedHook { tenant, tenant_name, data_key, row, settings, secrets }))
}

/// At most one hook of a trigger is enabled, as in the original, unless the tenant wants several.
fn disable_others(db: &Connection, tenant: TenantId, trigger: Trigger) -> Result<(), Error> {
    if super::tenant::several_hooks(db, tenant)? {
        return Ok(());
    }
    let sql = "UPDATE hook INDEXED BY hook_tenant SET enabled = 0 WHERE tenant = ?1 AND trigger = ?2 AND enabled = 1";
    db.execute(sql, params![tenant.0, number::of_trigger(trigger)])?;
    Ok(())
}

fn check_name_is_free(db: &Connection, tenant: TenantId, name: &str, own: Option<i64>) -> Result<(), Error> {
    let sql = "SELECT 1 FROM hook WHERE tenant = ?1 AND name = ?2 AND deleted_at IS NULL AND number IS NOT ?3";
    if db.prepare_cached(sql)?.exists(params![tenant.0, name, own])? {
        return Err(Error::Conflict { what: "hook", name: name.to_owned() });
    }
    Ok(())
}
