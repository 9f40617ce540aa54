//! Deliveries that ended and run once more.

use deadpool_postgres::Object;
use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, TenantId};

use super::batch::Batch;
use super::{audit, hook, row};
use crate::engine::Caller;
use crate::event::SCANNED_MAX;
use crate::fair::Lane;
use crate::replay::{self, Replayable};
use crate::{Error, ReplayFilter, id, number, user};

/// Makes deliveries that ended due, behind all first attempts, where their hook is still there. The attempts so far are
/// none of the new schedule; those that ended without a trace are numbered with the others.
const PUT_BACK: &str = "
    UPDATE delivery d SET state = 5, next_at = hookbox_now($4), reason = NULL, attempts = d.attempts + d.crashes,
                          crashes = 0, replayed_after = d.attempts + d.crashes
    FROM (
        SELECT o.event, o.hook, o.state FROM unnest($1::bigint[], $2::bigint[]) AS k (event, hook)
        JOIN delivery o ON o.event = k.event AND o.hook = k.hook
        JOIN hook h ON h.number = o.hook
        WHERE o.tenant = $3 AND o.state IN (2, 3) AND h.deleted_at IS NULL
        ORDER BY o.event, o.hook FOR UPDATE OF o FOR SHARE OF h
    ) ended WHERE d.event = ended.event AND d.hook = ended.hook
    RETURNING ended.state";

/// Replays one delivery, or says why it cannot be.
pub(super) async fn one(batch: &Batch<'_>, caller: Caller, delivery: DeliveryId) -> Result<(), Error> {
    let sql = "SELECT d.state, h.deleted_at IS NOT NULL, h.name FROM delivery d JOIN hook h ON h.number = d.hook \
               WHERE d.event = $1 AND d.hook = $2 AND d.tenant = $3 FOR UPDATE OF d";
    let found = batch.db.query_opt(sql, &[&delivery.event.0, &delivery.hook.0, &caller.tenant.0]).await?;
    let Some(found) = found else {
        return Err(Error::NotFound { what: "delivery", name: delivery.to_string() });
    };
    let (state, name) = (row::delivery_state(&found, 0)?, found.try_get::<_, &str>(2)?);
    replay::check(delivery, state, name, found.try_get(1)?)?;
    put_back(batch, caller.tenant, &[delivery]).await?;
    audit::insert(batch, caller, "replay delivery", &delivery.to_string(), &serde_json::json!({})).await
}

/// Replays those that still can be; how many.
pub(super) async fn many(
    batch: &Batch<'_>,
    caller: Caller,
    deliveries: &[DeliveryId],
    filter: &serde_json::Value,
) -> Result<u64, Error> {
    let replayed = put_back(batch, caller.tenant, deliveries).await?;
    if replayed > 0 {
        let details = serde_json::json!({"filter": filter, "replayed": replayed});
        audit::insert(batch, caller, "replay deliveries", "deliveries", &details).await?;
    }
    Ok(replayed)
}

async fn put_back(batch: &Batch<'_>, tenant: TenantId, deliveries: &[DeliveryId]) -> Result<u64, Error> {
    let events: Vec<i64> = deliveries.iter().map(|delivery| delivery.event.0).collect();
    let hooks: Vec<i64> = deliveries.iter().map(|delivery| delivery.hook.0).collect();
    let put_back = batch.db.prepare_cached(PUT_BACK).await?;
    let rows = batch.db.query(&put_back, &[&events, &hooks, &tenant.0, &batch.shared.offset()]).await?;
    let mut dead = 0;
    for row in &rows {
        dead += u64::from(row.try_get::<_, i16>(0)? == number::DEAD);
    }
    let mut memory = batch.shared.memory();
    memory.dead = memory.dead.saturating_sub(dead);
    memory.count(tenant, i64::try_from(rows.len()).unwrap_or(0), 0);
    memory.fair.due(tenant, Lane::Retry, batch.shared.clock.now());
    memory.wake = true;
    Ok(rows.len() as u64)
}

/// Deliveries that match and whose hook is still there, newest event first.
pub(super) async fn replayable(db: &Object, tenant: TenantId, filter: &ReplayFilter) -> Result<Replayable, Error> {
    let hook = match &filter.hook_id {
        Some(id) => match hook::number(db, tenant, id).await? {
            Some(number) => Some(number.0),
            None => return Ok(Replayable::default()),
        },
        None => None,
    };
    let since = filter.since.map_or(0, id::first_at);
    let until = filter.until.map_or(i64::MAX, id::first_at);
    let trigger = filter.trigger.map(number::of_trigger);
    let most = if filter.user.is_some() { SCANNED_MAX } else { filter.take() };
    let (mut ids, mut total) = (Vec::new(), 0);
    for state in filter.states() {
        let (of_state, user) = (
            if state == DeliveryState::Dead { "d.state = 3" } else { "d.state = 2" },
            if filter.user.is_some() { "e.\"user\"" } else { "''" },
        );
        let matching = format!(
            "FROM delivery d JOIN event e ON e.id = d.event \
             JOIN hook h ON h.number = d.hook WHERE {of_state} AND d.tenant = $1 AND e.tenant = $1 \
             AND e.id >= $2 AND e.id < $3 AND h.deleted_at IS NULL AND ($4::smallint IS NULL OR e.trigger = $4) \
             AND ($5::bigint IS NULL OR d.hook = $5)"
        );
        let sql = format!("SELECT d.event, d.hook, {user} {matching} ORDER BY e.id DESC, d.hook LIMIT $6");
        let select = db.prepare_cached(&sql).await?;
        let rows = db.query(&select, &[&tenant.0, &since, &until, &trigger, &hook, &i64::from(most)]).await?;
        let (before, is_cut) = (ids.len(), rows.len() as u64 == u64::from(most));
        for row in rows {
            let is_meant = match &filter.user {
                Some(wanted) => user::is_about(row.try_get(2)?, wanted),
                None => true,
            };
            if is_meant {
                let (event, hook) = (EventId(row.try_get(0)?), HookNumber(row.try_get(1)?));
                ids.push(DeliveryId { event, hook });
            }
        }
        total += if is_cut && filter.counts_all() {
            let count = db.prepare_cached(&format!("SELECT count(*) {matching}")).await?;
            row::number(&db.query_one(&count, &[&tenant.0, &since, &until, &trigger, &hook]).await?, 0)?
        } else {
            (ids.len() - before) as u64
        };
    }
    ids.sort_by_key(|delivery: &DeliveryId| (std::cmp::Reverse(delivery.event.0), delivery.hook.0));
    ids.truncate(filter.take() as usize);
    Ok(Replayable { ids, total })
}
