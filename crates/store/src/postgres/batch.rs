//! A change of the catalogue: one transaction, which goes on when nobody waits for it any more.

use deadpool_postgres::Transaction;
use hookbox_protocol::{TenantId, Timestamp};

use super::shared::Shared;
use crate::Error;

/// The channel on which nodes tell one another that the catalogue changed. Who misses it notices a moment later.
pub(super) const CHANNEL: &str = "hookbox_catalogue";

/// How often a change is tried that other transactions are in the way of.
pub(super) const TRIES: u32 = 5;

/// The transaction that a change runs in.
pub(super) struct Batch<'a> {
    pub(super) db: &'a Transaction<'a>,
    pub(super) shared: &'a Shared,
    /// The database's time as the transaction began.
    pub(super) now: Timestamp,
}

/// What a change means for what is cached of hooks and credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// Nothing.
    Whole,
    /// It is void, on every node.
    Catalogue,
}

impl Batch<'_> {
    /// A new identifier.
    pub(super) fn id(&self) -> Result<i64, Error> {
        self.shared.id()
    }

    /// Runs a statement, and answers how many rows it changed.
    pub(super) async fn execute(
        &self,
        sql: &str,
        values: &[&(dyn tokio_postgres::types::ToSql + Sync)],
    ) -> Result<u64, Error> {
        Ok(self.db.execute(&self.db.prepare_cached(sql).await?, values).await?)
    }

    /// Waits until no other change of that tenant is under way, and keeps others out until the end of this one.
    pub(super) async fn lock_tenant(&self, tenant: TenantId) -> Result<(), Error> {
        self.execute("SELECT 1 FROM tenant WHERE id = $1 FOR NO KEY UPDATE", &[&tenant.0]).await?;
        Ok(())
    }
}

/// Runs `work` in a transaction. An error takes all of it back; when the commit itself fails, it is not known whether it
/// took effect, and the answer is [`Error::Unavailable`].
pub(super) async fn change<T>(
    shared: &Shared,
    care: Care,
    tenant: Option<TenantId>,
    work: impl AsyncFnOnce(&mut Batch<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut db = shared.cold().await?;
    let transaction = db.transaction().await?;
    let now = transaction.query_one("SELECT hookbox_now($1)", &[&shared.offset()]).await?.try_get(0)?;
    let mut batch = Batch { db: &transaction, shared, now: Timestamp(now) };
    if let Some(tenant) = tenant {
        batch.lock_tenant(tenant).await?;
    }
    let done = work(&mut batch).await?;
    let mut revision = None;
    if care == Care::Catalogue {
        let sql = "UPDATE revision SET number = number + 1 RETURNING number";
        revision = Some(transaction.query_one(sql, &[]).await?.try_get(0)?);
        transaction.batch_execute(&format!("NOTIFY {CHANNEL}")).await?;
    }
    transaction.commit().await.map_err(|e| Error::Unavailable(format!("a commit failed: {e}").into()))?;
    if let Some(revision) = revision {
        shared.catalogue_changed(revision);
    }
    Ok(done)
}
