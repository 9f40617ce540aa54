//! Tenants that were deleted, and the writes that do not know of it yet.
//!
//! A statement sees the database as it was when it began. One that began before a tenant was deleted may end long after:
//! it accepts an event, with deliveries for hooks that are gone. Whatever such a statement writes to it has locked from
//! its beginning on, so the locks tell when the last of them has ended.

use std::collections::{HashMap, HashSet};

use hookbox_protocol::TenantId;

use super::batch::Batch;
use crate::Error;

/// Of each deleted tenant the transactions that may still write for it.
pub(super) type Leaving = HashMap<TenantId, HashSet<String>>;

/// Transactions that write, or are about to, where rows of tenants are without a reference to them.
const WRITERS: &str = "SELECT DISTINCT virtualtransaction FROM pg_locks \
                       WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted \
                       AND pid IS DISTINCT FROM pg_backend_pid() \
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                       AND relation IN ('event'::regclass, 'delivery'::regclass, 'log'::regclass, 'audit'::regclass)";

/// Whether nothing that began before the tenant was deleted can still write for it. The deletion must be committed.
pub(super) async fn is_quiet(batch: &Batch<'_>, tenant: TenantId) -> Result<bool, Error> {
    let known = batch.shared.leaving().get(&tenant).cloned();
    if known.as_ref().is_some_and(HashSet::is_empty) {
        return Ok(true);
    }
    let mut writers = HashSet::new();
    for row in batch.db.query(WRITERS, &[]).await? {
        writers.insert(row.try_get::<_, String>(0)?);
    }
    // Who began since then knows of it.
    let left = known.map_or_else(|| writers.clone(), |known| known.intersection(&writers).cloned().collect());
    let is_quiet = left.is_empty();
    batch.shared.leaving().insert(tenant, left);
    Ok(is_quiet)
}
