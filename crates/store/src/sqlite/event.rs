//! Events with their deliveries and attempts, as the API shows them.

use hookbox_protocol::api::{Attempt, Delivery, DeliveryState, Event, Events, Quotas};
use hookbox_protocol::event::Initiator;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};
use serde_json::value::RawValue;

use super::hook;
use super::row::{self, damaged};
use crate::event::SCANNED_MAX;
use crate::waiting::{self, Held};
use crate::{Error, EventFilter, id, number, operator, user};

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

pub(super) fn event(
    db: &Connection,
    tenant: TenantId,
    id: EventId,
    standing: Standing,
) -> Result<Option<Event>, Error> {
    let held = held(db, tenant, standing)?;
    one(db, tenant, id, held)
}

/// Why none of the tenant's deliveries runs now, where it is not for themselves.
fn held(db: &Connection, tenant: TenantId, standing: Standing) -> Result<Held, Error> {
    let sql = "SELECT suspended, quotas FROM tenant WHERE id = ?1";
    let read = |row: &Row<'_>| Ok((row.get(0)?, row::json(row, 1)?));
    let (is_suspended, set) = db.prepare_cached(sql)?.query_row([tenant.0], read)?;
    let most = operator::effective(&set, standing.quotas).in_flight.min(standing.tenant_most);
    let at_cap = (standing.in_flight >= most).then_some(most);
    Ok(Held { now: standing.now, is_suspended, at_cap })
}

fn one(db: &Connection, tenant: TenantId, id: EventId, held: Held) -> Result<Option<Event>, Error> {
    let event = db
        .prepare_cached("SELECT id, trigger, initiated_by, user, context FROM event WHERE id = ?1 AND tenant = ?2")?
        .query_row(params![id.0, tenant.0], read_event)
        .optional()?;
    let Some(mut event) = event else { return Ok(None) };
    event.deliveries = deliveries(db, id, held)?;
    Ok(Some(event))
}

pub(super) fn events(
    db: &Connection,
    tenant: TenantId,
    filter: &EventFilter,
    standing: Standing,
) -> Result<Events, Error> {
    let take = filter.take()? as usize;
    let Matching { mut ids, looked_up_to } = matching(db, tenant, filter, take + 1)?;
    let next = if ids.len() > take { Some(ids[take - 1]) } else { looked_up_to };
    ids.truncate(take);
    let held = held(db, tenant, standing)?;
    let mut events = Vec::with_capacity(ids.len());
    for id in ids {
        events.extend(one(db, tenant, id, held)?);
    }
    Ok(Events { events, next })
}

/// Events that match.
#[derive(Default)]
struct Matching {
    ids: Vec<EventId>,
    /// Where the search was given up, so that the next call goes on there.
    looked_up_to: Option<EventId>,
}

/// The newest events that match. A state that few deliveries are in is looked for in that state's own index; otherwise
/// the tenant's events are walked, newest first.
fn matching(db: &Connection, tenant: TenantId, filter: &EventFilter, most: usize) -> Result<Matching, Error> {
    let hook = match &filter.hook_id {
        Some(id) => match hook::number_of_any(db, tenant, id)? {
            Some(number) => Some(number),
            None => return Ok(Matching::default()),
        },
        None => None,
    };
    let few = match filter.state {
        Some(DeliveryState::Pending) => Some(
            "SELECT event, hook FROM delivery INDEXED BY delivery_due WHERE state = 0 AND tenant = ?1 \
             UNION ALL SELECT event, hook FROM delivery INDEXED BY delivery_retry WHERE state = 5 AND tenant = ?1 \
             UNION ALL SELECT event, hook FROM delivery INDEXED BY delivery_held WHERE state = 4 AND tenant = ?1",
        ),
        Some(DeliveryState::Leased) => {
            Some("SELECT event, hook FROM delivery INDEXED BY delivery_leased WHERE state = 1 AND tenant = ?1")
        }
        Some(DeliveryState::Dead) => {
            Some("SELECT event, hook FROM delivery INDEXED BY delivery_dead WHERE state = 3 AND tenant = ?1")
        }
        Some(DeliveryState::Succeeded) | None => None,
    };
    let of_hook = if hook.is_some() { " AND d.hook = ?5" } else { "" };
    let of_trigger = if filter.trigger.is_some() { " AND e.trigger = ?4" } else { "" };
    // Not read where nobody asks for it: it is the largest part of the row.
    let user = if filter.user.is_some() { ", e.user" } else { "" };
    let range = "e.tenant = ?1 AND e.id >= ?2 AND e.id < ?3";
    let sql = if let Some(few) = few {
        format!(
            "SELECT DISTINCT e.id{user} FROM ({few}) d JOIN event e ON e.id = d.event \
             WHERE {range}{of_trigger}{of_hook} ORDER BY e.id DESC LIMIT ?6"
        )
    } else {
        let of_state = if filter.state.is_some() { " AND d.state = 2" } else { "" };
        let exists = if of_hook.is_empty() && of_state.is_empty() {
            String::new()
        } else {
            format!(" AND EXISTS (SELECT 1 FROM delivery d WHERE d.event = e.id{of_state}{of_hook})")
        };
        format!(
            "SELECT e.id{user} FROM event e INDEXED BY event_tenant WHERE {range}{of_trigger}{exists} \
             ORDER BY e.id DESC LIMIT ?6"
        )
    };
    let mut since = filter.since.map_or(0, id::first_at);
    let until = filter.until.map_or(i64::MAX, id::first_at).min(filter.from.map_or(i64::MAX, |from| from.0));
    let walks = few.is_none() && (hook.is_some() || filter.trigger.is_some() || filter.state.is_some());
    let given_up = if walks { given_up(db, tenant, since, until)? } else { None };
    since = given_up.unwrap_or(since);
    let rows_max = if filter.user.is_some() { i64::from(SCANNED_MAX) } else { i64::try_from(most).unwrap_or(i64::MAX) };
    let values: [Value; 6] = [
        tenant.0.into(),
        since.into(),
        until.into(),
        filter.trigger.map(number::of_trigger).into(),
        hook.map(|hook| hook.0).into(),
        rows_max.into(),
    ];
    let mut select = db.prepare_cached(&sql)?;
    let mut rows = select.query(params_from_iter(values))?;
    let (mut ids, mut seen) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        let id = EventId(row.get(0)?);
        seen += 1;
        let is_meant = match &filter.user {
            Some(wanted) => user::is_about(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?, wanted),
            None => true,
        };
        if is_meant {
            ids.push(id);
        }
        if ids.len() == most {
            break;
        }
        if seen == SCANNED_MAX && filter.user.is_some() {
            return Ok(Matching { ids, looked_up_to: Some(id) });
        }
    }
    Ok(Matching { ids, looked_up_to: given_up.map(EventId) })
}

