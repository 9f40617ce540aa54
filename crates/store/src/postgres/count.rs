//! Counting the queue, and reading what holds for tenants: what corrects a node's memory.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use hookbox_protocol::{TenantId, Timestamp};

use super::memory::Count;
use super::shared::Shared;
use super::{delivery, row};
use crate::fair::Rule;
use crate::{Error, operator};

/// Reads an index from end to end and, where the table is well kept, no row.
const PENDING: &str = "SELECT tenant, count(*), min(next_at) FROM delivery WHERE state = 0 GROUP BY tenant";
const AGAIN: &str = "SELECT tenant, count(*), min(next_at) FROM delivery WHERE state = 5 GROUP BY tenant";
/// By hook, with whether its deliveries need not be held any more.
const HELD: &str = "SELECT d.tenant, d.number, d.hook, h.enabled OR h.deleted_at IS NOT NULL FROM \
                    (SELECT tenant, hook, count(*) AS number FROM delivery WHERE state = 4 GROUP BY hook, tenant) d \
                    JOIN hook h ON h.number = d.hook";
/// Their deliveries are on their way out, and wait for nothing.
const RETIRED: &str = "SELECT id FROM tenant WHERE deleted_at IS NOT NULL";
/// There are no more of them than slots.
const LEASED: &str = "SELECT tenant, node IS NOT DISTINCT FROM $1, count(*), min(next_at) FROM delivery \
                      WHERE state = 1 GROUP BY 1, 2";

/// How often the queue is counted, at most.
const EVERY: Duration = Duration::from_millis(500);
/// Counting takes no more than one part in so many of the time.
const SHARE: u32 = 20;
/// How often the slower figures are read.
const SLOWLY: Duration = Duration::from_secs(5);

/// Counts until the store is closed: on a connection from the pool, so that a long count holds up neither the node's sign
/// of life nor what it hears of the catalogue.
pub(super) async fn run(shared: Arc<Shared>) {
    let mut next_slow = Instant::now() + SLOWLY;
    let mut pause = EVERY;
    loop {
        tokio::select! {
            () = shared.closing.cancelled() => return,
            () = shared.recount.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        let begun = Instant::now();
        let slowly = next_slow <= begun;
        let counted = async {
            let db = shared.cold().await?;
            count(&shared, &db, slowly).await?;
            drop(db);
            delivery::flush_recent(&shared).await
        };
        if let Err(error) = counted.await {
            tracing::debug!(%error, "the queue was not counted");
        } else if slowly {
            next_slow = begun + SLOWLY;
        }
        shared.publish();
        pause = EVERY.max(begun.elapsed() * SHARE);
    }
}

/// Counts all that has not ended; with `slowly`, also the dead, and the bytes of the database.
pub(super) async fn count(shared: &Shared, db: &Object, slowly: bool) -> Result<(), Error> {
    shared.memory().begin_count();
    match rows(shared, db, slowly).await {
        Ok(count) => {
            shared.memory().end_count(count);
            Ok(())
        }
        Err(error) => {
            shared.memory().forget_count();
            Err(error)
        }
    }
}

async fn rows(shared: &Shared, db: &Object, slowly: bool) -> Result<Count, Error> {
    let number = shared.seat()?.number;
    let mut count = Count::default();
    let transaction = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    db.batch_execute(transaction).await?;
    let read = async {
        for row in db.query(PENDING, &[]).await? {
            let tenant = count.tenants.entry(TenantId(row.try_get(0)?)).or_default();
            tenant.pending += row::number::<u64>(&row, 1)?;
            tenant.due = row.try_get::<_, Option<i64>>(2)?.map(Timestamp);
        }
        for row in db.query(AGAIN, &[]).await? {
            let tenant = count.tenants.entry(TenantId(row.try_get(0)?)).or_default();
            tenant.pending += row::number::<u64>(&row, 1)?;
            tenant.due_again = row.try_get::<_, Option<i64>>(2)?.map(Timestamp);
        }
        for row in db.query(HELD, &[]).await? {
            let tenant = TenantId(row.try_get(0)?);
            count.tenants.entry(tenant).or_default().pending += row::number::<u64>(&row, 1)?;
            if row.try_get(3)? {
                count.released.insert((tenant, row.try_get(2)?));
            }
        }
        for row in db.query(LEASED, &[&number]).await? {
            let tenant = count.tenants.entry(TenantId(row.try_get(0)?)).or_default();
            let leased = row::number::<u64>(&row, 2)?;
            if row.try_get(1)? {
                tenant.leased += leased;
            } else {
                tenant.elsewhere += leased;
            }
            let end = row.try_get::<_, Option<i64>>(3)?.map(Timestamp);
            count.first_end = count.first_end.into_iter().chain(end).min();
        }
        for row in db.query(RETIRED, &[]).await? {
            count.tenants.remove(&TenantId(row.try_get(0)?));
        }
        if slowly {
            let dead = db.query_one("SELECT count(*) FROM delivery WHERE state = 3", &[]).await?;
            count.dead = Some(row::number(&dead, 0)?);
            let bytes = db.query_one("SELECT pg_database_size(current_database())", &[]).await?;
            shared.bytes.store(bytes.try_get(0)?, std::sync::atomic::Ordering::Relaxed);
        }
        Ok::<(), Error>(())
    }
    .await;
    let ended = db.batch_execute("ROLLBACK").await;
    read?;
    ended?;
    Ok(count)
}

/// Reads what the operator set for tenants.
pub(super) async fn rules(shared: &Shared, db: &tokio_postgres::Client) -> Result<(), Error> {
    let sql = "SELECT id, suspended, quotas FROM tenant WHERE suspended OR quotas <> '{}'";
    let mut rules = BTreeMap::new();
    for row in db.query(sql, &[]).await? {
        let in_flight = operator::effective(&row::json(&row, 2)?, shared.quotas).in_flight;
        rules.insert(TenantId(row.try_get(0)?), Rule { suspended: row.try_get(1)?, in_flight });
    }
    shared.memory().set_rules(rules, shared.quotas.in_flight);
    Ok(())
}
