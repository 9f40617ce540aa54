//! Secrets, encrypted before they come here.

use deadpool_postgres::Object;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, TenantId};

use super::batch::Batch;
use super::{audit, hook};
use crate::Error;
use crate::engine::{Caller, Rekey, SealedSecret, SealedSecrets, SecretWrite, SecretsPut, TenantVault};
use crate::secret::check_count;

/// A hook's secrets with their key, in one statement: the two go together.
pub(super) async fn secrets(db: &Object, tenant: TenantId, id: &HookId) -> Result<Option<SealedSecrets>, Error> {
    let sql = "SELECT h.number, t.data_key, (SELECT array_agg(name ORDER BY name) FROM secret WHERE hook = h.number), \
               (SELECT array_agg(value ORDER BY name) FROM secret WHERE hook = h.number) \
               FROM hook h JOIN tenant t ON t.id = h.tenant \
               WHERE h.id = $1 AND h.tenant = $2 AND h.deleted_at IS NULL";
    let found = db.query_opt(&db.prepare_cached(sql).await?, &[&id.as_str(), &tenant.0]).await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(SealedSecrets {
        hook: HookNumber(row.try_get(0)?),
        data_key: row.try_get(1)?,
        secrets: pairs(row.try_get(2)?, row.try_get(3)?),
    }))
}

/// Names and values that came as two arrays, which are null where there is none.
pub(super) fn pairs(names: Option<Vec<String>>, values: Option<Vec<Vec<u8>>>) -> Vec<SealedSecret> {
    names.unwrap_or_default().into_iter().zip(values.unwrap_or_default()).collect()
}

pub(super) async fn put(
    batch: &Batch<'_>,
    caller: Caller,
    id: &HookId,
    write: SecretWrite,
    sealed_under: &[u8],
    secrets: &[SealedSecret],
) -> Result<SecretsPut, Error> {
    let Some(number) = hook::number(batch.db, caller.tenant, id).await? else { return Ok(SecretsPut::NoSuchHook) };
    if data_key(batch, caller.tenant).await?.as_deref() != Some(sealed_under) {
        return Ok(SecretsPut::KeyChanged);
    }
    for (name, value) in secrets {
        let exists = "SELECT 1 FROM secret WHERE hook = $1 AND name = $2";
        let exists = batch.db.query_opt(exists, &[&number.0, name]).await?.is_some();
        match (write, exists) {
            (SecretWrite::Add { .. }, true) => return Err(Error::Conflict { what: "secret", name: name.clone() }),
            (SecretWrite::Update, false) => return Err(Error::NotFound { what: "secret", name: name.clone() }),
            _ => {}
        }
        let put = "INSERT INTO secret (hook, name, value) VALUES ($1, $2, $3) \
                   ON CONFLICT (hook, name) DO UPDATE SET value = $3";
        batch.execute(put, &[&number.0, name, value]).await?;
    }
    if let SecretWrite::Add { most } = write {
        let count = batch.db.query_one("SELECT count(*) FROM secret WHERE hook = $1", &[&number.0]).await?;
        let (count, added) = (super::row::number::<u64>(&count, 0)?, secrets.len() as u64);
        check_count(most, count.saturating_sub(added), added)?;
    }
    let action = if write == SecretWrite::Update { "update secrets" } else { "add secrets" };
    let names: Vec<&String> = secrets.iter().map(|(name, _)| name).collect();
    audit::insert(batch, caller, action, id.as_str(), &serde_json::json!({"names": names})).await?;
    Ok(SecretsPut::Done)
}

pub(super) async fn delete(
    batch: &Batch<'_>,
    caller: Caller,
    id: &HookId,
    names: &[String],
) -> Result<Option<()>, Error> {
    let Some(number) = hook::number(batch.db, caller.tenant, id).await? else { return Ok(None) };
    batch.execute("DELETE FROM secret WHERE hook = $1 AND name = ANY($2)", &[&number.0, &names]).await?;
    audit::insert(batch, caller, "delete secrets", id.as_str(), &serde_json::json!({"names": names})).await?;
    Ok(Some(()))
}

/// Replaces all that is encrypted of a tenant. The tenant is locked, so no write of a secret comes in between.
pub(super) async fn rekey(batch: &Batch<'_>, tenant: TenantId, rekey: &Rekey) -> Result<Option<u64>, Error> {
    let Some(data_key) = data_key(batch, tenant).await? else { return Ok(None) };
    let sql = "SELECT s.hook, s.name, s.value FROM secret s JOIN hook h ON h.number = s.hook WHERE h.tenant = $1";
    let mut secrets = Vec::new();
    for row in batch.db.query(sql, &[&tenant.0]).await? {
        secrets.push((HookNumber(row.try_get(0)?), row.try_get(1)?, row.try_get(2)?));
    }
    let vault = rekey(TenantVault { data_key, secrets })?;
    batch.execute("UPDATE tenant SET data_key = $2 WHERE id = $1", &[&tenant.0, &vault.data_key]).await?;
    for (hook, name, value) in &vault.secrets {
        batch.execute("UPDATE secret SET value = $3 WHERE hook = $1 AND name = $2", &[&hook.0, name, value]).await?;
    }
    Ok(Some(vault.secrets.len() as u64))
}

async fn data_key(batch: &Batch<'_>, tenant: TenantId) -> Result<Option<Vec<u8>>, Error> {
    let sql = "SELECT data_key FROM tenant WHERE id = $1 AND deleted_at IS NULL";
    let found = batch.db.query_opt(sql, &[&tenant.0]).await?;
    found.map(|row| Ok(row.try_get(0)?)).transpose()
}
