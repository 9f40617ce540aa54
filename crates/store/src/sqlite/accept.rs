//! Accepting an event: the statements that decide how many events a second there can be.

use hookbox_protocol::api::EventAccepted;
use hookbox_protocol::{EventId, TenantId};
use rusqlite::{OptionalExtension as _, params};

use super::writer::Batch;
use crate::fair::Lane;
use crate::{AcceptEvent, Error, number};

/// Writes the event and its deliveries. Whatever can be refused is refused before the first row is written.
pub(super) fn accept(
    batch: &mut Batch<'_>,
    tenant: TenantId,
    event: &AcceptEvent,
    fingerprint: Option<&[u8; 32]>,
) -> Result<EventAccepted, Error> {
    batch.memory.check_there(tenant)?;
    if let (Some(key), Some(fingerprint)) = (&event.idempotency_key, fingerprint)
        && let Some(first) = first_with_key(batch, tenant, key, fingerprint)?
    {
        return Ok(first);
    }
    let id = batch.id();
    batch
        .db
        .prepare_cached(
            "INSERT INTO event (id, tenant, trigger, initiated_by, idempotency_key, fingerprint, user, context) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            id,
            tenant.0,
            number::of_trigger(event.trigger),
            event.initiated_by.map(number::of_initiator),
            event.idempotency_key,
            fingerprint.map(<[u8; 32]>::as_slice),
            event.user,
            event.context,
        ])?;
    let hooks = batch.memory.enabled(tenant, event.trigger);
    let mut insert = batch
        .db
        .prepare_cached("INSERT INTO delivery (event, hook, tenant, state, next_at) VALUES (?1, ?2, ?3, 0, ?4)")?;
    for hook in hooks {
        insert.execute(params![id, hook.0, tenant.0, batch.now.0])?;
    }
    let deliveries = u32::try_from(hooks.len()).unwrap_or(u32::MAX);
    if deliveries > 0 {
        batch.memory.fair.count(tenant, i64::from(deliveries), 0);
        batch.memory.fair.due(tenant, Lane::Fresh, batch.now);
        batch.memory.wake = true;
    }
    Ok(EventAccepted { event_id: EventId(id), deliveries, duplicate: false })
}

/// The event that the key brought before, in this batch or long ago.
fn first_with_key(
    batch: &Batch<'_>,
    tenant: TenantId,
    key: &str,
    fingerprint: &[u8; 32],
) -> Result<Option<EventAccepted>, Error> {
    let found = batch
        .db
        .prepare_cached(
            "SELECT id, fingerprint, (SELECT count(*) FROM delivery WHERE event = event.id) FROM event \
             WHERE tenant = ?1 AND idempotency_key = ?2 AND idempotency_key IS NOT NULL",
        )?
        .query_row(params![tenant.0, key], |row| Ok((row.get(0)?, row.get::<_, [u8; 32]>(1)?, row.get(2)?)))
        .optional()?;
    match found {
        None => Ok(None),
        Some((id, first, deliveries)) if first == *fingerprint => {
            Ok(Some(EventAccepted { event_id: EventId(id), deliveries, duplicate: true }))
        }
        Some(_) => Err(Error::IdempotencyConflict { key: key.to_owned() }),
    }
}
