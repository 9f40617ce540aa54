//! Exchanging keys: what is encrypted is replaced tenant by tenant.

use hookbox_protocol::TenantId;
use hookbox_protocol::id::HookNumber;
use rusqlite::{OptionalExtension as _, params};

use super::writer::Batch;
use super::{audit, tenant};
use crate::engine::{Rekey, TenantVault};
use crate::{Error, MasterKeys};

/// Keeps the check of the new key beside that of the old one, so that from now on both keys are needed; all tenants.
pub(super) fn begin(batch: &Batch<'_>, keys: &MasterKeys) -> Result<Vec<TenantId>, Error> {
    tenant::bind_keys(batch, keys)?;
    let sql = "INSERT OR REPLACE INTO meta (name, value) VALUES ('key_check_next', ?1)";
    batch.db.execute(sql, [keys.first().key_check()?])?;
    let tenants = batch
        .db
        .prepare_cached("SELECT id FROM tenant WHERE deleted_at IS NULL ORDER BY id")?
        .query_map([], |row| row.get(0).map(TenantId))?
        .collect::<Result<_, _>>()?;
    Ok(tenants)
}

/// Replaces all that is encrypted of a tenant; how many secrets there were.
pub(super) fn rekey(batch: &Batch<'_>, tenant: TenantId, rekey: &Rekey) -> Result<Option<u64>, Error> {
    let sql = "SELECT data_key FROM tenant WHERE id = ?1 AND deleted_at IS NULL";
    let data_key = batch.db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0)).optional()?;
    let Some(data_key) = data_key else { return Ok(None) };
    let secrets = batch
        .db
        .prepare_cached(
            "SELECT s.hook, s.name, s.value FROM secret s JOIN hook h ON h.number = s.hook WHERE h.tenant = ?1",
        )?
        .query_map([tenant.0], |row| Ok((HookNumber(row.get(0)?), row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let new = rekey(TenantVault { data_key, secrets })?;
    batch.db.execute("UPDATE tenant SET data_key = ?2 WHERE id = ?1", params![tenant.0, new.data_key])?;
    let mut update = batch.db.prepare_cached("UPDATE secret SET value = ?3 WHERE hook = ?1 AND name = ?2")?;
    for (hook, name, value) in &new.secrets {
        update.execute(params![hook.0, name, value])?;
    }
    Ok(Some(new.secrets.len() as u64))
}

/// From now on the new key is the only one that is needed.
pub(super) fn end(batch: &Batch<'_>, keys: &MasterKeys) -> Result<(), Error> {
    let sql = "UPDATE meta SET value = ?1 WHERE name = 'key_check'";
    batch.db.execute(sql, [keys.first().key_check()?])?;
    batch.db.execute("DELETE FROM meta WHERE name = 'key_check_next'", [])?;
    let details = serde_json::json!({});
    audit::of_operator(batch, "rotate keys", "keys", &details)
}
