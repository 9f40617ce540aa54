//! Figures that are counted up from rows.

use std::collections::HashMap;

use deadpool_postgres::Object;
use hookbox_protocol::api::{BacklogStats, DatabaseStats, OperatorStats, Stats, TenantLoad};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, TenantId, Timestamp};

use super::shared::Shared;
use super::{node, row};
use crate::statistics::{Counted, LOOK_BACK_MS, Tally, stride};
use crate::{Backlog, Error, id};

/// Tenants that the operator is shown.
const BUSIEST: usize = 10;

/// What time a list of attempts is about.
pub(super) struct Stretch {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
    pub(super) buckets: u32,
}

/// Figures of a tenant.
pub(super) async fn of_tenant(
    shared: &Shared,
    db: &Object,
    tenant: TenantId,
    stretch: &Stretch,
) -> Result<Stats, Error> {
    let Stretch { since, until, buckets } = *stretch;
    let from = id::first_at(Timestamp(since.0.saturating_sub(LOOK_BACK_MS)));
    let to = id::first_at(until);
    let sql = "SELECT count(*) FROM event WHERE tenant = $1 AND id >= $2 AND id < $3";
    let events = row::number(&db.query_one(&db.prepare_cached(sql).await?, &[&tenant.0, &from, &to]).await?, 0)?;
    let stride = stride(events);
    let mut tally = Tally::new(since, until, buckets, stride);
    let select = db
        .prepare_cached(
            "SELECT a.hook, a.outcome, a.started_at, a.wall_us FROM event e JOIN attempt a ON a.event = e.id \
             WHERE e.tenant = $1 AND e.id >= $2 AND e.id < $3 AND ((e.id >> 22) + (e.id & 4095)) % $4 = 0 \
             AND a.started_at >= $5 AND a.started_at < $6",
        )
        .await?;
    let part = i64::try_from(stride).unwrap_or(i64::MAX);
    for row in db.query(&select, &[&tenant.0, &from, &to, &part, &since.0, &until.0]).await? {
        tally.add(Counted {
            hook: HookNumber(row.try_get(0)?),
            outcome: row::number(&row, 1)?,
            started_at: Timestamp(row.try_get(2)?),
            wall_us: row::number(&row, 3)?,
        });
    }
    let counts = tally.finish(&hooks(db, tenant).await?);
    let backlog = shared.memory().backlog(tenant);
    Ok(Stats {
        since,
        until,
        bucket_ms: counts.bucket_ms,
        backlog: backlog_of(db, tenant, backlog, shared.clock.now()).await?,
        dead: number(db, "SELECT count(*) FROM delivery WHERE state = 3 AND tenant = $1", tenant).await?,
        outcomes: counts.outcomes,
        buckets: counts.buckets,
        wall_ms: counts.wall_ms,
        hooks: counts.hooks,
        sampled: stride > 1,
    })
}

async fn number(db: &Object, sql: &str, tenant: TenantId) -> Result<u64, Error> {
    row::number(&db.query_one(&db.prepare_cached(sql).await?, &[&tenant.0]).await?, 0)
}

/// The hooks of a tenant, those that were deleted included.
async fn hooks(db: &Object, tenant: TenantId) -> Result<HashMap<HookNumber, (HookId, String)>, Error> {
    let select = db.prepare_cached("SELECT number, id, name FROM hook WHERE tenant = $1").await?;
    let rows = db.query(&select, &[&tenant.0]).await?;
    let read = |row: &tokio_postgres::Row| Ok((HookNumber(row.try_get(0)?), (row::parsed(row, 1)?, row.try_get(2)?)));
    rows.iter().map(read).collect()
}

