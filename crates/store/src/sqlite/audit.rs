//! Who changed what. Written in the transaction of the change; never a value of a secret.

use rusqlite::params;

use super::row;
use super::writer::Batch;
use crate::Error;
use crate::engine::Caller;

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
