//! Accepting events: one statement for all that wait. It decides how many events a second there can be.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use hookbox_protocol::api::EventAccepted;
use hookbox_protocol::{EventId, TenantId};
use tokio_postgres::types::ToSql;

use super::group::Size;
use super::row;
use super::shared::Shared;
use crate::fair::Lane;
use crate::{AcceptEvent, Error, number};

/// Writes events, and a delivery for every enabled hook of their triggers. An event whose key came before is left out.
const INSERT: &str = r#"
    WITH accepted AS (
        INSERT INTO event (id, tenant, trigger, initiated_by, idempotency_key, fingerprint, "user", context)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::text[], $6::bytea[],
                             $7::text[], $8::text[])
        ON CONFLICT (tenant, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
        RETURNING id, tenant, trigger
    ), delivered AS (
        INSERT INTO delivery (event, hook, tenant, state, next_at)
        SELECT a.id, h.number, a.tenant, 0, (SELECT hookbox_now($9))
        FROM accepted a JOIN hook h ON h.tenant = a.tenant AND h.trigger = a.trigger AND h.enabled
        RETURNING event
    )
    SELECT id FROM accepted UNION ALL SELECT event FROM delivered"#;

/// The same for events of which none has a key: nothing can be left out, so that nothing need be looked for.
const INSERT_WITHOUT_KEYS: &str = r#"
    WITH accepted AS (
        INSERT INTO event (id, tenant, trigger, initiated_by, "user", context)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::text[], $6::text[])
    )
    INSERT INTO delivery (event, hook, tenant, state, next_at)
    SELECT a.id, h.number, a.tenant, 0, (SELECT hookbox_now($7))
    FROM unnest($1::bigint[], $2::bigint[], $3::smallint[]) AS a (id, tenant, trigger)
    JOIN hook h ON h.tenant = a.tenant AND h.trigger = a.trigger AND h.enabled
    RETURNING event"#;

/// The events that keys brought before.
const FIRST: &str = "SELECT k.tenant, k.key, e.id, e.fingerprint, (SELECT count(*) FROM delivery WHERE event = e.id) \
                     FROM unnest($1::bigint[], $2::text[]) AS k (tenant, key) \
                     JOIN event e ON e.tenant = k.tenant AND e.idempotency_key = k.key AND e.idempotency_key IS NOT NULL";

/// An event on its way in.
pub(super) struct Incoming {
    pub(super) tenant: TenantId,
    pub(super) event: AcceptEvent,
    pub(super) fingerprint: Option<[u8; 32]>,
}

impl Size for Incoming {
    fn bytes(&self) -> usize {
        self.event.user.len() + self.event.context.len() + 256
    }
}

/// The first event of a key: its id, what it was, and how many deliveries it has.
type First = (i64, Vec<u8>, u32);

/// Writes a batch. An error is one that says nothing of what is on disk: none of the batch is answered as accepted.
pub(super) async fn accept(
    shared: Arc<Shared>,
    batch: Vec<Incoming>,
) -> Result<Vec<Result<EventAccepted, Error>>, Error> {
    // Two nodes that write the same keys in different orders would wait for one another.
    let mut order: Vec<usize> = (0..batch.len()).collect();
    let key = |incoming: &Incoming| incoming.event.idempotency_key.clone().map(|key| (incoming.tenant, key));
    order.sort_by_cached_key(|place| key(&batch[*place]));
    let seat = shared.seat()?;
    let now = shared.clock.now();
    let ids: Vec<i64> = batch.iter().map(|_| seat.ids.next(now)).collect();
    let begun = Instant::now();
    let deliveries = insert(&shared, &batch, &ids, &order).await?;
    shared.committed(batch.len(), begun.elapsed());
    remember(&shared, &batch, &ids, &deliveries);
    let repeated: Vec<&Incoming> =
        batch.iter().zip(&ids).filter(|(_, id)| !deliveries.contains_key(id)).map(|(incoming, _)| incoming).collect();
    let firsts = if repeated.is_empty() { HashMap::new() } else { firsts(&shared, &repeated).await? };
    Ok(batch.iter().zip(&ids).map(|(incoming, id)| answer(incoming, *id, &deliveries, &firsts)).collect())
}

