//! Room for bodies that are still coming. A large one is held in memory until its last byte is there, and its sender has
//! minutes for that: without a bound a few hundred connections would hold all there is.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The unit in which room is counted.
const UNIT: u64 = 1 << 10;

/// The room of the whole daemon.
#[derive(Clone)]
pub(crate) struct Bodies {
    all: Arc<Semaphore>,
    per_address: u64,
}

/// What one address may have of it.
#[derive(Clone)]
pub(crate) struct BodyRoom {
    all: Arc<Semaphore>,
    own: Arc<Semaphore>,
}

/// Room for one body, until it is dropped.
pub(crate) struct Held {
    _of_all: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Bodies {
    /// So many bytes at the same time, in all and of one address.
    pub(crate) fn new(all: u64, per_address: u64) -> Self {
        Self { all: semaphore(all), per_address }
    }

    /// The room of an address.
    pub(crate) fn of_address(&self) -> BodyRoom {
        BodyRoom { all: Arc::clone(&self.all), own: semaphore(self.per_address) }
    }
}

impl BodyRoom {
    /// Room for a body of so many bytes; `None` where there is not as much just now.
    pub(crate) fn take(&self, bytes: u64) -> Option<Held> {
        let units = u32::try_from(bytes.div_ceil(UNIT)).ok()?;
        let own = Arc::clone(&self.own).try_acquire_many_owned(units).ok()?;
        let of_all = Arc::clone(&self.all).try_acquire_many_owned(units).ok()?;
        Some(Held { _of_all: of_all, _own: own })
    }
}

fn semaphore(bytes: u64) -> Arc<Semaphore> {
    let units = usize::try_from(bytes / UNIT).unwrap_or(usize::MAX);
    Arc::new(Semaphore::new(units.clamp(1, Semaphore::MAX_PERMITS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_leaves_room_for_others() {
        let bodies = Bodies::new(10 << 10, 6 << 10);
        let (one, other) = (bodies.of_address(), bodies.of_address());
        let held = one.take(6 << 10).expect("all of its own");
        assert!(one.take(1).is_none());
        assert!(other.take(5 << 10).is_none(), "more than is left of all");
        assert!(other.take((4 << 10) - 1).is_some());
        drop(held);
        assert!(one.take((5 << 10) + 1).is_some());
    }
}