async fn backlog_of(db: &Object, tenant: TenantId, backlog: Backlog, now: Timestamp) -> Result<BacklogStats, Error> {
    let sql = "SELECT coalesce((SELECT suspended FROM tenant WHERE id = $1), TRUE), \
               (SELECT count(*) FROM hook h JOIN delivery d ON d.hook = h.number AND d.state = 4 WHERE h.tenant = $1), \
               least((SELECT min(next_at) FROM delivery WHERE state = 0 AND tenant = $1), \
                     (SELECT min(next_at) FROM delivery WHERE state = 5 AND tenant = $1))";
    let row = db.query_one(&db.prepare_cached(sql).await?, &[&tenant.0]).await?;
    let (is_suspended, held): (bool, u64) = (row.try_get(0)?, row::number(&row, 1)?);
    let held = if is_suspended { backlog.pending } else { held.min(backlog.pending) };
    let due = row.try_get::<_, Option<i64>>(2)?.filter(|_| !is_suspended);
    Ok(BacklogStats {
        pending: backlog.pending - held,
        leased: backlog.leased,
        held,
        oldest_ms: due.map_or(0, |due| u64::try_from(now.0 - due).unwrap_or(0)),
    })
}

/// Figures of all tenants.
pub(super) async fn of_operator(shared: &Shared, db: &Object) -> Result<OperatorStats, Error> {
    let (backlogs, total, dead, oldest_due_ms) = {
        let memory = shared.memory();
        let now = shared.clock.now();
        let oldest = memory.fair.first_due().map_or(0, |due| u64::try_from(now.0 - due.0).unwrap_or(0));
        (memory.backlogs(), memory.total(), memory.dead, oldest)
    };
    let mut names = HashMap::new();
    let (mut suspended, mut held) = (0, 0);
    for row in db.query("SELECT id, name, suspended FROM tenant WHERE deleted_at IS NULL", &[]).await? {
        let tenant = TenantId(row.try_get(0)?);
        if row.try_get(2)? {
            suspended += 1;
            held += backlogs.get(&tenant).map_or(0, |backlog| backlog.pending);
        }
        names.insert(tenant, row.try_get::<_, String>(1)?);
    }
    let sql = "SELECT count(*) FROM delivery d JOIN tenant t ON t.id = d.tenant WHERE d.state = 4 AND NOT t.suspended";
    held += row::number::<u64>(&db.query_one(sql, &[]).await?, 0)?;
    let held = held.min(total.pending);
    let bytes = db.query_one("SELECT pg_database_size(current_database())", &[]).await?;
    let busiest = busiest(db, &backlogs, &names).await?;
    Ok(OperatorStats {
        tenants: names.len() as u64,
        suspended,
        backlog: BacklogStats { pending: total.pending - held, leased: total.leased, held, oldest_ms: oldest_due_ms },
        dead,
        oldest_due_ms,
        database: DatabaseStats { engine: "postgresql".to_owned(), bytes: row::number(&bytes, 0)? },
        nodes: node::nodes(db, shared.offset()).await?,
        busiest,
    })
}

async fn busiest(
    db: &Object,
    backlogs: &HashMap<TenantId, Backlog>,
    names: &HashMap<TenantId, String>,
) -> Result<Vec<TenantLoad>, Error> {
    let mut dead = HashMap::new();
    for row in db.query("SELECT tenant, count(*) FROM delivery WHERE state = 3 GROUP BY tenant", &[]).await? {
        dead.insert(TenantId(row.try_get(0)?), row::number::<u64>(&row, 1)?);
    }
    let load = |(tenant, name): (&TenantId, &String)| {
        let backlog = backlogs.get(tenant).copied().unwrap_or_default();
        let dead = dead.get(tenant).copied().unwrap_or(0);
        TenantLoad { tenant: name.clone(), pending: backlog.pending, leased: backlog.leased, dead }
    };
    let mut loads: Vec<_> = names.iter().map(load).filter(|load| load.pending + load.leased + load.dead > 0).collect();
    loads.sort_by(|a, b| {
        let weight = |load: &TenantLoad| (load.pending + load.leased, load.dead);
        weight(b).cmp(&weight(a)).then_with(|| a.tenant.cmp(&b.tenant))
    });
    loads.truncate(BUSIEST);
    Ok(loads)
}