/// The event at which a walk through the tenant's events ends that finds too few of those that match; `None` where it
/// comes to the last one before that.
fn given_up(db: &Connection, tenant: TenantId, since: i64, until: i64) -> Result<Option<i64>, Error> {
    let sql = "SELECT id FROM event INDEXED BY event_tenant WHERE tenant = ?1 AND id >= ?2 AND id < ?3 \
               ORDER BY id DESC LIMIT 1 OFFSET ?4";
    let values = params![tenant.0, since, until, SCANNED_MAX - 1];
    Ok(db.prepare_cached(sql)?.query_row(values, |row| row.get(0)).optional()?)
}

fn deliveries(db: &Connection, event: EventId, held: Held) -> Result<Vec<Delivery>, Error> {
    let mut select = db.prepare_cached(
        "SELECT d.hook, h.id, h.name, d.state, d.next_at, d.reason, d.attempts + d.crashes, h.enabled, \
         h.deleted_at IS NOT NULL FROM delivery d JOIN hook h ON h.number = d.hook WHERE d.event = ?1 ORDER BY d.hook",
    )?;
    let mut rows = select.query([event.0])?;
    let mut deliveries = Vec::new();
    while let Some(row) = rows.next()? {
        deliveries.push(delivery(db, event, row, held)?);
    }
    Ok(deliveries)
}

fn delivery(db: &Connection, event: EventId, row: &Row<'_>, held: Held) -> Result<Delivery, Error> {
    let number = HookNumber(row.get(0)?);
    let attempts = attempts(db, event, number)?;
    let row = waiting::Row {
        id: DeliveryId { event, hook: number },
        hook_id: row::parsed(row, 1)?,
        hook_name: row.get(2)?,
        state: row::delivery_state(row, 3)?,
        next_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
        reason: row.get_ref(5)?.as_str_or_null().map_err(rusqlite::Error::from)?,
        attempts_made: row.get(6)?,
        is_enabled: row.get(7)?,
        is_deleted: row.get(8)?,
    };
    Ok(row.shown(attempts, held))
}

fn attempts(db: &Connection, event: EventId, hook: HookNumber) -> Result<Vec<Attempt>, Error> {
    let mut select = db.prepare_cached(
        "SELECT number, version, outcome, started_at, wall_us, cpu_us, fuel_used, memory_bytes_peak, error, logs, http \
         FROM attempt WHERE event = ?1 AND hook = ?2 ORDER BY number",
    )?;
    let rows = select.query_map([event.0, hook.0], |row| {
        let ms = |column| row.get::<_, i64>(column).map(|us| std::time::Duration::from_micros(us.unsigned_abs()));
        let outcome: u8 = row.get(2)?;
        let outcome = number::outcome_name(outcome).map_err(|e| damaged(2, e))?;
        Ok(Attempt {
            number: row.get(0)?,
            version: row.get(1)?,
            outcome: outcome.to_owned(),
            started_at: Timestamp(row.get(3)?),
            wall_ms: hookbox_protocol::report::millis(ms(4)?),
            cpu_ms: hookbox_protocol::report::millis(ms(5)?),
            fuel_used: row.get(6)?,
            memory_bytes_peak: row.get(7)?,
            error: row::json_or_default(row, 8)?,
            logs: row::json_or_default(row, 9)?,
            http: row::json_or_default(row, 10)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<Event> {
    let raw = |column| RawValue::from_string(row.get(column)?).map_err(|e| damaged(column, e.to_string()));
    let id: i64 = row.get(0)?;
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
