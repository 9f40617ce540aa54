//! Events with their deliveries and attempts, as the API shows them.

use std::collections::HashMap;
use std::time::Duration;

use deadpool_postgres::GenericClient;
use hookbox_protocol::api::{Attempt, Delivery, DeliveryState, Event, Events, Quotas};
use hookbox_protocol::event::Initiator;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::report::millis;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp};
use serde_json::value::RawValue;
use tokio_postgres::Row;

use super::{hook, row};
use crate::event::SCANNED_MAX;
use crate::waiting::{self, Held};
use crate::{Error, EventFilter, id, number, operator, user};

/// Events that are read at once in the search for a user.
const STEP: i64 = 1_000;

/// What is known of a tenant that matters for what its deliveries wait for.
#[derive(Clone, Copy)]
pub(super) struct Standing {
    pub(super) now: Timestamp,
    /// Its deliveries in flight.
    pub(super) in_flight: u64,
    /// The most that any tenant may have.
    pub(super) tenant_most: u64,
    /// What may be used where nothing else was set.
    pub(super) quotas: Quotas,
}

pub(super) async fn event(
    db: &impl GenericClient,
    tenant: TenantId,
    id: EventId,
    standing: Standing,
) -> Result<Option<Event>, Error> {
    Ok(load(db, tenant, &[id.0], standing).await?.pop())
}

pub(super) async fn events(
    db: &impl GenericClient,
    tenant: TenantId,
    filter: &EventFilter,
    standing: Standing,
) -> Result<Events, Error> {
    let take = filter.take()? as usize;
    let Matching { mut ids, looked_up_to } = matching(db, tenant, filter, take + 1).await?;
    let next = if ids.len() > take { Some(EventId(ids[take - 1])) } else { looked_up_to };
    ids.truncate(take);
    Ok(Events { events: load(db, tenant, &ids, standing).await?, next })
}

/// Why none of the tenant's deliveries runs now, where it is not for themselves.
async fn held(db: &impl GenericClient, tenant: TenantId, standing: Standing) -> Result<Held, Error> {
    let sql = db.prepare_cached("SELECT suspended, quotas FROM tenant WHERE id = $1").await?;
    let row = db.query_one(&sql, &[&tenant.0]).await?;
    let set = row::json(&row, 1)?;
    let most = operator::effective(&set, standing.quotas).in_flight.min(standing.tenant_most);
    let at_cap = (standing.in_flight >= most).then_some(most);
    Ok(Held { now: standing.now, is_suspended: row.try_get(0)?, at_cap })
}

