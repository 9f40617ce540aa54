//! Tenants, their data keys and their credentials.

use std::sync::Arc;

use hookbox_protocol::{Scope, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::audit;
use super::row::damaged;
use super::writer::Batch;
use crate::engine::{Caller, NewCredential};
use crate::token::{Credential, Kind};
use crate::{Error, Identity, MasterKey, TokenId, TokenRow, id};

/// The operator, in the audit trail.
const OPERATOR: TokenId = TokenId(0);

/// A tenant in the list of tenants.
pub(super) struct TenantRow {
    pub(super) id: TenantId,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    pub(super) hooks: u64,
}

/// Recognises the master key that a database was made with, or takes this one for a new database.
pub(super) fn bind_key(batch: &Batch<'_>, key: &MasterKey) -> Result<(), Error> {
    let known: Option<Vec<u8>> =
        batch.db.query_row("SELECT value FROM meta WHERE name = 'key_check'", [], |row| row.get(0)).optional()?;
    if let Some(known) = known {
        return key.verify(&known);
    }
    batch.db.execute("INSERT INTO meta (name, value) VALUES ('key_check', ?1)", [key.key_check()?])?;
    Ok(())
}

pub(super) fn create(
    batch: &mut Batch<'_>,
    name: &str,
    key: &MasterKey,
    credentials: &[NewCredential],
) -> Result<Vec<TokenId>, Error> {
    if batch.db.prepare_cached("SELECT 1 FROM tenant WHERE name = ?1")?.exists([name])? {
        return Err(Error::Conflict { what: "tenant", name: name.to_owned() });
    }
    let sql = "INSERT INTO tenant (name, data_key, created_at) VALUES (?1, x'', ?2)";
    batch.db.execute(sql, params![name, batch.now.0])?;
    let tenant = TenantId(batch.db.last_insert_rowid());
    let data_key = key.new_data_key(tenant)?;
    batch.db.execute("UPDATE tenant SET data_key = ?2 WHERE id = ?1", params![tenant.0, data_key])?;
    let ids = credentials.iter().map(|new| insert_credential(batch, tenant, new)).collect::<Result<_, _>>()?;
    audit::insert(batch, Caller { tenant, token: OPERATOR }, "create tenant", name, &serde_json::json!({}))?;
    Ok(ids)
}

pub(super) fn tenants(db: &Connection) -> Result<Vec<TenantRow>, Error> {
    let mut select = db.prepare_cached(
        "SELECT t.id, t.name, t.created_at, \
         (SELECT count(*) FROM hook h WHERE h.tenant = t.id AND h.deleted_at IS NULL) FROM tenant t ORDER BY t.name",
    )?;
    let rows = select.query_map([], |row| {
        Ok(TenantRow {
            id: TenantId(row.get(0)?),
            name: row.get(1)?,
            created_at: Timestamp(row.get(2)?),
            hooks: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn data_key(db: &Connection, tenant: TenantId) -> Result<Vec<u8>, Error> {
    let sql = "SELECT data_key FROM tenant WHERE id = ?1";
    let key = db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0)).optional()?;
    key.ok_or_else(|| Error::NotFound { what: "tenant", name: tenant.to_string() })
}

pub(super) fn credential(db: &Connection, id: TokenId) -> Result<Option<Credential>, Error> {
    let sql = "SELECT c.tenant, t.name, c.kind, c.hash, c.scopes, c.expires_at FROM credential c \
               JOIN tenant t ON t.id = c.tenant WHERE c.id = ?1";
    let read = |row: &Row<'_>| {
        let name: String = row.get(1)?;
        Ok(Credential {
            kind: kind(row, 2)?,
            hash: row.get(3)?,
            expires_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
            identity: Identity {
                tenant: TenantId(row.get(0)?),
                tenant_name: Arc::from(name),
                token_id: id,
                scopes: scopes(row, 4)?.into(),
            },
        })
    };
    Ok(db.prepare_cached(sql)?.query_row([id.0], read).optional()?)
}

pub(super) fn create_token(batch: &mut Batch<'_>, caller: Caller, new: &NewCredential) -> Result<TokenId, Error> {
    let id = insert_credential(batch, caller.tenant, new)?;
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let details = serde_json::json!({"name": new.token.name, "scopes": names});
    audit::insert(batch, caller, "create token", &id.to_string(), &details)?;
    Ok(id)
}

pub(super) fn tokens(db: &Connection, tenant: TenantId) -> Result<Vec<TokenRow>, Error> {
    let sql = "SELECT id, name, kind, scopes, expires_at FROM credential WHERE tenant = ?1 ORDER BY id";
    let mut select = db.prepare_cached(sql)?;
    let rows = select.query_map([tenant.0], |row| {
        let id: i64 = row.get(0)?;
        Ok(TokenRow {
            id: TokenId(id),
            name: row.get(1)?,
            is_client: kind(row, 2)? == Kind::Client,
            scopes: scopes(row, 3)?,
            created_at: id::time_of(id),
            expires_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn revoke_token(batch: &mut Batch<'_>, caller: Caller, id: TokenId) -> Result<bool, Error> {
    let sql = "DELETE FROM credential WHERE id = ?1 AND tenant = ?2";
    let revoked = batch.db.execute(sql, params![id.0, caller.tenant.0])? > 0;
    if revoked {
        audit::insert(batch, caller, "revoke token", &id.to_string(), &serde_json::json!({}))?;
    }
    Ok(revoked)
}

fn insert_credential(batch: &Batch<'_>, tenant: TenantId, new: &NewCredential) -> Result<TokenId, Error> {
    let id = batch.id();
    let names: Vec<&str> = new.token.scopes.iter().map(|scope| scope.name()).collect();
    let kind = match new.kind {
        Kind::Token => 0,
        Kind::Client => 1,
    };
    let expires_at = new.token.expires_at.map(|end| end.0);
    batch.db.execute(
        "INSERT INTO credential (id, tenant, kind, hash, name, scopes, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![id, tenant.0, kind, new.hash, new.token.name, names.join(" "), expires_at],
    )?;
    Ok(TokenId(id))
}

fn kind(row: &Row<'_>, column: usize) -> rusqlite::Result<Kind> {
    match row.get(column)? {
        0 => Ok(Kind::Token),
        1 => Ok(Kind::Client),
        other => Err(damaged(column, format!("there is no kind of credential {other}"))),
    }
}

fn scopes(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<Scope>> {
    let text: String = row.get(column)?;
    let parse = |name: &str| name.parse().map_err(|_| damaged(column, format!("there is no scope '{name}'")));
    text.split_ascii_whitespace().map(parse).collect()
}
