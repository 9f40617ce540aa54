//! Figures that are counted up from rows.

use std::collections::HashMap;

use hookbox_protocol::api::{BacklogStats, DatabaseStats, OperatorStats, Stats, TenantLoad};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{TenantId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{lease, node, row};
use crate::fair::Lane;
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
pub(super) fn of_tenant(
    db: &Connection,
    tenant: TenantId,
    stretch: &Stretch,
    backlog: Backlog,
    now: Timestamp,
) -> Result<Stats, Error> {
    let Stretch { since, until, buckets } = *stretch;
    let from = id::first_at(Timestamp(since.0.saturating_sub(LOOK_BACK_MS)));
    let to = id::first_at(until);
    let sql = "SELECT count(*) FROM event INDEXED BY event_tenant WHERE tenant = ?1 AND id >= ?2 AND id < ?3";
    let events = db.prepare_cached(sql)?.query_row(params![tenant.0, from, to], |row| row.get(0))?;
    let stride = stride(events);
    let mut tally = Tally::new(since, until, buckets, stride);
    let mut select = db.prepare_cached(
        "SELECT a.hook, a.outcome, a.started_at, a.wall_us FROM event e INDEXED BY event_tenant \
         CROSS JOIN attempt a ON a.event = e.id WHERE e.tenant = ?1 AND e.id >= ?2 AND e.id < ?3 \
         AND ((e.id >> 22) + (e.id & 4095)) % ?4 = 0 AND a.started_at >= ?5 AND a.started_at < ?6",
    )?;
    let mut rows = select.query(params![tenant.0, from, to, stride, since.0, until.0])?;
    while let Some(row) = rows.next()? {
        let started_at = Timestamp(row.get(2)?);
        tally.add(Counted { hook: HookNumber(row.get(0)?), outcome: row.get(1)?, started_at, wall_us: row.get(3)? });
    }
    let counts = tally.finish(&hooks(db, tenant)?);
    Ok(Stats {
        since,
        until,
        bucket_ms: counts.bucket_ms,
        backlog: backlog_of(db, tenant, backlog, now)?,
        dead: dead_of(db, tenant)?,
        outcomes: counts.outcomes,
        buckets: counts.buckets,
        wall_ms: counts.wall_ms,
        hooks: counts.hooks,
        sampled: stride > 1,
    })
}

/// The hooks of a tenant, those that were deleted included.
fn hooks(db: &Connection, tenant: TenantId) -> Result<HashMap<HookNumber, (hookbox_protocol::HookId, String)>, Error> {
    let mut select = db.prepare_cached("SELECT number, id, name FROM hook INDEXED BY hook_tenant WHERE tenant = ?1")?;
    let rows = select
        .query_map([tenant.0], |row| Ok((HookNumber(row.get(0)?), (row::parsed(row, 1)?, row.get::<_, String>(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn dead_of(db: &Connection, tenant: TenantId) -> Result<u64, Error> {
    let sql = "SELECT count(*) FROM delivery INDEXED BY delivery_dead WHERE state = 3 AND tenant = ?1";
    Ok(db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?)
}

fn backlog_of(db: &Connection, tenant: TenantId, backlog: Backlog, now: Timestamp) -> Result<BacklogStats, Error> {
    let sql = "SELECT suspended FROM tenant WHERE id = ?1";
    let is_suspended = db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0)).optional()?.unwrap_or(true);
    let sql = "SELECT count(*) FROM hook h JOIN delivery d INDEXED BY delivery_held ON d.hook = h.number AND d.state = 4 \
               WHERE h.tenant = ?1";
    let held: u64 = db.prepare_cached(sql)?.query_row([tenant.0], |row| row.get(0))?;
    let held = if is_suspended { backlog.pending } else { held.min(backlog.pending) };
    let mut due = None;
    for lane in [Lane::Fresh, Lane::Retry] {
        due = lease::next_due(db, tenant, lane)?.into_iter().chain(due).min();
    }
    let age = due.filter(|_| !is_suspended).map_or(0, |due: Timestamp| now.0 - due.0);
    Ok(BacklogStats {
        pending: backlog.pending - held,
        leased: backlog.leased,
        held,
        oldest_ms: u64::try_from(age).unwrap_or(0),
    })
}

/// What the operator's figures need beside the rows.
pub(super) struct Known {
    pub(super) backlog: Backlog,
    pub(super) backlogs: HashMap<TenantId, Backlog>,
    pub(super) dead: u64,
    pub(super) oldest_due_ms: u64,
    pub(super) bytes: u64,
}

/// Figures of all tenants.
pub(super) fn of_operator(db: &Connection, known: &Known, now: Timestamp) -> Result<OperatorStats, Error> {
    let mut names = HashMap::new();
    let (mut suspended, mut held) = (0, 0);
    let mut select = db.prepare_cached("SELECT id, name, suspended FROM tenant WHERE deleted_at IS NULL")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let tenant = TenantId(row.get(0)?);
        if row.get(2)? {
            suspended += 1;
            held += known.backlogs.get(&tenant).map_or(0, |backlog| backlog.pending);
        }
        names.insert(tenant, row.get::<_, String>(1)?);
    }
    let sql = "SELECT count(*) FROM delivery d INDEXED BY delivery_held JOIN tenant t ON t.id = d.tenant \
               WHERE d.state = 4 AND t.suspended = 0";
    held += db.prepare_cached(sql)?.query_row([], |row| row.get::<_, u64>(0))?;
    let held = held.min(known.backlog.pending);
    Ok(OperatorStats {
        tenants: names.len() as u64,
        suspended,
        backlog: BacklogStats {
            pending: known.backlog.pending - held,
            leased: known.backlog.leased,
            held,
            oldest_ms: known.oldest_due_ms,
        },
        dead: known.dead,
        oldest_due_ms: known.oldest_due_ms,
        database: DatabaseStats { engine: "sqlite".to_owned(), bytes: known.bytes },
        nodes: node::nodes(db, now)?,
        busiest: busiest(db, known, &names)?,
    })
}

fn busiest(db: &Connection, known: &Known, names: &HashMap<TenantId, String>) -> Result<Vec<TenantLoad>, Error> {
    let mut select = db.prepare_cached(
        "SELECT tenant, count(*) FROM delivery INDEXED BY delivery_dead WHERE state = 3 GROUP BY tenant",
    )?;
    let dead = select
        .query_map([], |row| Ok((TenantId(row.get(0)?), row.get(1)?)))?
        .collect::<Result<HashMap<TenantId, u64>, _>>()?;
    let load = |(tenant, name): (&TenantId, &String)| {
        let backlog = known.backlogs.get(tenant).copied().unwrap_or_default();
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
