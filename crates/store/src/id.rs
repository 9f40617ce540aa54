//! New identifiers: 63-bit numbers in the order of time.
//!
//! 41 bits of milliseconds since 2024 (until 2093), 10 bits for the node (0 where one daemon has the database to
//! itself), 12 bits of sequence. Tenants and hooks are numbered 1, 2, 3… instead: their numbers stand in every delivery
//! and every index entry, where a small one takes a byte and not eight.

use std::sync::Mutex;

use hookbox_protocol::{HookId, Timestamp};
use ulid::Ulid;

use crate::Error;

/// 2024-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_704_067_200_000;
const SEQUENCE_BITS: u32 = 12;
const TIME_SHIFT: u32 = 10 + SEQUENCE_BITS;

/// Makes identifiers that only grow, also when the clock steps back and across restarts.
pub(crate) struct Ids {
    node: i64,
    last: Mutex<i64>,
}

impl Ids {
    /// Identifiers of a node, all of them above `floor`, the highest that the database holds.
    pub(crate) fn above(floor: i64, node: u16) -> Self {
        let node = i64::from(node & 0x3ff) << SEQUENCE_BITS;
        let is_own = floor & (0x3ff << SEQUENCE_BITS) == node;
        // What follows the identifier of another node is that node's: begin with the next millisecond.
        let last = if is_own { floor } else { floor | ((1 << TIME_SHIFT) - 1) };
        Self { node, last: Mutex::new(last) }
    }

    pub(crate) fn next(&self, now: Timestamp) -> i64 {
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let fresh = first_at(now) | self.node;
        let sequence_is_full = (*last + 1) & ((1 << SEQUENCE_BITS) - 1) == 0;
        let following =
            if sequence_is_full { first_at(Timestamp(time_of(*last).0 + 1)) | self.node } else { *last + 1 };
        *last = fresh.max(following);
        *last
    }
}

/// When the thing with that identifier came to be.
pub(crate) fn time_of(id: i64) -> Timestamp {
    Timestamp((id >> TIME_SHIFT) + EPOCH_MS)
}

/// The lowest identifier of that millisecond.
pub(crate) fn first_at(time: Timestamp) -> i64 {
    const MS_MAX: i64 = (1 << 41) - 1;
    time.0.saturating_sub(EPOCH_MS).clamp(0, MS_MAX) << TIME_SHIFT
}

/// A new identifier for a hook at the edge.
pub(crate) fn hook_id(now: Timestamp) -> Result<HookId, Error> {
    let random = u128::from_le_bytes(random::<16>()?);
    let ulid = Ulid::from_parts(u64::try_from(now.0).unwrap_or(0), random);
    Ok(ulid.to_string().parse().expect("a ULID has 26 upper-case letters and digits"))
}

/// Bytes from the operating system's random source.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0u8; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::io("reading the system's random source", e.into()))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_only_grow_whatever_the_clock_does() {
        let ids = Ids::above(0, 3);
        let start = Timestamp(1_790_000_000_000);
        let mut last = 0;
        for now in [0, 0, 5, 4, -3_600_000, 0, 6].map(|ms| Timestamp(start.0 + ms)) {
            for _ in 0..10_000 {
                let id = ids.next(now);
                assert!(id > last);
                last = id;
            }
        }
    }

    #[test]
    fn an_identifier_tells_its_time_and_its_node() {
        let now = Timestamp(1_790_000_000_123);
        let id = Ids::above(0, 5).next(now);
        assert_eq!(time_of(id), now);
        assert_eq!(id >> SEQUENCE_BITS & 0x3ff, 5);
        assert_eq!(first_at(now), id & !0x3f_ffff);
        let after_restart = Ids::above(id, 5).next(Timestamp(now.0 - 60_000));
        assert!(after_restart > id);
    }

    #[test]
    fn nodes_that_begin_above_the_same_identifier_make_different_ones() {
        let now = Timestamp(1_790_000_000_123);
        let floor = Ids::above(0, 3).next(Timestamp(now.0 + 5_000));
        let mut made = std::collections::BTreeSet::new();
        for node in [3, 4, 0] {
            let ids = Ids::above(floor, node);
            for _ in 0..100 {
                let id = ids.next(now);
                assert!(id > floor && made.insert(id), "node {node}");
                assert_eq!(id >> SEQUENCE_BITS & 0x3ff, i64::from(node));
            }
        }
    }

    #[test]
    fn a_full_sequence_goes_on_in_the_next_millisecond() {
        let now = Timestamp(1_790_000_000_123);
        let ids = Ids::above(0, 1_023);
        let all: Vec<i64> = (0..5_000).map(|_| ids.next(now)).collect();
        assert!(all.is_sorted());
        assert_eq!(time_of(all[4_095]), now);
        assert_eq!(time_of(all[4_096]).0, now.0 + 1);
        assert_eq!(all[4_096] >> SEQUENCE_BITS & 0x3ff, 1_023);
    }
}
