//! Versions of hooks, and the modules that they run.

use bytes::Bytes;
use deadpool_postgres::{GenericClient, Object};
use hookbox_protocol::api::CodeKind;
use hookbox_protocol::{HookId, ModuleDigest, TenantId, Timestamp, limits};
use tokio_postgres::Row;

use super::batch::Batch;
use super::hook::{self, Found};
use super::{audit, row};
use crate::clock::millis;
use crate::engine::Caller;
use crate::{Code, Error, Version, VersionRow};

/// How long an upload may take to become a version; what has not by then is removed.
const UPLOAD: std::time::Duration = std::time::Duration::from_secs(60 * 60);

const SELECT: &str = "SELECT v.number, v.number = h.live, v.created_at, v.digest, \
                      coalesce(length(v.source), length(m.wasm)) FROM version v \
                      JOIN hook h ON h.number = v.hook LEFT JOIN module m ON m.digest = v.digest";

pub(super) async fn versions(db: &Object, tenant: TenantId, id: &HookId) -> Result<Option<Vec<VersionRow>>, Error> {
    let Some(number) = hook::number(db, tenant, id).await? else { return Ok(None) };
    let sql = format!("{SELECT} WHERE v.hook = $1 ORDER BY v.number DESC");
    let rows = db.query(&db.prepare_cached(&sql).await?, &[&number.0]).await?;
    rows.iter().map(read).collect::<Result<_, _>>().map(Some)
}

pub(super) async fn version(db: &Object, tenant: TenantId, id: &HookId, number: u32) -> Result<Option<Version>, Error> {
    let Some(hook) = hook::number(db, tenant, id).await? else { return Ok(None) };
    let sql = format!("{SELECT} WHERE v.hook = $1 AND v.number = $2");
    let found = db.query_opt(&db.prepare_cached(&sql).await?, &[&hook.0, &column(number)]).await?;
    let Some(found) = found else { return Ok(None) };
    let row = read(&found)?;
    // It may be gone again: the limit of versions has no patience with readers.
    let Some(code) = code(db, hook.0, number).await? else { return Ok(None) };
    Ok(Some(Version { row, code }))
}

fn read(row: &Row) -> Result<VersionRow, Error> {
    let digest = row::digest(row, 3)?;
    Ok(VersionRow {
        number: row::number(row, 0)?,
        live: row.try_get(1)?,
        created_at: Timestamp(row.try_get(2)?),
        kind: if digest.is_some() { CodeKind::Module } else { CodeKind::Script },
        digest,
        bytes: row::number(row, 4)?,
    })
}

async fn code(db: &impl GenericClient, hook: i64, number: u32) -> Result<Option<Code>, Error> {
    let sql = db.prepare_cached("SELECT digest, source FROM version WHERE hook = $1 AND number = $2").await?;
    let found = db.query_opt(&sql, &[&hook, &column(number)]).await?;
    found.map(|row| row::code(&row, 0, 1)).transpose()
}

pub(super) async fn add(batch: &Batch<'_>, caller: Caller, id: &HookId, code: &Code) -> Result<Option<u32>, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id).await? else { return Ok(None) };
    let number = make_live(batch, caller.tenant, &found, code).await?;
    if number != found.live {
        audit::insert(batch, caller, "add version", id.as_str(), &serde_json::json!({"version": number})).await?;
    }
    Ok(Some(number))
}

/// Keeps code as a version that is not live, unless it is that of the live or of the newest one.
pub(super) async fn save(batch: &Batch<'_>, caller: Caller, id: &HookId, new: &Code) -> Result<Option<u32>, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id).await? else { return Ok(None) };
    for number in [found.live, found.last_version] {
        if code(batch.db, found.number, number).await?.as_ref() == Some(new) {
            return Ok(Some(number));
        }
    }
    let number = append(batch, caller.tenant, &found, new).await?;
    prune(batch, caller.tenant, found.number).await?;
    audit::insert(batch, caller, "save version", id.as_str(), &serde_json::json!({"version": number})).await?;
    Ok(Some(number))
}

/// Makes code the live version of a hook, by a new version unless it is live already, and answers the number.
pub(super) async fn make_live(batch: &Batch<'_>, tenant: TenantId, found: &Found, new: &Code) -> Result<u32, Error> {
    if code(batch.db, found.number, found.live).await?.as_ref() == Some(new) {
        return Ok(found.live);
    }
    let number = append(batch, tenant, found, new).await?;
    batch.execute("UPDATE hook SET live = $2 WHERE number = $1", &[&found.number, &column(number)]).await?;
    prune(batch, tenant, found.number).await?;
    Ok(number)
}

/// Adds a version with the next number, and answers that.
async fn append(batch: &Batch<'_>, tenant: TenantId, found: &Found, code: &Code) -> Result<u32, Error> {
    let number = found.last_version + 1;
    insert(batch, tenant, found.number, number, code).await?;
    batch.execute("UPDATE hook SET last_version = $2 WHERE number = $1", &[&found.number, &column(number)]).await?;
    Ok(number)
}

/// Deletes the oldest versions beyond the limit, never the live one.
async fn prune(batch: &Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    let sql = "SELECT v.number FROM version v JOIN hook h ON h.number = v.hook WHERE v.hook = $1 \
               ORDER BY v.number = h.live DESC, v.number DESC OFFSET $2";
    let most = i64::try_from(limits::VERSIONS.default).unwrap_or(i64::MAX);
    for row in batch.db.query(sql, &[&hook, &most]).await? {
        delete(batch, tenant, hook, row::number(&row, 0)?).await?;
    }
    Ok(())
}

