//! Who changed what. Written in the transaction of the change; never a value of a secret.

use deadpool_postgres::Object;
use hookbox_protocol::id::AuditId;
use hookbox_protocol::{TenantId, Timestamp};
use tokio_postgres::Row;

use super::batch::Batch;
use super::row;
use crate::audit::{NO_TENANT, OPERATOR};
use crate::engine::Caller;
use crate::{AuditFilter, AuditRow, Error, TokenId, id};

pub(super) async fn insert(
    batch: &Batch<'_>,
    caller: Caller,
    action: &str,
    subject: &str,
    details: &impl serde::Serialize,
) -> Result<(), Error> {
    let sql = "INSERT INTO audit (id, tenant, token, action, subject, details) VALUES ($1, $2, $3, $4, $5, $6)";
    let details = row::to_json(details)?;
    batch.execute(sql, &[&batch.id()?, &caller.tenant.0, &caller.token.0, &action, &subject, &details]).await?;
    Ok(())
}

/// A change that the operator made to a tenant: an entry in his own trail, and one in the tenant's.
pub(super) async fn by_operator(
    batch: &Batch<'_>,
    tenant: TenantId,
    action: &str,
    subject: &str,
    details: &impl serde::Serialize,
) -> Result<(), Error> {
    for tenant in [NO_TENANT, tenant] {
        insert(batch, Caller { tenant, token: OPERATOR }, action, subject, details).await?;
    }
    Ok(())
}

/// A change that the operator made, in his own trail only.
pub(super) async fn of_operator(batch: &Batch<'_>, action: &str, subject: &str) -> Result<(), Error> {
    insert(batch, Caller { tenant: NO_TENANT, token: OPERATOR }, action, subject, &serde_json::json!({})).await
}

/// The entries of a tenant, or of the operator, newest first.
pub(super) async fn audit(db: &Object, tenant: Option<TenantId>, filter: &AuditFilter) -> Result<Vec<AuditRow>, Error> {
    let since = filter.since.map_or(0, id::first_at);
    let until = filter.until.map_or(i64::MAX, id::first_at).min(filter.from.map_or(i64::MAX, |from| from.0));
    let select = db
        .prepare_cached(
            "SELECT a.id, a.token, c.name, a.action, a.subject, a.details FROM audit a \
             LEFT JOIN credential c ON c.id = a.token WHERE a.tenant = $1 AND a.id >= $2 AND a.id < $3 \
             ORDER BY a.id DESC LIMIT $4",
        )
        .await?;
    let tenant = tenant.unwrap_or(NO_TENANT);
    let rows = db.query(&select, &[&tenant.0, &since, &until, &i64::from(filter.take()?)]).await?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<AuditRow, Error> {
    let number: i64 = row.try_get(0)?;
    let token_id = TokenId(row.try_get(1)?);
    let token_name = if token_id == OPERATOR { Some("operator".to_owned()) } else { row.try_get(2)? };
    Ok(AuditRow {
        id: AuditId(number),
        at: id::time_of(number),
        token_id,
        token_name,
        action: row.try_get(3)?,
        subject: row.try_get(4)?,
        details: row::json(row, 5)?,
    })
}

/// Removes up to `most` entries of all trails that are older than `before`.
pub(super) async fn remove(batch: &Batch<'_>, before: Timestamp, most: u32) -> Result<u64, Error> {
    let sql = "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT $2)";
    batch.execute(sql, &[&id::first_at(before), &i64::from(most)]).await
}
