//! Tenants, their data keys and their credentials.

use std::collections::BTreeMap;
use std::sync::Arc;

use hookbox_protocol::api::{Quotas, Tenant};
use hookbox_protocol::{Scope, TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::audit;
use super::row::{self, damaged};
use super::writer::Batch;
use crate::engine::{Caller, NewCredential};
use crate::token::{Credential, Kind};
use crate::{Backlog, Error, Identity, MasterKey, MasterKeys, TokenId, TokenRow, id, operator};

/// A tenant as its row has it.
pub(super) struct TenantRow {
    pub(super) id: TenantId,
    pub(super) name: String,
    pub(super) created_at: Timestamp,
    pub(super) suspended: bool,
    pub(super) quotas: BTreeMap<String, u64>,
    pub(super) hooks: u64,
    pub(super) dead: u64,
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
pub(super) fn bind_keys(batch: &Batch<'_>, keys: &MasterKeys) -> Result<(), Error> {
    let known = batch
        .db
        .prepare_cached("SELECT value FROM meta WHERE name IN ('key_check', 'key_check_next')")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<Vec<Vec<u8>>, _>>()?;
    if known.is_empty() {
        let sql = "INSERT INTO meta (name, value) VALUES ('key_check', ?1)";
        batch.db.execute(sql, [keys.first().key_check()?])?;
    }
    known.iter().try_for_each(|key_check| keys.verify(key_check))
}

pub(super) fn create(
    batch: &mut Batch<'_>,
    name: &str,
    key: &MasterKey,
    credentials: &[NewCredential],
) -> Result<Vec<TokenId>, Error> {
    if batch.db.prepare_cached("SELECT 1 FROM tenant WHERE name = ?1 AND deleted_at IS NULL")?.exists([name])? {
        return Err(Error::Conflict { what: "tenant", name: name.to_owned() });
    }
    let sql = "INSERT INTO tenant (name, data_key, created_at) VALUES (?1, x'', ?2)";
    batch.db.execute(sql, params![name, batch.now.0])?;
    let tenant = TenantId(batch.db.last_insert_rowid());
    let data_key = key.new_data_key(tenant)?;
    batch.db.execute("UPDATE tenant SET data_key = ?2 WHERE id = ?1", params![tenant.0, data_key])?;
    let ids = credentials.iter().map(|new| insert_credential(batch, tenant, new)).collect::<Result<_, _>>()?;
    audit::by_operator(batch, tenant, "create tenant", name, &serde_json::json!({}))?;
    Ok(ids)
}

const SELECT: &str = "SELECT t.id, t.name, t.created_at, t.suspended, t.quotas, \
                      (SELECT count(*) FROM hook h WHERE h.tenant = t.id AND h.deleted_at IS NULL), \
                      (SELECT count(*) FROM delivery d INDEXED BY delivery_dead WHERE d.state = 3 AND d.tenant = t.id) \
                      FROM tenant t WHERE t.deleted_at IS NULL";

fn read_tenant(row: &Row<'_>) -> rusqlite::Result<TenantRow> {
    Ok(TenantRow {
        id: TenantId(row.get(0)?),
        name: row.get(1)?,
        created_at: Timestamp(row.get(2)?),
        suspended: row.get(3)?,
        quotas: row::json(row, 4)?,
        hooks: row.get(5)?,
        dead: row.get(6)?,
    })
}

pub(super) fn tenants(db: &Connection) -> Result<Vec<TenantRow>, Error> {
    let sql = format!("{SELECT} ORDER BY t.name");
    let mut select = db.prepare_cached(&sql)?;
    let rows = select.query_map([], read_tenant)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn find(db: &Connection, name: &str) -> Result<Option<TenantRow>, Error> {
    let sql = format!("{SELECT} AND t.name = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([name], read_tenant).optional()?)
}

pub(super) fn credential(db: &Connection, id: TokenId, defaults: Quotas) -> Result<Option<Credential>, Error> {
    let sql = "SELECT c.tenant, t.name, c.kind, c.hash, c.scopes, c.expires_at, t.suspended, t.quotas FROM credential c \
               JOIN tenant t ON t.id = c.tenant WHERE c.id = ?1";
    let read = |row: &Row<'_>| {
        let name: String = row.get(1)?;
        Ok(Credential {
            kind: kind(row, 2)?,
            hash: row.get(3)?,
            identity: Identity {
                tenant: TenantId(row.get(0)?),
                tenant_name: Arc::from(name),
                token_id: id,
                expires_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
                scopes: scopes(row, 4)?.into(),
                suspended: row.get(6)?,
                quotas: operator::effective(&row::json(row, 7)?, defaults),
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
    let sql = "SELECT id, name, kind, scopes, expires_at, used_at FROM credential WHERE tenant = ?1 ORDER BY id";
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
            last_used_at: row.get::<_, Option<i64>>(5)?.map(Timestamp),
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

/// What was set for a tenant.
pub(super) fn quotas(db: &Connection, tenant: TenantId, defaults: Quotas) -> Result<Quotas, Error> {
    let sql = "SELECT quotas FROM tenant WHERE id = ?1";
    let set = db.prepare_cached(sql)?.query_row([tenant.0], |row| row::json(row, 0))?;
    Ok(operator::effective(&set, defaults))
}

pub(super) fn several_hooks(db: &Connection, tenant: TenantId) -> Result<bool, Error> {
    let sql = "SELECT several_hooks FROM tenant WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?)
}

/// Lets several hooks of a trigger be enabled, or not any more.
pub(super) fn set_several_hooks(batch: &mut Batch<'_>, caller: Caller, on: bool) -> Result<(), Error> {
    if several_hooks(batch.db, caller.tenant)? == on {
        return Ok(());
    }
    let several = batch
        .db
        .prepare_cached(
            "SELECT trigger, group_concat(name, ', ' ORDER BY number) FROM hook WHERE tenant = ?1 AND enabled = 1 \
             GROUP BY trigger HAVING count(*) > 1 LIMIT 1",
        )?
        .query_row([caller.tenant.0], |row| Ok((row::trigger(row, 0)?, row.get::<_, String>(1)?)))
        .optional()?;
    if let Some((trigger, names)) = several.filter(|_| !on) {
        return Err(Error::State(format!(
            "{trigger} has several enabled hooks: {names}; disable all of them but one first"
        )));
    }
    batch.db.execute("UPDATE tenant SET several_hooks = ?2 WHERE id = ?1", params![caller.tenant.0, on])?;
    audit::insert(batch, caller, "change settings", "several_hooks_per_trigger", &serde_json::json!({"value": on}))
}

/// Keeps when a credential was used; one that was revoked meanwhile is passed over.
pub(super) fn token_used(batch: &Batch<'_>, id: TokenId, at: Timestamp) -> Result<(), Error> {
    batch.db.prepare_cached("UPDATE credential SET used_at = ?2 WHERE id = ?1")?.execute(params![id.0, at.0])?;
    Ok(())
}

pub(super) fn insert_credential(batch: &Batch<'_>, tenant: TenantId, new: &NewCredential) -> Result<TokenId, Error> {
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
