//! The leases that this process holds, kept alive while their hooks run.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hookbox_protocol::DeliveryId;
use hookbox_store::{LeaseKey, Queue};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::metrics::Metrics;
use crate::seldom::Seldom;

/// The leases of what is in flight.
#[derive(Default)]
pub(super) struct InFlight(Mutex<HashMap<DeliveryId, Held>>);

struct Held {
    key: LeaseKey,
    lost: CancellationToken,
    /// Its run has ended, and what came of it waits to be recorded.
    has_run: bool,
}

impl InFlight {
    /// Keeps a lease alive from now on. The token is cancelled if the lease is lost all the same: also when this very
    /// process, asleep for too long, takes the delivery a second time.
    pub(super) fn insert(&self, key: LeaseKey) -> CancellationToken {
        let lost = CancellationToken::new();
        if let Some(earlier) = self.lock().insert(key.delivery, Held { key, lost: lost.clone(), has_run: false }) {
            tracing::warn!(delivery = %key.delivery, "a delivery was leased again while it ran; its first run ends");
            earlier.lost.cancel();
        }
        lost
    }

    /// The run has ended. Its lease is kept alive all the same, until what came of it is recorded.
    pub(super) fn has_run(&self, key: LeaseKey) {
        let mut held = self.lock();
        if let Some(held) = held.get_mut(&key.delivery).filter(|held| held.key == key) {
            held.has_run = true;
        }
    }

    /// Stops keeping a lease alive.
    pub(super) fn remove(&self, key: LeaseKey) {
        let mut held = self.lock();
        if held.get(&key.delivery).is_some_and(|held| held.key == key) {
            held.remove(&key.delivery);
        }
    }

    /// Extends every lease three times per lease time, until `stop`.
    pub(super) async fn keep(&self, queue: &Queue, lease: Duration, metrics: &Metrics, stop: &CancellationToken) {
        let mut ticks = interval((lease / 3).max(Duration::from_millis(1)));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut extended_at = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let keys: Vec<LeaseKey> = self.lock().values().map(|held| held.key).collect();
            match queue.extend(&keys, lease).await {
                Ok(lost) => {
                    extended_at = Instant::now();
                    for key in lost {
                        self.lose(key, metrics);
                    }
                }
                Err(error) => {
                    tracing::error!(%error, leases = keys.len(), "leases cannot be extended");
                    // Another process may take them soon: what runs must have ended by then.
                    if extended_at.elapsed() > lease * 2 / 3 {
                        keys.into_iter().for_each(|key| self.lose(key, metrics));
                    }
                }
            }
        }
    }

    /// Ends the run of a lease, unless it has ended already: then the store says whether it came too late.
    fn lose(&self, key: LeaseKey, metrics: &Metrics) {
        let mut held = self.lock();
        if held.get(&key.delivery).is_some_and(|held| held.key == key && !held.has_run)
            && let Some(held) = held.remove(&key.delivery)
        {
            static SELDOM: Seldom = Seldom::new();
            if let Some(times) = SELDOM.times() {
                tracing::warn!(delivery = %key.delivery, times, "the lease of a running delivery is lost; its run ends");
            }
            metrics.lease_lost();
            held.lost.cancel();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<DeliveryId, Held>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use hookbox_protocol::EventId;
    use hookbox_protocol::id::HookNumber;

    use super::*;

    #[test]
    fn a_delivery_that_is_leased_again_ends_its_first_run() {
        let in_flight = InFlight::default();
        let delivery = DeliveryId { event: EventId(1), hook: HookNumber(1) };
        let (first, second) = (LeaseKey { delivery, fence: 1 }, LeaseKey { delivery, fence: 2 });
        let (lost_first, lost_second) = (in_flight.insert(first), in_flight.insert(second));
        assert!(lost_first.is_cancelled() && !lost_second.is_cancelled());
        in_flight.remove(first);
        assert_eq!(in_flight.lock().len(), 1, "the end of the first run leaves the second alone");
        in_flight.lose(first, &Metrics::new());
        assert!(!lost_second.is_cancelled());
        in_flight.lose(second, &Metrics::new());
        assert!(lost_second.is_cancelled() && in_flight.lock().is_empty());
    }

    #[test]
    fn what_has_run_loses_nothing_and_its_lease_is_kept_until_it_is_recorded() {
        let (in_flight, metrics) = (InFlight::default(), Metrics::new());
        let delivery = DeliveryId { event: EventId(1), hook: HookNumber(1) };
        let (first, other) = (LeaseKey { delivery, fence: 1 }, LeaseKey { delivery, fence: 2 });
        let lost = in_flight.insert(first);
        in_flight.has_run(other);
        in_flight.has_run(first);
        in_flight.lose(first, &metrics);
        assert!(!lost.is_cancelled() && in_flight.lock().contains_key(&delivery));
        in_flight.remove(first);
        let lost = in_flight.insert(other);
        in_flight.has_run(first);
        in_flight.lose(other, &metrics);
        assert!(lost.is_cancelled(), "the end of an earlier run says nothing of this one");
    }
}
