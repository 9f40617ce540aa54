//! The tenant log.

use deadpool_postgres::{GenericClient, Object};
use hookbox_protocol::id::{HookNumber, LogId};
use hookbox_protocol::{EventId, HookId, TenantId, Timestamp};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::batch::Batch;
use super::shared::Shared;
use super::{delivery, hook, row};
use crate::{Error, LogEntry, LogFilter, LogPaging, LogRow, id};

const SELECT: &str = "SELECT l.id, h.id, h.name, l.event, l.code, l.description, l.user_id, l.user_name, l.user_email, \
                      l.connection, l.connection_id, l.details FROM log l LEFT JOIN hook h ON h.number = l.hook";

/// How young a line may be that a node of an earlier version, which says nothing of what it writes, is still about to write
/// a line before it.
const SETTLING_MS: i64 = 2_000;

pub(super) async fn insert(
    db: &impl GenericClient,
    id: i64,
    tenant: TenantId,
    hook: Option<HookNumber>,
    event: Option<EventId>,
    entry: &LogEntry,
) -> Result<LogId, Error> {
    let insert = db
        .prepare_cached(
            "INSERT INTO log (tenant, id, hook, event, code, description, user_id, user_name, user_email, connection, \
             connection_id, details) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .await?;
    let (hook, event) = (hook.map(|hook| hook.0), event.map(|event| event.0));
    let texts = delivery::log_texts(entry)?;
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![&tenant.0, &id, &hook, &event];
    values.extend(texts.iter().map(|text| text as &(dyn ToSql + Sync)));
    db.execute(&insert, &values).await?;
    Ok(LogId(id))
}

/// Writes a line about a hook and an event of this tenant, or about neither.
pub(super) async fn add(
    batch: &Batch<'_>,
    tenant: TenantId,
    hook: Option<&HookId>,
    event: Option<EventId>,
    entry: &LogEntry,
) -> Result<LogId, Error> {
    let number = match hook {
        Some(id) => Some(hook::number(batch.db, tenant, id).await?.ok_or_else(|| missing("hook", id))?),
        None => None,
    };
    if let Some(event) = event {
        let sql = "SELECT 1 FROM event WHERE id = $1 AND tenant = $2";
        if batch.db.query_opt(sql, &[&event.0, &tenant.0]).await?.is_none() {
            return Err(missing("event", &event));
        }
    }
    insert(batch.db, batch.id()?, tenant, number, event, entry).await
}

fn missing(what: &'static str, name: &impl ToString) -> Error {
    Error::NotFound { what, name: name.to_string() }
}

pub(super) async fn log(db: &Object, tenant: TenantId, id: LogId) -> Result<Option<LogRow>, Error> {
    let sql = db.prepare_cached(&format!("{SELECT} WHERE l.tenant = $1 AND l.id = $2")).await?;
    db.query_opt(&sql, &[&tenant.0, &id.0]).await?.map(|row| read(&row)).transpose()
}

/// The identifier below which no line of that tenant comes any more, from whichever node.
async fn settled(shared: &Shared, db: &Object, tenant: TenantId) -> Result<i64, Error> {
    let mut settled = shared.writing.settled(shared, Some(tenant))?;
    let sql = db.prepare_cached("SELECT settled, seen_at FROM seat WHERE number <> $1").await?;
    for row in db.query(&sql, &[&shared.seat()?.number]).await? {
        let seen_at: i64 = row.try_get(1)?;
        let of_node = row.try_get::<_, Option<i64>>(0)?;
        settled = settled.min(of_node.unwrap_or_else(|| id::first_at(Timestamp(seen_at - SETTLING_MS))));
    }
    Ok(settled)
}

pub(super) async fn logs(
    shared: &Shared,
    db: &Object,
    tenant: TenantId,
    filter: &LogFilter,
) -> Result<Vec<LogRow>, Error> {
    let Some(mut query) = Query::new(db, tenant, filter).await? else { return Ok(Vec::new()) };
    let (order, take, skip) = match filter.paging {
        LogPaging::Page { page, per_page } => ("DESC", per_page, u64::from(page) * u64::from(per_page)),
        LogPaging::Before { from, take } => {
            if let Some(from) = from {
                query.and("l.id <", from.0);
            }
            ("DESC", take, 0)
        }
        LogPaging::After { from, take } => {
            query.and("l.id >", from.0);
            // Asked before the lines are: those below it are all there by then.
            query.and("l.id <", settled(shared, db, tenant).await?);
            ("ASC", take, 0)
        }
    };
    let sql = format!("{SELECT} WHERE {} ORDER BY l.id {order} LIMIT {take} OFFSET {skip}", query.conditions);
    let rows = db.query(&db.prepare_cached(&sql).await?, &query.values()).await?;
    rows.iter().map(read).collect()
}

pub(super) async fn count(db: &Object, tenant: TenantId, filter: &LogFilter) -> Result<u64, Error> {
    let Some(query) = Query::new(db, tenant, filter).await? else { return Ok(0) };
    let sql = format!("SELECT count(*) FROM log l WHERE {}", query.conditions);
    row::number(&db.query_one(&db.prepare_cached(&sql).await?, &query.values()).await?, 0)
}

/// The conditions of a filter. Only their number varies in the text; everything from outside is a parameter.
struct Query {
    conditions: String,
    numbers: Vec<i64>,
    codes: Vec<String>,
}

impl Query {
    /// `None` when nothing can match.
    async fn new(db: &Object, tenant: TenantId, filter: &LogFilter) -> Result<Option<Self>, Error> {
        let mut query = Self {
            conditions: "(cardinality($1::text[]) = 0 OR l.code = ANY($1))".to_owned(),
            numbers: Vec::new(),
            // Text in PostgreSQL cannot hold the character zero; no code does.
            codes: filter.codes.iter().map(|code| row::text(code)).collect(),
        };
        query.and("l.tenant =", tenant.0);
        if let Some(hook) = &filter.hook_id {
            let Some(number) = hook::number_of_any(db, tenant, hook).await? else { return Ok(None) };
            query.and("l.hook =", number.0);
        }
        if let Some(event) = filter.event_id {
            query.and("l.event =", event.0);
        }
        let bound = |time: Option<Timestamp>| time.map(id::first_at);
        if let Some(since) = bound(filter.since) {
            query.and("l.id >=", since);
        }
        if let Some(until) = bound(filter.until) {
            query.and("l.id <", until);
        }
        Ok(Some(query))
    }

    fn and(&mut self, condition: &str, value: i64) {
        self.numbers.push(value);
        self.conditions.push_str(&format!(" AND {condition} ${}", self.numbers.len() + 1));
    }

    fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        let numbers = self.numbers.iter().map(|number| number as &(dyn ToSql + Sync));
        std::iter::once(&self.codes as &(dyn ToSql + Sync)).chain(numbers).collect()
    }
}

fn read(row: &Row) -> Result<LogRow, Error> {
    let id: i64 = row.try_get(0)?;
    let hook_id = if row.try_get::<_, Option<&str>>(1)?.is_some() { Some(row::parsed(row, 1)?) } else { None };
    Ok(LogRow {
        id: LogId(id),
        at: id::time_of(id),
        hook_id,
        hook_name: row.try_get(2)?,
        event_id: row.try_get::<_, Option<i64>>(3)?.map(EventId),
        entry: LogEntry {
            code: row.try_get(4)?,
            description: row.try_get(5)?,
            user_id: row.try_get(6)?,
            user_name: row.try_get(7)?,
            user_email: row.try_get(8)?,
            connection: row.try_get(9)?,
            connection_id: row.try_get(10)?,
            details: row::json(row, 11)?,
        },
    })
}
