//! The leases that this node knows of, and those that it was given without hearing of it: when a connection breaks
//! between the server's commit of a claim and its answer, nobody runs what was claimed. It would wait until its leases
//! run out, and then be under suspicion; so it is given back as soon as the server answers again.

use std::collections::HashSet;

use hookbox_protocol::{TenantId, Timestamp};

use super::lease::columns;
use super::row;
use super::shared::Shared;
use crate::fair::Lane;
use crate::{Error, LeaseKey};

/// How long after a claim of unknown outcome is looked for what it took: the server may not have come to it yet.
const LOOK_MS: i64 = 5_000;

/// The leases of this node.
#[derive(Debug, Default)]
pub(super) struct Held {
    keys: HashSet<LeaseKey>,
    /// Until then there may be others.
    look_until: Option<Timestamp>,
}

impl Held {
    /// They were claimed, and whoever asked hears of it.
    pub(super) fn claimed(&mut self, keys: impl Iterator<Item = LeaseKey>) {
        self.keys.extend(keys);
    }

    /// They ended, or were lost.
    pub(super) fn ended<'a>(&mut self, keys: impl IntoIterator<Item = &'a LeaseKey>) {
        for key in keys {
            self.keys.remove(key);
        }
    }

    /// There may be leases of this node that nobody knows of.
    pub(super) fn others_may_be(&mut self, now: Timestamp) {
        self.look_until = Some(Timestamp(now.0.saturating_add(LOOK_MS)));
    }

    /// Those that are known, while there may be others.
    fn known_while_looking(&mut self, now: Timestamp) -> Option<Vec<LeaseKey>> {
        self.look_until = self.look_until.filter(|until| now < *until);
        self.look_until.map(|_| self.keys.iter().copied().collect())
    }
}

/// Gives back what this node was given and does not know of. No claim of its own may be under way.
pub(super) async fn give_back_others(shared: &Shared) -> Result<(), Error> {
    const SQL: &str = "UPDATE delivery d SET state = CASE WHEN attempts + crashes = 0 THEN 0 ELSE 5 END, \
                       next_at = hookbox_now($1), node = NULL, begun = FALSE \
                       WHERE d.state = 1 AND d.node = $2 AND NOT EXISTS ( \
                           SELECT 1 FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS k (event, hook, fence) \
                           WHERE k.event = d.event AND k.hook = d.hook AND k.fence = d.fence \
                       ) RETURNING d.tenant, d.state";
    let Some(known) = shared.held().known_while_looking(shared.clock.now()) else { return Ok(()) };
    let (events, hooks, fences) = columns(&known);
    let (offset, node) = (shared.offset(), shared.seat()?.number);
    let rows = shared.on_hot(async |db| db.query(SQL, &[&offset, &node, &events, &hooks, &fences]).await).await?;
    if rows.is_empty() {
        return Ok(());
    }
    tracing::warn!(
        deliveries = rows.len(),
        "deliveries were leased by a claim that was not answered; they are given back"
    );
    let now = shared.clock.now();
    let mut memory = shared.memory();
    for row in rows {
        let lane = if row.try_get::<_, i16>(1)? == row::RETRY { Lane::Retry } else { Lane::Fresh };
        memory.fair.due(TenantId(row.try_get(0)?), lane, now);
    }
    drop(memory);
    // They may have been counted as leased.
    shared.recount.notify_one();
    Ok(())
}
