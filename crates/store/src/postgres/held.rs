//! The leases that this node knows of, and those that it was given without hearing of it: when a connection breaks
//! between the server's commit of a claim and its answer, nobody runs what was claimed. It would wait until its leases
//! run out, and then be under suspicion; so it is given back as soon as the server answers again.

use std::collections::HashSet;

use hookbox_protocol::{TenantId, Timestamp};

use super::lease::columns;
use super::shared::Shared;
use crate::fair::Lane;
use crate::{Error, LeaseKey, number};

/// How long is looked for what a claim of unknown outcome took, from the first look that the server answers: it may not
/// have come to the claim yet.
const LOOK_MS: i64 = 5_000;

/// The leases of this node.
#[derive(Debug, Default)]
pub(super) struct Held {
    keys: HashSet<LeaseKey>,
    look: Look,
}

/// Whether there may be leases of this node that nobody knows of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Look {
    /// There are none.
    #[default]
    Not,
    /// There may be, and nobody has looked yet.
    Now,
    /// There may be until then.
    Until(Timestamp),
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
    pub(super) fn others_may_be(&mut self) {
        self.look = Look::Now;
    }

    /// Those that are known, while there may be others.
    fn known_while_looking(&mut self, now: Timestamp) -> Option<Vec<LeaseKey>> {
        if matches!(self.look, Look::Until(until) if until <= now) {
            self.look = Look::Not;
        }
        (self.look != Look::Not).then(|| self.keys.iter().copied().collect())
    }

    /// The server answered what there is of others.
    fn looked(&mut self, now: Timestamp) {
        if self.look == Look::Now {
            self.look = Look::Until(Timestamp(now.0.saturating_add(LOOK_MS)));
        }
    }
}

/// Gives back what this node was given and does not know of. No claim of its own may be under way.
pub(super) async fn give_back_others(shared: &Shared) -> Result<(), Error> {
    const SQL: &str = "UPDATE delivery d SET state = CASE WHEN attempts + crashes = 0 THEN 0 ELSE 5 END, \
                       next_at = hookbox_now($1), node = NULL, begun = FALSE \
                       FROM (SELECT o.event, o.hook FROM delivery o WHERE o.state = 1 AND o.node = $2 AND NOT EXISTS ( \
                           SELECT 1 FROM unnest($3::bigint[], $4::bigint[], $5::bigint[]) AS k (event, hook, fence) \
                           WHERE k.event = o.event AND k.hook = o.hook AND k.fence = o.fence \
                       ) ORDER BY o.event, o.hook FOR UPDATE OF o) others \
                       WHERE d.event = others.event AND d.hook = others.hook RETURNING d.tenant, d.state";
    let Some(known) = shared.held().known_while_looking(shared.clock.now()) else { return Ok(()) };
    let (events, hooks, fences) = columns(&known);
    let (offset, node) = (shared.offset(), shared.seat()?.number);
    let rows = shared.on_hot(async |db| db.query(SQL, &[&offset, &node, &events, &hooks, &fences]).await).await?;
    shared.held().looked(shared.clock.now());
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
        let lane = if row.try_get::<_, i16>(1)? == number::RETRY { Lane::Retry } else { Lane::Fresh };
        memory.fair.due(TenantId(row.try_get(0)?), lane, now);
    }
    drop(memory);
    // They may have been counted as leased.
    shared.recount.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_looked_for_is_looked_for_however_long_the_server_was_away() {
        let mut held = Held::default();
        let is_looking = |held: &mut Held, now| held.known_while_looking(Timestamp(now)).is_some();
        assert!(!is_looking(&mut held, 0));
        held.others_may_be();
        assert!(is_looking(&mut held, 0) && is_looking(&mut held, 100 * LOOK_MS));
        held.looked(Timestamp(100 * LOOK_MS));
        assert!(is_looking(&mut held, 101 * LOOK_MS - 1));
        held.looked(Timestamp(101 * LOOK_MS - 1));
        assert!(!is_looking(&mut held, 101 * LOOK_MS), "a look does not make the time longer");
    }
}
