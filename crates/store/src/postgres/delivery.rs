//! Recording attempts: one statement for all that ended meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hookbox_protocol::{DeliveryId, EventId, Timestamp};
use tokio_postgres::types::ToSql;

use super::group::Size;
use super::row;
use super::shared::Shared;
use crate::clock::millis;
use crate::fair::Lane;
use crate::number::{DEAD, RETRY, SUCCEEDED};
use crate::{Completion, Error, LogEntry, Next, Recorded, number};

/// How many outcomes a hook's overview shows.
pub(super) const RECENT: usize = 20;

/// Delivery, attempt and log line together. Only those come back whose lease was still held.
const RECORD: &str = "
    WITH ended AS (
        UPDATE delivery d SET state = c.state, next_at = hookbox_now($1) + c.delay, reason = c.reason,
                              attempts = d.attempts + 1, node = NULL, begun = FALSE
        FROM unnest(
            $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::smallint[], $7::bigint[], $8::text[],
            $9::int[], $10::smallint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
            $16::text[], $17::text[], $18::text[], $19::bigint[], $20::text[], $21::text[], $22::text[], $23::text[],
            $24::text[], $25::text[], $26::text[], $27::text[]
        ) AS c (event, hook, tenant, fence, state, delay, reason,
                version, outcome, started_at, wall_us, cpu_us, fuel_used, memory_bytes_peak,
                error, logs, http, log, code, description, user_id, user_name,
                user_email, connection, connection_id, details)
        WHERE d.event = c.event AND d.hook = c.hook AND d.state = 1 AND d.fence = c.fence AND d.tenant = c.tenant
        RETURNING c.*, d.next_at, d.attempts + d.crashes AS number
    ), attempted AS (
        INSERT INTO attempt (event, hook, number, version, outcome, started_at, wall_us, cpu_us, fuel_used,
                             memory_bytes_peak, error, logs, http)
        SELECT event, hook, number, version, outcome, started_at, wall_us, cpu_us, fuel_used, memory_bytes_peak,
               error, logs, http
        FROM ended
    ), logged AS (
        INSERT INTO log (tenant, id, hook, event, code, description, user_id, user_name, user_email, connection,
                         connection_id, details)
        SELECT tenant, log, hook, event, code, description, user_id, user_name, user_email, connection,
               connection_id, details
        FROM ended WHERE log IS NOT NULL
    )
    SELECT event, hook, next_at FROM ended";

impl Size for Completion {
    fn bytes(&self) -> usize {
        let report = &self.report;
        let logs: usize = report.logs.iter().map(|line| line.message.len() + 64).sum();
        512 + logs + 256 * report.http.len()
    }
}

/// A value of every column for each of a batch.
#[derive(Default)]
struct Columns {
    events: Vec<i64>,
    hooks: Vec<i64>,
    tenants: Vec<i64>,
    fences: Vec<i64>,
    states: Vec<i16>,
    delays: Vec<Option<i64>>,
    reasons: Vec<Option<String>>,
    versions: Vec<i32>,
    outcomes: Vec<i16>,
    started_at: Vec<i64>,
    wall_us: Vec<i64>,
    cpu_us: Vec<i64>,
    fuel_used: Vec<i64>,
    memory_bytes_peak: Vec<i64>,
    errors: Vec<Option<String>>,
    logs: Vec<Option<String>>,
    http: Vec<Option<String>>,
    log_ids: Vec<Option<i64>>,
    /// Code, description, user id, user name, user e-mail, connection, connection id, details.
    log_texts: [Vec<Option<String>>; 8],
}