/// Writes, and answers the events that were written with the numbers of their deliveries.
async fn insert(shared: &Shared, batch: &[Incoming], ids: &[i64], order: &[usize]) -> Result<HashMap<i64, u32>, Error> {
    let column = |place: &usize| &batch[*place];
    let ids: Vec<i64> = order.iter().map(|place| ids[*place]).collect();
    let tenants: Vec<i64> = order.iter().map(|place| column(place).tenant.0).collect();
    let events: Vec<&AcceptEvent> = order.iter().map(|place| &column(place).event).collect();
    let triggers: Vec<i16> = events.iter().map(|event| number::of_trigger(event.trigger)).collect();
    let initiators: Vec<Option<i16>> =
        events.iter().map(|event| event.initiated_by.map(number::of_initiator)).collect();
    let keys: Vec<Option<&str>> = events.iter().map(|event| event.idempotency_key.as_deref()).collect();
    let fingerprints: Vec<Option<&[u8]>> =
        order.iter().map(|place| column(place).fingerprint.as_ref().map(<[u8; 32]>::as_slice)).collect();
    let users: Vec<&str> = events.iter().map(|event| event.user.as_str()).collect();
    let contexts: Vec<&str> = events.iter().map(|event| event.context.as_str()).collect();
    let offset = shared.offset();
    let has_keys = keys.iter().any(Option::is_some);
    let written = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(if has_keys { INSERT } else { INSERT_WITHOUT_KEYS }).await?;
            let with_keys: [&(dyn ToSql + Sync); 9] =
                [&ids, &tenants, &triggers, &initiators, &keys, &fingerprints, &users, &contexts, &offset];
            let without: [&(dyn ToSql + Sync); 7] =
                [&ids, &tenants, &triggers, &initiators, &users, &contexts, &offset];
            db.query(&statement, if has_keys { &with_keys } else { &without }).await
        })
        .await?;
    let mut deliveries = HashMap::with_capacity(ids.len());
    if !has_keys {
        deliveries.extend(ids.iter().map(|id| (*id, 0)));
    }
    for row in written {
        // With keys every event comes once for itself, and always once for each delivery.
        deliveries.entry(row.try_get(0)?).and_modify(|count| *count += 1).or_insert(0);
    }
    Ok(deliveries)
}

/// Takes what was written into the node's memory.
fn remember(shared: &Shared, batch: &[Incoming], ids: &[i64], deliveries: &HashMap<i64, u32>) {
    let now = shared.clock.now();
    {
        let mut memory = shared.memory();
        for (incoming, id) in batch.iter().zip(ids) {
            if let Some(count) = deliveries.get(id).filter(|count| **count > 0) {
                memory.count(incoming.tenant, i64::from(*count), 0);
                memory.fair.due(incoming.tenant, Lane::Fresh, now);
                memory.wake = true;
            }
        }
    }
    shared.publish();
}

async fn firsts(shared: &Shared, repeated: &[&Incoming]) -> Result<HashMap<(TenantId, String), First>, Error> {
    let tenants: Vec<i64> = repeated.iter().map(|incoming| incoming.tenant.0).collect();
    let keys: Vec<Option<&str>> = repeated.iter().map(|incoming| incoming.event.idempotency_key.as_deref()).collect();
    let rows = shared
        .on_hot(async |db| {
            let statement = db.prepare_cached(FIRST).await?;
            db.query(&statement, &[&tenants, &keys]).await
        })
        .await?;
    let mut firsts = HashMap::with_capacity(rows.len());
    for row in rows {
        let first = (row.try_get(2)?, row.try_get(3)?, row::number(&row, 4)?);
        firsts.insert((TenantId(row.try_get(0)?), row.try_get(1)?), first);
    }
    Ok(firsts)
}

fn answer(
    incoming: &Incoming,
    id: i64,
    written: &HashMap<i64, u32>,
    firsts: &HashMap<(TenantId, String), First>,
) -> Result<EventAccepted, Error> {
    if let Some(deliveries) = written.get(&id) {
        return Ok(EventAccepted { event_id: EventId(id), deliveries: *deliveries, duplicate: false });
    }
    let key = incoming.event.idempotency_key.clone().unwrap_or_default();
    match firsts.get(&(incoming.tenant, key.clone())) {
        Some((first, fingerprint, deliveries))
            if incoming.fingerprint.is_some_and(|own| own.as_slice() == fingerprint) =>
        {
            Ok(EventAccepted { event_id: EventId(*first), deliveries: *deliveries, duplicate: true })
        }
        Some(_) => Err(Error::IdempotencyConflict { key }),
        // Retention removed the first event between the two statements.
        None => Err(Error::Unavailable("the first event of the idempotency key is just being removed".into())),
    }
}