/// Events in the order of `ids`, those that are gone left out.
async fn load(db: &impl GenericClient, tenant: TenantId, ids: &[i64], standing: Standing) -> Result<Vec<Event>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let select = db
        .prepare_cached(
            "SELECT id, trigger, initiated_by, \"user\", context FROM event WHERE tenant = $1 AND id = ANY($2)",
        )
        .await?;
    let mut found = HashMap::new();
    for row in db.query(&select, &[&tenant.0, &ids]).await? {
        let event = read_event(&row)?;
        found.insert(event.id.0, event);
    }
    let held = held(db, tenant, standing).await?;
    let mut attempts = attempts(db, ids).await?;
    let select = db
        .prepare_cached(
            "SELECT d.event, d.hook, h.id, h.name, d.state, d.next_at, d.reason, d.attempts + d.crashes, h.enabled, \
             h.deleted_at IS NOT NULL FROM delivery d JOIN hook h ON h.number = d.hook \
             WHERE d.event = ANY($1) ORDER BY d.event, d.hook",
        )
        .await?;
    for row in db.query(&select, &[&ids]).await? {
        let delivery = DeliveryId { event: EventId(row.try_get(0)?), hook: HookNumber(row.try_get(1)?) };
        let attempts = attempts.remove(&delivery).unwrap_or_default();
        if let Some(event) = found.get_mut(&delivery.event.0) {
            event.deliveries.push(read_delivery(&row, delivery, attempts, held)?);
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Events that match.
#[derive(Default)]
struct Matching {
    ids: Vec<i64>,
    /// Where the search was given up, so that the next call goes on there.
    looked_up_to: Option<EventId>,
}

/// The newest events that match. A state that few deliveries are in is looked for in that state's own index; otherwise
/// the tenant's events are walked, newest first.
async fn matching(
    db: &impl GenericClient,
    tenant: TenantId,
    filter: &EventFilter,
    most: usize,
) -> Result<Matching, Error> {
    let hook = match &filter.hook_id {
        Some(id) => match hook::number_of_any(db, tenant, id).await? {
            Some(number) => Some(number.0),
            None => return Ok(Matching::default()),
        },
        None => None,
    };
    let mut since = filter.since.map_or(0, id::first_at);
    let until = filter.until.map_or(i64::MAX, id::first_at).min(filter.from.map_or(i64::MAX, |from| from.0));
    let trigger = filter.trigger.map(number::of_trigger);
    let most_rows = i64::try_from(most).unwrap_or(i64::MAX);
    let walks = matches!(filter.state, None | Some(DeliveryState::Succeeded))
        && (hook.is_some() || filter.trigger.is_some() || filter.state.is_some());
    let given_up = if walks { given_up(db, tenant, since, until).await? } else { None };
    since = given_up.unwrap_or(since);
    let Some(wanted) = &filter.user else {
        let select = db.prepare_cached(&matching_sql(filter, "e.id")).await?;
        let rows = db.query(&select, &[&tenant.0, &since, &until, &trigger, &hook, &most_rows]).await?;
        let ids = rows.iter().map(|row| Ok(row.try_get(0)?)).collect::<Result<_, Error>>()?;
        return Ok(Matching { ids, looked_up_to: given_up.map(EventId) });
    };
    let select = db.prepare_cached(&matching_sql(filter, "e.id, e.\"user\"")).await?;
    let (mut ids, mut until, mut seen) = (Vec::new(), until, 0);
    // In steps, since most of what is read is of other users.
    loop {
        let rows = db.query(&select, &[&tenant.0, &since, &until, &trigger, &hook, &STEP]).await?;
        for row in &rows {
            until = row.try_get(0)?;
            seen += 1;
            if user::is_about(row.try_get(1)?, wanted) {
                ids.push(until);
            }
            if ids.len() == most {
                return Ok(Matching { ids, looked_up_to: None });
            }
            if seen == SCANNED_MAX {
                return Ok(Matching { ids, looked_up_to: Some(EventId(until)) });
            }
        }
        if rows.len() < usize::try_from(STEP).unwrap_or(usize::MAX) {
            return Ok(Matching { ids, looked_up_to: given_up.map(EventId) });
        }
    }
}

/// The event at which a walk through the tenant's events ends that finds too few of those that match; `None` where it
/// comes to the last one before that.
async fn given_up(db: &impl GenericClient, tenant: TenantId, since: i64, until: i64) -> Result<Option<i64>, Error> {
    let sql = "SELECT id FROM event WHERE tenant = $1 AND id >= $2 AND id < $3 ORDER BY id DESC OFFSET $4 LIMIT 1";
    let select = db.prepare_cached(sql).await?;
    let row = db.query_opt(&select, &[&tenant.0, &since, &until, &i64::from(SCANNED_MAX - 1)]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The statement that finds events, newest first: `$1` is the tenant, `$2` to `$3` the range of ids, `$4` the trigger,
/// `$5` the hook, `$6` the most.
fn matching_sql(filter: &EventFilter, columns: &str) -> String {
    let few = match filter.state {
        Some(DeliveryState::Pending) => Some(["state = 0", "state = 5", "state = 4"].as_slice()),
        Some(DeliveryState::Leased) => Some(["state = 1"].as_slice()),
        Some(DeliveryState::Dead) => Some(["state = 3"].as_slice()),
        Some(DeliveryState::Succeeded) | None => None,
    };
    let of_hook = "($5::bigint IS NULL OR d.hook = $5)";
    let range = "e.tenant = $1 AND e.id >= $2 AND e.id < $3 AND ($4::smallint IS NULL OR e.trigger = $4)";
    if let Some(states) = few {
        // One condition for each index.
        let of_state = |state: &&str| format!("SELECT event, hook FROM delivery WHERE tenant = $1 AND {state}");
        let deliveries = states.iter().map(of_state).collect::<Vec<_>>().join(" UNION ALL ");
        return format!(
            "SELECT DISTINCT {columns} FROM ({deliveries}) d JOIN event e ON e.id = d.event \
             WHERE {range} AND {of_hook} ORDER BY e.id DESC LIMIT $6"
        );
    }
    let exists = match (filter.hook_id.is_some(), filter.state.is_some()) {
        (false, false) => "$5::bigint IS NULL".to_owned(),
        (_, of_state) => {
            let of_state = if of_state { "d.state = 2" } else { "TRUE" };
            format!("EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id AND {of_state} AND {of_hook})")
        }
    };
    format!("SELECT {columns} FROM event e WHERE {range} AND {exists} ORDER BY e.id DESC LIMIT $6")
}

async fn attempts(db: &impl GenericClient, events: &[i64]) -> Result<HashMap<DeliveryId, Vec<Attempt>>, Error> {
    let select = db
        .prepare_cached(
            "SELECT event, hook, number, version, outcome, started_at, wall_us, cpu_us, fuel_used, memory_bytes_peak, \
             error, logs, http FROM attempt WHERE event = ANY($1) ORDER BY event, hook, number",
        )
        .await?;
    let mut attempts: HashMap<DeliveryId, Vec<Attempt>> = HashMap::new();
    for row in db.query(&select, &[&events]).await? {
        let delivery = DeliveryId { event: EventId(row.try_get(0)?), hook: HookNumber(row.try_get(1)?) };
        attempts.entry(delivery).or_default().push(read_attempt(&row)?);
    }
    Ok(attempts)
}

fn read_attempt(row: &Row) -> Result<Attempt, Error> {
    let time = |column| Ok::<_, Error>(Duration::from_micros(row::number(row, column)?));
    let outcome: u8 = row::number(row, 4)?;
    let outcome = number::outcome_name(outcome).map_err(row::damaged)?;
    Ok(Attempt {
        number: row::number(row, 2)?,
        version: row::number(row, 3)?,
        outcome: outcome.to_owned(),
        started_at: Timestamp(row.try_get(5)?),
        wall_ms: millis(time(6)?),
        cpu_ms: millis(time(7)?),
        fuel_used: row::number(row, 8)?,
        memory_bytes_peak: row::number(row, 9)?,
        error: row::json_or_default(row, 10)?,
        logs: row::json_or_default(row, 11)?,
        http: row::json_or_default(row, 12)?,
    })
}

fn read_delivery(row: &Row, id: DeliveryId, attempts: Vec<Attempt>, held: Held) -> Result<Delivery, Error> {
    let row = waiting::Row {
        id,
        hook_id: row::parsed(row, 2)?,
        hook_name: row.try_get(3)?,
        state: row::delivery_state(row, 4)?,
        next_at: row.try_get::<_, Option<i64>>(5)?.map(Timestamp),
        reason: row.try_get(6)?,
        attempts_made: row::number(row, 7)?,
        is_enabled: row.try_get(8)?,
        is_deleted: row.try_get(9)?,
    };
    Ok(row.shown(attempts, held))
}

fn read_event(row: &Row) -> Result<Event, Error> {
    let raw = |column| {
        let text: String = row.try_get(column)?;
        RawValue::from_string(text).map_err(row::damaged)
    };
    let id: i64 = row.try_get(0)?;
    Ok(Event {
        id: EventId(id),
        trigger: row::trigger(row, 1)?,
        received_at: id::time_of(id),
        initiated_by: row::initiator(row, 2)?.map(Initiator::name).map(str::to_owned),
        user: raw(3)?,
        context: raw(4)?,
        deliveries: Vec::new(),
    })
}