pub(super) async fn insert(
    batch: &Batch<'_>,
    tenant: TenantId,
    hook: i64,
    number: u32,
    code: &Code,
) -> Result<(), Error> {
    let (digest, source) = row::code_columns(code);
    if let Code::Module { digest } = code {
        // Locked, so that nobody removes the module as unused until the version is there.
        let sql = "SELECT 1 FROM module_tenant WHERE digest = $1 AND tenant = $2 FOR UPDATE";
        if batch.db.query_opt(sql, &[&digest.0.as_slice(), &tenant.0]).await?.is_none() {
            return Err(Error::NotFound { what: "module", name: digest.to_string() });
        }
    }
    let sql = "INSERT INTO version (hook, number, created_at, digest, source) VALUES ($1, $2, $3, $4, $5)";
    batch.execute(sql, &[&hook, &column(number), &batch.now.0, &digest, &source]).await?;
    Ok(())
}

pub(super) async fn activate(batch: &Batch<'_>, caller: Caller, id: &HookId, number: u32) -> Result<bool, Error> {
    let Some(found) = hook::find(batch.db, caller.tenant, id).await? else { return Ok(false) };
    let sql = "UPDATE hook SET live = $2 WHERE number = $1 \
               AND EXISTS (SELECT 1 FROM version WHERE hook = $1 AND number = $2)";
    let activated = batch.execute(sql, &[&found.number, &column(number)]).await?;
    if activated > 0 {
        audit::insert(batch, caller, "activate version", id.as_str(), &serde_json::json!({"version": number})).await?;
    }
    Ok(activated > 0)
}

pub(super) async fn delete_all(batch: &Batch<'_>, tenant: TenantId, hook: i64) -> Result<(), Error> {
    for row in batch.db.query("SELECT number FROM version WHERE hook = $1", &[&hook]).await? {
        delete(batch, tenant, hook, row::number(&row, 0)?).await?;
    }
    Ok(())
}

/// Deletes a version, and its module when nothing else uses it.
async fn delete(batch: &Batch<'_>, tenant: TenantId, hook: i64, number: u32) -> Result<(), Error> {
    let sql = "DELETE FROM version WHERE hook = $1 AND number = $2 RETURNING digest";
    let row = batch.db.query_one(sql, &[&hook, &column(number)]).await?;
    let Some(digest) = row::digest(&row, 0)? else { return Ok(()) };
    let digest = digest.0.as_slice();
    let sql = "DELETE FROM module_tenant WHERE digest = $1 AND tenant = $2 AND NOT EXISTS (SELECT 1 FROM version v \
               JOIN hook h ON h.number = v.hook WHERE v.digest = $1 AND h.tenant = $2)";
    batch.execute(sql, &[&digest, &tenant.0]).await?;
    remove_module(batch, digest).await
}

/// Removes a module that no tenant has any more. One that another tenant is just putting there stays.
async fn remove_module(batch: &Batch<'_>, digest: &[u8]) -> Result<(), Error> {
    let sql = "DELETE FROM module WHERE digest = (SELECT digest FROM module WHERE digest = $1 FOR UPDATE) \
               AND NOT EXISTS (SELECT 1 FROM module_tenant WHERE digest = $1)";
    batch.execute(sql, &[&digest]).await?;
    Ok(())
}

/// Removes the modules that only a tenant that is gone had.
pub(super) async fn forget_modules(batch: &Batch<'_>, tenant: TenantId) -> Result<(), Error> {
    let sql = "DELETE FROM module_tenant WHERE tenant = $1 RETURNING digest";
    for row in batch.db.query(sql, &[&tenant.0]).await? {
        remove_module(batch, row.try_get(0)?).await?;
    }
    Ok(())
}

pub(super) async fn put_module(
    batch: &Batch<'_>,
    caller: Caller,
    digest: ModuleDigest,
    wasm: &Bytes,
) -> Result<(), Error> {
    let digest = digest.0.as_slice();
    // An update that changes nothing locks the row: whoever is about to remove the module sees this tenant first.
    let sql = "INSERT INTO module (digest, wasm) VALUES ($1, $2) ON CONFLICT (digest) DO UPDATE SET digest = $1";
    batch.execute(sql, &[&digest, &wasm.as_ref()]).await?;
    let sql = "INSERT INTO module_tenant (digest, tenant, put_at) VALUES ($1, $2, $3) \
               ON CONFLICT (digest, tenant) DO UPDATE SET put_at = $3";
    batch.execute(sql, &[&digest, &caller.tenant.0, &batch.now.0]).await?;
    Ok(())
}

pub(super) async fn module(db: &Object, digest: ModuleDigest) -> Result<Option<Bytes>, Error> {
    let sql = db.prepare_cached("SELECT wasm FROM module WHERE digest = $1").await?;
    let found = db.query_opt(&sql, &[&digest.0.as_slice()]).await?;
    found.map(|row| Ok(Bytes::from(row.try_get::<_, Vec<u8>>(0)?))).transpose()
}

/// Removes modules that were uploaded but have not come to be a version in time; all of them when this is the only node
/// and just starts, since no upload can be under way then.
pub(super) async fn remove_unused(batch: &Batch<'_>, is_alone: bool) -> Result<(), Error> {
    let before = if is_alone { i64::MAX } else { batch.now.0 - millis(UPLOAD) };
    let sql = "DELETE FROM module_tenant m WHERE put_at < $1 AND NOT EXISTS (SELECT 1 FROM version v \
               JOIN hook h ON h.number = v.hook WHERE v.digest = m.digest AND h.tenant = m.tenant) RETURNING digest";
    for row in batch.db.query(sql, &[&before]).await? {
        remove_module(batch, row.try_get(0)?).await?;
    }
    Ok(())
}

fn column(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
