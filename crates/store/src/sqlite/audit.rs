//! Who changed what. Written in the transaction of the change; never a value of a secret.

use hookbox_protocol::id::AuditId;
use hookbox_protocol::{TenantId, Timestamp};
use rusqlite::{Connection, Row, params};

use super::row;
use super::writer::Batch;
use crate::audit::{NO_TENANT, OPERATOR};
use crate::engine::Caller;
use crate::{AuditFilter, AuditRow, Error, TokenId, id};

pub(super) fn insert(
    batch: &Batch<'_>,
    caller: Caller,
    action: &str,
    subject: &str,
    details: &impl serde::Serialize,
) -> Result<(), Error> {
    batch
        .db
        .prepare_cached(
            "INSERT INTO audit (id, tenant, token, action, subject, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![batch.id(), caller.tenant.0, caller.token.0, action, subject, row::to_json(details)?])?;
    Ok(())
}

/// A change that the operator made to what belongs to no tenant.
pub(super) fn of_operator(
    batch: &Batch<'_>,
    action: &str,
    subject: &str,
    details: &impl serde::Serialize,
) -> Result<(), Error> {
    insert(batch, Caller { tenant: NO_TENANT, token: OPERATOR }, action, subject, details)
}

/// A change that the operator made to a tenant: an entry in his own trail, and one in the tenant's.
pub(super) fn by_operator(
    batch: &Batch<'_>,
    tenant: TenantId,
    action: &str,
    subject: &str,
    details: &impl serde::Serialize,
) -> Result<(), Error> {
    for tenant in [NO_TENANT, tenant] {
        insert(batch, Caller { tenant, token: OPERATOR }, action, subject, details)?;
    }
    Ok(())
}

/// The entries of a tenant, or of the operator, newest first.
pub(super) fn audit(db: &Connection, tenant: Option<TenantId>, filter: &AuditFilter) -> Result<Vec<AuditRow>, Error> {
    let since = filter.since.map_or(0, id::first_at);
    let until = filter.until.map_or(i64::MAX, id::first_at).min(filter.from.map_or(i64::MAX, |from| from.0));
    let mut select = db.prepare_cached(
        "SELECT a.id, a.token, c.name, a.action, a.subject, a.details FROM audit a INDEXED BY audit_tenant \
         LEFT JOIN credential c ON c.id = a.token WHERE a.tenant = ?1 AND a.id >= ?2 AND a.id < ?3 \
         ORDER BY a.id DESC LIMIT ?4",
    )?;
    let tenant = tenant.unwrap_or(NO_TENANT);
    let rows = select.query_map(params![tenant.0, since, until, filter.take()?], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let number: i64 = row.get(0)?;
    let token_id = TokenId(row.get(1)?);
    let token_name = if token_id == OPERATOR { Some("operator".to_owned()) } else { row.get(2)? };
    Ok(AuditRow {
        id: AuditId(number),
        at: id::time_of(number),
        token_id,
        token_name,
        action: row.get(3)?,
        subject: row.get(4)?,
        details: row::json(row, 5)?,
    })
}

/// Removes up to `most` entries of all trails that are older than `before`.
pub(super) fn remove(batch: &Batch<'_>, before: Timestamp, most: u32) -> Result<usize, Error> {
    let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < ?1 ORDER BY id LIMIT ?2)";
    Ok(batch.db.prepare_cached(sql)?.execute(params![id::first_at(before), most])?)
}