/// Records a batch. A second completion of the same delivery waits for the first: a statement changes a row once.
pub(super) async fn complete(
    shared: Arc<Shared>,
    batch: Vec<Completion>,
) -> Result<Vec<Result<Recorded, Error>>, Error> {
    let mut answers: Vec<Option<Recorded>> = vec![None; batch.len()];
    while answers.iter().any(Option::is_none) {
        let mut seen = HashSet::new();
        let mut places: Vec<usize> = (0..batch.len())
            .filter(|place| answers[*place].is_none() && seen.insert(batch[*place].key.delivery))
            .collect();
        // Rows are locked in this order, by every statement that locks several.
        places.sort_unstable_by_key(|place| in_order(batch[*place].key.delivery));
        let begun = Instant::now();
        // Their lines get identifiers from here on.
        let lines = places.iter().map(|place| &batch[*place]).filter(|completion| completion.log.is_some());
        let writing = shared.writing.begin(&shared, lines.map(|completion| completion.tenant).collect())?;
        let recorded = record(&shared, places.iter().map(|place| &batch[*place])).await;
        writing.ended_as(&recorded);
        let recorded = recorded?;
        shared.committed(places.len(), begun.elapsed());
        let done: Vec<&Completion> = places
            .iter()
            .map(|place| &batch[*place])
            .filter(|completion| recorded.contains_key(&completion.key.delivery))
            .collect();
        remember(&shared, &done, &recorded);
        shared.held().ended(places.iter().map(|place| &batch[*place].key));
        for place in places {
            let is_done = recorded.contains_key(&batch[place].key.delivery);
            answers[place] = Some(if is_done { Recorded::Done } else { Recorded::LeaseLost });
        }
    }
    Ok(answers.into_iter().map(|answer| Ok(answer.unwrap_or(Recorded::LeaseLost))).collect())
}

/// The order in which statements lock several deliveries, so that none waits for one that waits for it.
pub(super) fn in_order(delivery: DeliveryId) -> (i64, i64) {
    (delivery.event.0, delivery.hook.0)
}

/// Writes, and answers what was written with the times of the next attempts.
async fn record<'a>(
    shared: &Shared,
    batch: impl Iterator<Item = &'a Completion>,
) -> Result<HashMap<DeliveryId, Option<Timestamp>>, Error> {
    let mut columns = Columns::default();
    for completion in batch {
        columns.push(shared, completion)?;
    }
    let c = &columns;
    let offset = shared.offset();
    let rows = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(RECORD).await?;
            let mut values: Vec<&(dyn ToSql + Sync)> = vec![
                &offset,
                &c.events,
                &c.hooks,
                &c.tenants,
                &c.fences,
                &c.states,
                &c.delays,
                &c.reasons,
                &c.versions,
                &c.outcomes,
                &c.started_at,
                &c.wall_us,
                &c.cpu_us,
                &c.fuel_used,
                &c.memory_bytes_peak,
                &c.errors,
                &c.logs,
                &c.http,
                &c.log_ids,
            ];
            values.extend(c.log_texts.iter().map(|texts| texts as &(dyn ToSql + Sync)));
            db.query(&statement, &values).await
        })
        .await?;
    let mut recorded = HashMap::with_capacity(rows.len());
    for row in rows {
        let id =
            DeliveryId { event: EventId(row.try_get(0)?), hook: hookbox_protocol::id::HookNumber(row.try_get(1)?) };
        recorded.insert(id, row.try_get::<_, Option<i64>>(2)?.map(Timestamp));
    }
    Ok(recorded)
}

impl Columns {
    fn push(&mut self, shared: &Shared, completion: &Completion) -> Result<(), Error> {
        let (id, report) = (completion.key.delivery, &completion.report);
        let (state, delay, reason) = match &completion.next {
            Next::Succeeded => (SUCCEEDED, None, None),
            Next::RetryAt(delay) => (RETRY, Some(millis(*delay)), None),
            Next::Dead { reason } => (DEAD, None, Some(row::text(reason))),
        };
        let us = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.events.push(id.event.0);
        self.hooks.push(id.hook.0);
        self.tenants.push(completion.tenant.0);
        self.fences.push(completion.key.fence);
        self.states.push(state);
        self.delays.push(delay);
        self.reasons.push(reason);
        self.versions.push(i32::try_from(completion.version).unwrap_or(i32::MAX));
        self.outcomes.push(i16::from(number::of_outcome(&report.outcome)));
        self.started_at.push(completion.started_at.0);
        self.wall_us.push(us(report.wall));
        self.cpu_us.push(us(report.cpu));
        self.fuel_used.push(count(report.fuel_used));
        self.memory_bytes_peak.push(count(report.memory_bytes_peak));
        self.errors.push(report.outcome.error().map(|error| row::to_json(&error)).transpose()?);
        self.logs.push((!report.logs.is_empty()).then(|| row::to_json(&report.logs)).transpose()?);
        self.http.push((!report.http.is_empty()).then(|| row::to_json(&report.http)).transpose()?);
        self.log_ids.push(completion.log.is_some().then(|| shared.id()).transpose()?);
        let texts = match &completion.log {
            Some(entry) => log_texts(entry)?,
            None => Default::default(),
        };
        for (column, text) in self.log_texts.iter_mut().zip(texts) {
            column.push(text);
        }
        Ok(())
    }
}

