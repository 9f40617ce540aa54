//! Tenants, their keys and their credentials.

use std::collections::BTreeMap;
use std::sync::Arc;

use deadpool_postgres::{GenericClient, Object};
use hookbox_protocol::api::{Quotas, Tenant};
use hookbox_protocol::{Scope, TenantId, Timestamp};
use tokio_postgres::Row;

use super::batch::Batch;
use super::{audit, row};
use crate::engine::{Caller, NewCredential};
use crate::token::{Credential, Kind};
use crate::{Backlog, Error, Identity, MasterKey, MasterKeys, TokenId, TokenRow, id, operator};

const SELECT: &str = "SELECT t.id, t.name, t.created_at, t.suspended, t.quotas, \
                      (SELECT count(*) FROM hook h WHERE h.tenant = t.id AND h.deleted_at IS NULL), \
                      (SELECT count(*) FROM delivery d WHERE d.state = 3 AND d.tenant = t.id) \
                      FROM tenant t WHERE t.deleted_at IS NULL";

/// A tenant as its row has it.
pub(super) struct TenantRow {
    pub(super) id: TenantId,
    pub(super) name: String,
    created_at: Timestamp,
    pub(super) suspended: bool,
    pub(super) quotas: BTreeMap<String, u64>,
    hooks: u64,
    dead: u64,
}

impl TenantRow {
    /// As an operator sees it.
    pub(super) fn shown(self, backlog: Backlog, defaults: Quotas) -> Tenant {
        Tenant {
            tenant: self.name,
            created_at: self.created_at,
            hooks: self.hooks,
            backlog: backlog.total(),
            dead: self.dead,
            suspended: self.suspended,
            quotas: operator::effective(&self.quotas, defaults),
        }
    }
}

/// Recognises the master keys that a database was made with, or takes the first one for a new database. While keys are
/// exchanged there are two key checks, and both keys are needed.
pub(super) async fn bind_keys(batch: &Batch<'_>, keys: &MasterKeys) -> Result<(), Error> {
    // Two nodes may find a new database at the same time.
    batch.db.batch_execute("LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE").await?;
    let sql = "SELECT value FROM meta WHERE name IN ('key_check', 'key_check_next')";
    let known = batch.db.query(sql, &[]).await?;
    if known.is_empty() {
        return set_meta(batch, "key_check", &keys.first().key_check()?).await;
    }
    for row in known {
        keys.verify(row.try_get(0)?)?;
    }
    Ok(())
}

/// Keeps the key check of the first key beside the one in force, and answers all tenants.
pub(super) async fn begin_rotation(batch: &Batch<'_>, keys: &MasterKeys) -> Result<Vec<TenantId>, Error> {
    bind_keys(batch, keys).await?;
    set_meta(batch, "key_check_next", &keys.first().key_check()?).await?;
    let rows = batch.db.query("SELECT id FROM tenant WHERE deleted_at IS NULL ORDER BY id", &[]).await?;
    rows.iter().map(|row| Ok(TenantId(row.try_get(0)?))).collect()
}

/// Keeps only the key check of the first key.
pub(super) async fn end_rotation(batch: &Batch<'_>, keys: &MasterKeys) -> Result<(), Error> {
    batch.execute("DELETE FROM meta WHERE name = 'key_check_next'", &[]).await?;
    set_meta(batch, "key_check", &keys.first().key_check()?).await?;
    audit::of_operator(batch, "rotate keys", "keys").await
}

async fn set_meta(batch: &Batch<'_>, name: &str, value: &[u8]) -> Result<(), Error> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    batch.execute(sql, &[&name, &value]).await?;
    Ok(())
}

