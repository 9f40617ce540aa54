//! The tenant log.

use hookbox_protocol::id::{HookNumber, LogId};
use hookbox_protocol::{EventId, HookId, TenantId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::writer::Batch;
use super::{hook, row};
use crate::{Error, LogEntry, LogFilter, LogPaging, LogRow, id};

const SELECT: &str = "SELECT l.id, h.id, h.name, l.event, l.code, l.description, l.user_id, l.user_name, l.user_email, \
                      l.connection, l.connection_id, l.details FROM log l LEFT JOIN hook h ON h.number = l.hook";

pub(super) fn insert(
    batch: &Batch<'_>,
    tenant: TenantId,
    hook: Option<HookNumber>,
    event: Option<EventId>,
    entry: &LogEntry,
) -> Result<LogId, Error> {
    let id = batch.id();
    batch
        .db
        .prepare_cached(
            "INSERT INTO log (tenant, id, code, description, hook, event, user_id, user_name, user_email, connection, \
             connection_id, details) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            tenant.0,
            id,
            entry.code,
            entry.description,
            hook.map(|hook| hook.0),
            event.map(|event| event.0),
            entry.user_id,
            entry.user_name,
            entry.user_email,
            entry.connection,
            entry.connection_id,
            row::to_json(&entry.details)?,
        ])?;
    Ok(LogId(id))
}

/// Writes a line about a hook and an event of this tenant, or about neither.
pub(super) fn add(
    batch: &Batch<'_>,
    tenant: TenantId,
    hook: Option<&HookId>,
    event: Option<EventId>,
    entry: &LogEntry,
) -> Result<LogId, Error> {
    batch.memory.check_there(tenant)?;
    let number = match hook {
        Some(id) => Some(hook::number(batch.db, tenant, id)?.ok_or_else(|| missing("hook", id))?),
        None => None,
    };
    if let Some(event) = event {
        let sql = "SELECT 1 FROM event WHERE id = ?1 AND tenant = ?2";
        if !batch.db.prepare_cached(sql)?.exists(params![event.0, tenant.0])? {
            return Err(missing("event", &event));
        }
    }
    insert(batch, tenant, number, event, entry)
}

fn missing(what: &'static str, name: &impl ToString) -> Error {
    Error::NotFound { what, name: name.to_string() }
}

pub(super) fn log(db: &Connection, tenant: TenantId, id: LogId) -> Result<Option<LogRow>, Error> {
    let sql = format!("{SELECT} WHERE l.tenant = ?1 AND l.id = ?2");
    Ok(db.prepare_cached(&sql)?.query_row(params![tenant.0, id.0], read).optional()?)
}

pub(super) fn logs(db: &Connection, tenant: TenantId, filter: &LogFilter) -> Result<Vec<LogRow>, Error> {
    let Some(mut query) = Query::new(db, tenant, filter)? else { return Ok(Vec::new()) };
    let (order, take, skip) = match filter.paging {
        LogPaging::Page { page, per_page } => ("DESC", per_page, u64::from(page) * u64::from(per_page)),
        LogPaging::Before { from, take } => {
            if let Some(from) = from {
                query.and("l.id < ?", from.0);
            }
            ("DESC", take, 0)
        }
        LogPaging::After { from, take } => {
            query.and("l.id > ?", from.0);
            ("ASC", take, 0)
        }
    };
    let sql = format!("{SELECT} WHERE {} ORDER BY l.id {order} LIMIT {take} OFFSET {skip}", query.conditions);
    let mut select = db.prepare_cached(&sql)?;
    let rows = select.query_map(params_from_iter(query.values), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub(super) fn count(db: &Connection, tenant: TenantId, filter: &LogFilter) -> Result<u64, Error> {
    let Some(query) = Query::new(db, tenant, filter)? else { return Ok(0) };
    let sql = format!("SELECT count(*) FROM log l WHERE {}", query.conditions);
    Ok(db.prepare_cached(&sql)?.query_row(params_from_iter(query.values), |row| row.get(0))?)
}

/// The conditions of a filter. Only their number varies in the text; everything from outside is a parameter.
struct Query {
    conditions: String,
    values: Vec<Value>,
}

impl Query {
    /// `None` when nothing can match.
    fn new(db: &Connection, tenant: TenantId, filter: &LogFilter) -> Result<Option<Self>, Error> {
        let mut query = Self { conditions: "l.tenant = ?".to_owned(), values: vec![tenant.0.into()] };
        if let Some(hook) = &filter.hook_id {
            let Some(number) = hook::number_of_any(db, tenant, hook)? else { return Ok(None) };
            query.and("l.hook = ?", number.0);
        }
        if let Some(event) = filter.event_id {
            query.and("l.event = ?", event.0);
        }
        if !filter.codes.is_empty() {
            let marks = vec!["?"; filter.codes.len()].join(", ");
            query.conditions.push_str(&format!(" AND l.code IN ({marks})"));
            query.values.extend(filter.codes.iter().cloned().map(Value::from));
        }
        let bound = |time: Option<Timestamp>| time.map(id::first_at);
        if let Some(since) = bound(filter.since) {
            query.and("l.id >= ?", since);
        }
        if let Some(until) = bound(filter.until) {
            query.and("l.id < ?", until);
        }
        Ok(Some(query))
    }

    fn and(&mut self, condition: &str, value: i64) {
        self.conditions.push_str(" AND ");
        self.conditions.push_str(condition);
        self.values.push(value.into());
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    let id: i64 = row.get(0)?;
    let hook_id = if row.get_ref(1)?.as_str_or_null()?.is_some() { Some(row::parsed(row, 1)?) } else { None };
    Ok(LogRow {
        id: LogId(id),
        at: id::time_of(id),
        hook_id,
        hook_name: row.get(2)?,
        event_id: row.get::<_, Option<i64>>(3)?.map(EventId),
        entry: LogEntry {
            code: row.get(4)?,
            description: row.get(5)?,
            user_id: row.get(6)?,
            user_name: row.get(7)?,
            user_email: row.get(8)?,
            connection: row.get(9)?,
            connection_id: row.get(10)?,
            details: row::json(row, 11)?,
        },
    })
}