/// The columns of a log line that are text, in the order of [`RECORD`].
pub(super) fn log_texts(entry: &LogEntry) -> Result<[Option<String>; 8], Error> {
    let optional = |text: &Option<String>| text.as_deref().map(row::text);
    Ok([
        Some(row::text(&entry.code)),
        Some(row::text(&entry.description)),
        optional(&entry.user_id),
        optional(&entry.user_name),
        optional(&entry.user_email),
        optional(&entry.connection),
        optional(&entry.connection_id),
        Some(row::to_json(&entry.details)?),
    ])
}

/// Takes what was recorded into the node's memory.
fn remember(shared: &Shared, done: &[&Completion], recorded: &HashMap<DeliveryId, Option<Timestamp>>) {
    {
        let now = shared.clock.now();
        let mut memory = shared.memory();
        for completion in done {
            let tenant = completion.tenant;
            let due = recorded.get(&completion.key.delivery).copied().flatten();
            memory.fair.spent(tenant, u64::try_from(completion.report.cpu.as_micros()).unwrap_or(u64::MAX));
            memory.count(tenant, i64::from(due.is_some()), -1);
            match (&completion.next, due) {
                (Next::Succeeded, _) => memory.succeeded += 1,
                (Next::Dead { .. }, _) => memory.dead += 1,
                // By this machine's clock, from which the server's may be a few milliseconds off.
                (Next::RetryAt(delay), Some(due)) => {
                    let own = Timestamp(now.0.saturating_add(millis(*delay)));
                    memory.fair.due(tenant, Lane::Retry, own.min(due));
                }
                (Next::RetryAt(_), None) => {}
            }
            // A slot is free again: a tenant at its cap may have waited for that.
            memory.wake = true;
        }
    }
    let mut recent = shared.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for completion in done {
        let letters = recent.entry(completion.key.delivery.hook).or_default();
        letters.insert(0, number::outcome_letter(&completion.report.outcome));
        letters.truncate(RECENT);
    }
    drop(recent);
    shared.publish();
}

/// Adds the outcomes of the last moments to what the overview shows of a hook. Not done with each attempt: all nodes
/// would wait for one another over a single row.
pub(super) async fn flush_recent(shared: &Shared) -> Result<(), Error> {
    const SQL: &str = "INSERT INTO recent (hook, outcomes) \
                       SELECT k.hook, k.outcomes FROM unnest($1::bigint[], $2::text[]) AS k (hook, outcomes) \
                       JOIN hook h ON h.number = k.hook AND h.deleted_at IS NULL ORDER BY k.hook \
                       ON CONFLICT (hook) DO UPDATE SET outcomes = left(excluded.outcomes || recent.outcomes, $3)";
    let recent = std::mem::take(&mut *shared.recent.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    if recent.is_empty() {
        return Ok(());
    }
    let (hooks, outcomes): (Vec<i64>, Vec<String>) = recent.into_iter().map(|(hook, text)| (hook.0, text)).unzip();
    let most = i32::try_from(RECENT).unwrap_or(i32::MAX);
    let written = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(SQL).await?;
            db.execute(&statement, &[&hooks, &outcomes, &most]).await
        })
        .await;
    written.map(|_| ())
}