pub(super) async fn create(
    batch: &Batch<'_>,
    name: &str,
    key: &MasterKey,
    credentials: &[NewCredential],
) -> Result<Vec<TokenId>, Error> {
    let sql = "INSERT INTO tenant (name, data_key, created_at) VALUES ($1, '', $2) \
               ON CONFLICT (name) WHERE deleted_at IS NULL DO NOTHING RETURNING id";
    let Some(made) = batch.db.query_opt(sql, &[&name, &batch.now.0]).await? else {
        return Err(Error::Conflict { what: "tenant", name: name.to_owned() });
    };
    let tenant = TenantId(made.try_get(0)?);
    let data_key = key.new_data_key(tenant)?;
    batch.execute("UPDATE tenant SET data_key = $2 WHERE id = $1", &[&tenant.0, &data_key]).await?;
    let mut ids = Vec::with_capacity(credentials.len());
    for new in credentials {
        ids.push(insert_credential(batch, tenant, new).await?);
    }
    audit::by_operator(batch, tenant, "create tenant", name, &serde_json::json!({})).await?;
    Ok(ids)
}

pub(super) async fn tenants(db: &Object) -> Result<Vec<TenantRow>, Error> {
    let sql = db.prepare_cached(&format!("{SELECT} ORDER BY t.name COLLATE \"C\"")).await?;
    db.query(&sql, &[]).await?.iter().map(read).collect()
}

pub(super) async fn find(db: &impl GenericClient, name: &str) -> Result<Option<TenantRow>, Error> {
    if name.contains('\0') {
        return Ok(None);
    }
    let sql = db.prepare_cached(&format!("{SELECT} AND t.name = $1")).await?;
    db.query_opt(&sql, &[&name]).await?.map(|row| read(&row)).transpose()
}

fn read(row: &Row) -> Result<TenantRow, Error> {
    Ok(TenantRow {
        id: TenantId(row.try_get(0)?),
        name: row.try_get(1)?,
        created_at: Timestamp(row.try_get(2)?),
        suspended: row.try_get(3)?,
        quotas: row::json(row, 4)?,
        hooks: row::number(row, 5)?,
        dead: row::number(row, 6)?,
    })
}

/// What a tenant may use.
pub(super) async fn quotas(batch: &Batch<'_>, tenant: TenantId) -> Result<Quotas, Error> {
    let row = batch.db.query_one("SELECT quotas FROM tenant WHERE id = $1", &[&tenant.0]).await?;
    Ok(operator::effective(&row::json(&row, 0)?, batch.shared.quotas))
}

pub(super) async fn credential(db: &Object, id: TokenId, defaults: Quotas) -> Result<Option<Credential>, Error> {
    let sql = "SELECT c.tenant, t.name, c.kind, c.hash, c.scopes, c.expires_at, t.suspended, t.quotas FROM credential c \
               JOIN tenant t ON t.id = c.tenant WHERE c.id = $1";
    let found = db.query_opt(&db.prepare_cached(sql).await?, &[&id.0]).await?;
    let read = |row: Row| {
        let hash: &[u8] = row.try_get(3)?;
        Ok(Credential {
            kind: kind(&row, 2)?,
            hash: hash.try_into().map_err(|_| row::damaged("a hash has not 32 bytes"))?,
            identity: Identity {
                tenant: TenantId(row.try_get(0)?),
                tenant_name: Arc::from(row.try_get::<_, &str>(1)?),
                token_id: id,
                expires_at: row.try_get::<_, Option<i64>>(5)?.map(Timestamp),
                scopes: scopes(&row, 4)?.into(),
                suspended: row.try_get(6)?,
                quotas: operator::effective(&row::json(&row, 7)?, defaults),
            },
        })
    };
    found.map(read).transpose()
}

pub(super) async fn create_token(batch: &Batch<'_>, caller: Caller, new: &NewCredential) -> Result<TokenId, Error> {
    let id = insert_credential(batch, caller.tenant, new).await?;
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let details = serde_json::json!({"name": new.token.name, "scopes": names});
    audit::insert(batch, caller, "create token", &id.to_string(), &details).await?;
    Ok(id)
}

pub(super) async fn tokens(db: &Object, tenant: TenantId) -> Result<Vec<TokenRow>, Error> {
    let sql = "SELECT id, name, kind, scopes, expires_at, used_at FROM credential WHERE tenant = $1 ORDER BY id";
    let rows = db.query(&db.prepare_cached(sql).await?, &[&tenant.0]).await?;
    let read = |row: &Row| {
        let id: i64 = row.try_get(0)?;
        Ok(TokenRow {
            id: TokenId(id),
            name: row.try_get(1)?,
            is_client: kind(row, 2)? == Kind::Client,
            scopes: scopes(row, 3)?,
            created_at: id::time_of(id),
            expires_at: row.try_get::<_, Option<i64>>(4)?.map(Timestamp),
            last_used_at: row.try_get::<_, Option<i64>>(5)?.map(Timestamp),
        })
    };
    rows.iter().map(read).collect()
}

