//! Secrets, encrypted before they come here.

use hookbox_protocol::{HookId, TenantId};
use rusqlite::{Connection, params};

use super::writer::Batch;
use super::{audit, hook};
use crate::Error;
use crate::engine::{Caller, SealedSecret, SealedSecrets, SecretWrite, SecretsPut};
use crate::secret::check_count;

pub(super) fn secrets(db: &Connection, tenant: TenantId, id: &HookId) -> Result<Option<SealedSecrets>, Error> {
    let Some(hook) = hook::number(db, tenant, id)? else { return Ok(None) };
    Ok(Some(SealedSecrets { hook, data_key: data_key(db, tenant)?, secrets: of_hook(db, hook.0)? }))
}

fn data_key(db: &Connection, tenant: TenantId) -> Result<Vec<u8>, Error> {
    let sql = "SELECT data_key FROM tenant WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?)
}

pub(super) fn of_hook(db: &Connection, hook: i64) -> Result<Vec<SealedSecret>, Error> {
    let mut select = db.prepare_cached("SELECT name, value FROM secret WHERE hook = ?1 ORDER BY name")?;
    let rows = select.query_map([hook], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn put(
    batch: &mut Batch<'_>,
    caller: Caller,
    id: &HookId,
    write: SecretWrite,
    sealed_under: &[u8],
    secrets: &[SealedSecret],
) -> Result<SecretsPut, Error> {
    let Some(number) = hook::number(batch.db, caller.tenant, id)? else { return Ok(SecretsPut::NoSuchHook) };
    if data_key(batch.db, caller.tenant)? != sealed_under {
        return Ok(SecretsPut::KeyChanged);
    }
    let mut exists = batch.db.prepare_cached("SELECT 1 FROM secret WHERE hook = ?1 AND name = ?2")?;
    let mut put = batch.db.prepare_cached("INSERT OR REPLACE INTO secret (hook, name, value) VALUES (?1, ?2, ?3)")?;
    for (name, value) in secrets {
        match (write, exists.exists(params![number.0, name])?) {
            (SecretWrite::Add { .. }, true) => return Err(Error::Conflict { what: "secret", name: name.clone() }),
            (SecretWrite::Update, false) => return Err(Error::NotFound { what: "secret", name: name.clone() }),
            _ => put.execute(params![number.0, name, value])?,
        };
    }
    if let SecretWrite::Add { most } = write {
        let count = "SELECT count(*) FROM secret WHERE hook = ?1";
        let count: u64 = batch.db.prepare_cached(count)?.query_row([number.0], |row| row.get(0))?;
        let added = secrets.len() as u64;
        check_count(most, count.saturating_sub(added), added)?;
    }
    let action = if write == SecretWrite::Update { "update secrets" } else { "add secrets" };
    let names: Vec<&String> = secrets.iter().map(|(name, _)| name).collect();
    audit::insert(batch, caller, action, id.as_str(), &serde_json::json!({"names": names}))?;
    Ok(SecretsPut::Done)
}

pub(super) fn delete(
    batch: &mut Batch<'_>,
    caller: Caller,
    id: &HookId,
    names: &[String],
) -> Result<Option<()>, Error> {
    let Some(number) = hook::number(batch.db, caller.tenant, id)? else { return Ok(None) };
    let mut delete = batch.db.prepare_cached("DELETE FROM secret WHERE hook = ?1 AND name = ?2")?;
    for name in names {
        delete.execute(params![number.0, name])?;
    }
    audit::insert(batch, caller, "delete secrets", id.as_str(), &serde_json::json!({"names": names}))?;
    Ok(Some(()))
}
