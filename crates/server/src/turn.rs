//! Turns: work that tenants start by a call and that costs the daemon time, a bounded number at once and fairly.
//!
//! A tenant stands in the common queue with at most as many callers as it may have turns, so that a hundred uploads of
//! one tenant make another one wait for one of them, not for a hundred.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hookbox_protocol::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hands out turns.
pub(crate) struct Turns {
    all: Arc<Semaphore>,
    per_tenant: usize,
    waiting_per_tenant: usize,
    lanes: Arc<Mutex<HashMap<TenantId, Lane>>>,
}

struct Lane {
    turns: Arc<Semaphore>,
    callers: usize,
}

/// A turn; it ends when it is dropped.
pub(crate) struct Turn {
    _of_all: OwnedSemaphorePermit,
    _of_tenant: OwnedSemaphorePermit,
    _caller: Caller,
}

/// The tenant has as many callers waiting as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// How many may wait.
    pub(crate) waiting_max: usize,
    /// When another try makes sense.
    pub(crate) retry_after: Duration,
}

impl Turns {
    /// `at_once` turns in all, `per_tenant` for one tenant, which may have `waiting_per_tenant` more callers waiting.
    pub(crate) fn new(at_once: u32, per_tenant: u32, waiting_per_tenant: u32) -> Self {
        Self {
            all: Arc::new(Semaphore::new(at_once.max(1) as usize)),
            per_tenant: per_tenant.max(1) as usize,
            waiting_per_tenant: waiting_per_tenant as usize,
            lanes: Arc::default(),
        }
    }

    /// Waits for a turn of the tenant.
    pub(crate) async fn enter(&self, tenant: TenantId) -> Result<Turn, TooMany> {
        let (caller, turns) = self.register(tenant)?;
        let of_tenant = turns.acquire_owned().await.expect("nobody closes a lane");
        let of_all = Arc::clone(&self.all).acquire_owned().await.expect("nobody closes the turns");
        Ok(Turn { _of_all: of_all, _of_tenant: of_tenant, _caller: caller })
    }

    fn register(&self, tenant: TenantId) -> Result<(Caller, Arc<Semaphore>), TooMany> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        let lane = lanes
            .entry(tenant)
            .or_insert_with(|| Lane { turns: Arc::new(Semaphore::new(self.per_tenant)), callers: 0 });
        if lane.callers >= self.per_tenant + self.waiting_per_tenant {
            return Err(TooMany { waiting_max: self.waiting_per_tenant, retry_after: Duration::from_secs(1) });
        }
        lane.callers += 1;
        Ok((Caller { tenant, lanes: Arc::clone(&self.lanes) }, Arc::clone(&lane.turns)))
    }
}

/// Counts one caller of a tenant for as long as it waits or has its turn.
struct Caller {
    tenant: TenantId,
    lanes: Arc<Mutex<HashMap<TenantId, Lane>>>,
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get_mut(&self.tenant) {
            lane.callers -= 1;
            if lane.callers == 0 {
                lanes.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    const ONE: TenantId = TenantId(1);
    const TWO: TenantId = TenantId(2);

    #[test]
    fn a_tenant_with_many_callers_does_not_hold_up_another() {
        let turns = Turns::new(2, 1, 3);
        let first = turns.enter(ONE).now_or_never().expect("a turn is free").expect("few callers");
        let mut second = Box::pin(turns.enter(ONE));
        assert!(second.as_mut().now_or_never().is_none(), "one turn at once for a tenant");
        let other = turns.enter(TWO).now_or_never().expect("the second turn is free").expect("few callers");
        drop(first);
        assert!(second.now_or_never().is_some(), "the next one of the tenant");
        drop(other);
        assert!(turns.lanes.lock().expect("not poisoned").is_empty(), "nothing is kept of tenants that left");
    }

    #[test]
    fn more_callers_than_may_wait_are_sent_away() {
        let turns = Turns::new(1, 1, 1);
        let _turn = turns.enter(ONE).now_or_never().expect("a turn is free");
        let mut waiting = Box::pin(turns.enter(ONE));
        assert!(waiting.as_mut().now_or_never().is_none());
        let refused = turns.enter(ONE).now_or_never().expect("answers at once");
        assert_eq!(refused.err().map(|refused| refused.waiting_max), Some(1));
        drop(waiting);
        assert!(turns.enter(ONE).now_or_never().is_none(), "there is a place again");
    }
}