pub(super) async fn revoke_token(batch: &Batch<'_>, caller: Caller, id: TokenId) -> Result<bool, Error> {
    let sql = "DELETE FROM credential WHERE id = $1 AND tenant = $2";
    let revoked = batch.execute(sql, &[&id.0, &caller.tenant.0]).await? > 0;
    if revoked {
        audit::insert(batch, caller, "revoke token", &id.to_string(), &serde_json::json!({})).await?;
    }
    Ok(revoked)
}

/// Keeps when a credential was used, by whichever node it was used last; one that was revoked meanwhile is passed over.
pub(super) async fn token_used(db: &Object, id: TokenId, at: Timestamp) -> Result<(), Error> {
    let sql = "UPDATE credential SET used_at = $2 WHERE id = $1 AND used_at IS DISTINCT FROM $2";
    db.execute(&db.prepare_cached(sql).await?, &[&id.0, &at.0]).await?;
    Ok(())
}

/// Whether a tenant may enable several hooks of a trigger.
pub(super) async fn several_hooks(db: &impl GenericClient, tenant: TenantId) -> Result<bool, Error> {
    let sql = db.prepare_cached("SELECT several_hooks FROM tenant WHERE id = $1").await?;
    let found = db.query_opt(&sql, &[&tenant.0]).await?;
    found.map_or(Ok(false), |row| Ok(row.try_get(0)?))
}

/// Lets several hooks of a trigger be enabled, or not any more.
pub(super) async fn set_several_hooks(batch: &Batch<'_>, caller: Caller, on: bool) -> Result<(), Error> {
    if several_hooks(batch.db, caller.tenant).await? == on {
        return Ok(());
    }
    if !on {
        let sql = "SELECT trigger, string_agg(name, ', ' ORDER BY number) FROM hook \
                   WHERE tenant = $1 AND enabled GROUP BY trigger HAVING count(*) > 1 ORDER BY trigger LIMIT 1";
        if let Some(row) = batch.db.query_opt(sql, &[&caller.tenant.0]).await? {
            let (trigger, names) = (row::trigger(&row, 0)?, row.try_get::<_, &str>(1)?);
            return Err(Error::State(format!(
                "{trigger} has several enabled hooks: {names}; disable all of them but one first"
            )));
        }
    }
    batch.execute("UPDATE tenant SET several_hooks = $2 WHERE id = $1", &[&caller.tenant.0, &on]).await?;
    let details = serde_json::json!({"value": on});
    audit::insert(batch, caller, "change settings", "several_hooks_per_trigger", &details).await
}

pub(super) async fn insert_credential(
    batch: &Batch<'_>,
    tenant: TenantId,
    new: &NewCredential,
) -> Result<TokenId, Error> {
    let id = batch.id()?;
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let kind: i16 = match new.kind {
        Kind::Token => 0,
        Kind::Client => 1,
    };
    let expires_at = new.token.expires_at.map(|end| end.0);
    let sql = "INSERT INTO credential (id, tenant, kind, hash, name, scopes, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let (hash, name) = (new.hash.as_slice(), row::text(&new.token.name));
    batch.execute(sql, &[&id, &tenant.0, &kind, &hash, &name, &names.join(" "), &expires_at]).await?;
    Ok(TokenId(id))
}

fn kind(row: &Row, column: usize) -> Result<Kind, Error> {
    match row::number::<i64>(row, column)? {
        0 => Ok(Kind::Token),
        1 => Ok(Kind::Client),
        other => Err(row::damaged(format!("there is no kind of credential {other}"))),
    }
}

fn scopes(row: &Row, column: usize) -> Result<Vec<Scope>, Error> {
    let parse = |name: &str| name.parse().map_err(|_| row::damaged(format!("there is no scope '{name}'")));
    row.try_get::<_, &str>(column)?.split_ascii_whitespace().map(parse).collect()
}
