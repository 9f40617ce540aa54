//! Versions of hooks, and the modules that they run.

use bytes::Bytes;
use hookbox_protocol::api::CodeKind;
use hookbox_protocol::{HookId, ModuleDigest, TenantId, Timestamp, limits};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::hook::{self, Found};
use super::writer::Batch;
use super::{audit, row};
use crate::engine::Caller;
use crate::{Code, Error, Version, VersionRow};

const SELECT: &str = "SELECT v.number, v.number = h.live, v.created_at, v.digest, \
                      coalesce(length(CAST(v.source AS BLOB)), length(m.wasm)) FROM version v \
                      JOIN hook h ON h.number = v.hook LEFT JOIN module m ON m.digest = v.digest";

pub(super) fn versions(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<Vec<VersionRow>>, Error> {
    let Some(number) = hook::number(db, tenant, id)? else { return Ok(None) };
    let sql = format!("{SELECT} WHERE v.hook = ?1 ORDER BY v.number DESC");
    let mut select = db.prepare_cached(&sql)?;
    let rows = select.query_map([number.0], read)?;
    Ok(Some(rows.collect::<Result<_, _>>()?))
}

pub(super) fn version(db: &Connection, tenant: TenantId, id: &HookId, number: u32) -> Result<Option<Version>, Error> {
    let Some(hook) = hook::number(db, tenant, id)? else { return Ok(None) };
    let sql = format!("{SELECT} WHERE v.hook = ?1 AND v.number = ?2");
    let Some(row) = db.prepare_cached(&sql)?.query_row(params![hook.0, number], read).optional()? else {
        return Ok(None);
    };
    let code = code(db, hook.0, number)?;
    Ok(Some(Version { row, code }))
}

fn read(row: &Row<'_>) -> rusqlite::Result<VersionRow> {
    let digest = row.get::<_, Option<[u8; 32]>>(3)?.map(ModuleDigest);
    Ok(VersionRow {
        number: row.get(0)?,
        live: row.get(1)?,
        created_at: Timestamp(row.get(2)?),
        kind: if digest.is_some() { CodeKind::Module } else { CodeKind::Script },
        digest,
        bytes: row.get(4)?,
    })
}

fn code(db: &Connection, hook: i64, number: u32) -> Result<Code, Error> {
    let sql = "SELECT digest, source FROM version WHERE hook = ?1 AND number = ?2";
    Ok(db.prepare_cached(sql)?.query_row(params![hook, number], |row| row::code(row, 0, 1))?)
}

pub(super) fn add(batch: &mut Batch<'_>, caller: Caller, id: &HookId, code: &Code) -> Result<Option<u32>, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id)? else { return Ok(None) };
    let number = make_live(batch, caller.tenant, &found, code)?;
    if number != found.live {
        audit::insert(batch, caller, "add version", id.as_str(), &serde_json::json!({"version": number}))?;
    }
    Ok(Some(number))
}

/// Keeps code as a version that is not live, unless it is that of the live or of the newest one.
pub(super) fn save(batch: &mut Batch<'_>, caller: Caller, id: &HookId, new: &Code) -> Result<Option<u32>, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id)? else { return Ok(None) };
    for number in [found.live, found.last_version] {
        if code(batch.db, found.number, number)? == *new {
            return Ok(Some(number));
        }
    }
    let number = append(batch, caller.tenant, &found, new)?;
    prune(batch, caller.tenant, found.number)?;
    audit::insert(batch, caller, "save version", id.as_str(), &serde_json::json!({"version": number}))?;
    Ok(Some(number))
}

/// Makes code the live version of a hook, by a new version unless it is live already, and answers the number.
pub(super) fn make_live(batch: &Batch<'_>, tenant: TenantId, found: &Found, new: &Code) -> Result<u32, Error> {
    if code(batch.db, found.number, found.live)? == *new {
        return Ok(found.live);
    }
    let number = append(batch, tenant, found, new)?;
    batch.db.execute("UPDATE hook SET live = ?2 WHERE number = ?1", params![found.number, number])?;
    prune(batch, tenant, found.number)?;
    Ok(number)
}

/// Adds a version with the next number, and answers that.
fn append(batch: &Batch<'_>, tenant: TenantId, found: &Found, code: &Code) -> Result<u32, Error> {
    let number = found.last_version + 1;
    insert(batch, tenant, found.number, number, code)?;
    batch.db.execute("UPDATE hook SET last_version = ?2 WHERE number = ?1", params![found.number, number])?;
    Ok(number)
}

/// Deletes the oldest versions beyond the limit, never the live one.
fn prune(batch: &Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let sql = "SELECT v.number FROM version v JOIN hook h ON h.number = v.hook WHERE v.hook = ?1 \
               ORDER BY v.number = h.live DESC, v.number DESC LIMIT -1 OFFSET ?2";
    let too_old = batch
        .db
        .prepare_cached(sql)?
        .query_map(params![hook, limits::VERSIONS.default], |row| row.get(0))?
        .collect::<Result<Vec<u32>, _>>()?;
    too_old.into_iter().try_for_each(|old| delete(batch, tenant, hook, old))
}

pub(super) fn insert(batch: &Batch<'_>, tenant: TenantId, hook: i64, number: u32, code: &Code) -> Result<(), Error> {
    let (digest, source) = row::code_columns(code);
    if let Code::Module { digest } = code {
        let sql = "SELECT 1 FROM module_tenant WHERE digest = ?1 AND tenant = ?2";
        if !batch.db.prepare_cached(sql)?.exists(params![digest.0, tenant.0])? {
            return Err(Error::NotFound { what: "module", name: digest.to_string() });
        }
    }
    batch.db.execute(
        "INSERT INTO version (hook, number, created_at, digest, source) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![hook, number, batch.now.0, digest, source],
    )?;
    Ok(())
}

pub(super) fn activate(batch: &mut Batch<'_>, caller: Caller, id: &HookId, number: u32) -> Result<bool, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id)? else { return Ok(false) };
    let activated = batch.db.execute(
        "UPDATE hook SET live = ?2 WHERE number = ?1 AND EXISTS (SELECT 1 FROM version WHERE hook = ?1 AND number = ?2)",
        params![found.number, number],
    )?;
    if activated > 0 {
        audit::insert(batch, caller, "activate version", id.as_str(), &serde_json::json!({"version": number}))?;
    }
    Ok(activated > 0)
}

pub(super) fn delete_all(batch: &Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let numbers = batch
        .db
        .prepare_cached("SELECT number FROM version WHERE hook = ?1")?
        .query_map([hook], |row| row.get(0))?
        .collect::<Result<Vec<u32>, _>>()?;
    numbers.into_iter().try_for_each(|number| delete(batch, tenant, hook, number))
}

/// Deletes a version, and its module when nothing else uses it.
fn delete(batch: &Batch<'_>, tenant: TenantId, hook: i64, number: u32) -> Result<(), Error> {
    let sql = "DELETE FROM version WHERE hook = ?1 AND number = ?2 RETURNING digest";
    let digest: Option<[u8; 32]> = batch.db.prepare_cached(sql)?.query_row(params![hook, number], |row| row.get(0))?;
    let Some(digest) = digest else { return Ok(()) };
    batch.db.execute(
        "DELETE FROM module_tenant WHERE digest = ?1 AND tenant = ?2 AND NOT EXISTS (SELECT 1 FROM version v \
         JOIN hook h ON h.number = v.hook WHERE v.digest = ?1 AND h.tenant = ?2)",
        params![digest, tenant.0],
    )?;
    batch.db.execute(
        "DELETE FROM module WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM module_tenant WHERE digest = ?1)",
        [digest],
    )?;
    Ok(())
}

/// Removes the modules that only a tenant that is gone had.
pub(super) fn forget_modules(batch: &Batch<'_>, tenant: TenantId) -> Result<(), Error> {
    let digests = batch
        .db
        .prepare_cached("DELETE FROM module_tenant WHERE tenant = ?1 RETURNING digest")?
        .query_map([tenant.0], |row| row.get(0))?
        .collect::<Result<Vec<[u8; 32]>, _>>()?;
    for digest in digests {
        let sql = "DELETE FROM module WHERE digest = ?1 AND NOT EXISTS (SELECT 1 FROM module_tenant WHERE digest = ?1)";
        batch.db.execute(sql, [digest])?;
    }
    Ok(())
}

pub(super) fn put_module(batch: &Batch<'_>, caller: Caller, digest: ModuleDigest, wasm: &Bytes) -> Result<(), Error> {
    batch
        .db
        .execute("INSERT OR IGNORE INTO module (digest, wasm) VALUES (?1, ?2)", params![digest.0, wasm.as_ref()])?;
    let sql = "INSERT OR IGNORE INTO module_tenant (digest, tenant) VALUES (?1, ?2)";
    batch.db.execute(sql, params![digest.0, caller.tenant.0])?;
    Ok(())
}

pub(super) fn module(db: &Connection, digest: ModuleDigest) -> Result<Option<Bytes>, Error> {
    let sql = "SELECT wasm FROM module WHERE digest = ?1";
    let wasm: Option<Vec<u8>> = db.prepare_cached(sql)?.query_row([digest.0], |row| row.get(0)).optional()?;
    Ok(wasm.map(Bytes::from))
}

/// Removes modules that were uploaded but never came to be a version. Only when no upload can be under way.
pub(super) fn remove_unused(db: &Connection) -> Result<(), Error> {
    db.execute_batch(
        "DELETE FROM module_tenant WHERE NOT EXISTS (SELECT 1 FROM version v JOIN hook h ON h.number = v.hook \
         WHERE v.digest = module_tenant.digest AND h.tenant = module_tenant.tenant);
         DELETE FROM module WHERE NOT EXISTS (SELECT 1 FROM module_tenant WHERE digest = module.digest);",
    )?;
    Ok(())
}
