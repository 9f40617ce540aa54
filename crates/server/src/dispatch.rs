//! The dispatcher: takes deliveries from the queue, runs them, says how they ended.
//!
//! A delivery has a *place* from its lease to its completion, and a *slot* only while its hook runs: a slow commit holds no
//! slot. Leases are taken in batches, and completions that come together are committed together by the store. Deliveries
//! that were in flight when a daemon ended wait for more than a slot: see [`suspect`].

mod delivery;
mod dropped;
mod in_flight;
mod log_entry;
mod speaker;
mod suspect;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hookbox_store::Queue;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::App;
use crate::turn::Turns;
use in_flight::InFlight;
use suspect::Suspects;

/// Deliveries that are leased and not completed, per slot.
const PLACES_PER_SLOT: u32 = 8;

/// The most deliveries that one call leases.
const LEASED_AT_ONCE_MAX: u32 = 256;

/// With so many places in use per slot no slot stands idle soon: then leases come in batches.
const SUPPLIED_PER_SLOT: u32 = 2;

/// How long such a batch may take to come together. A tenant that is new to the queue waits no longer for its lease.
const BATCH_WAIT: Duration = Duration::from_millis(10);

/// After so many failures of the host in a row no delivery is taken for a while.
const HOST_FAILURES_MAX: u32 = 16;

/// For how long, and how long a lease waits after the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// How long runs that were told to stop get for that.
const ABORT_GRACE: Duration = Duration::from_secs(2);

/// Runs deliveries until it is stopped.
pub(crate) struct Dispatcher {
    app: App,
    queue: Queue,
    in_flight: InFlight,
    slots: Turns,
    suspects: Suspects,
    places: Arc<Semaphore>,
    places_max: u32,
    host_failures_in_a_row: AtomicU32,
    /// Set when no further hook may start.
    stop: CancellationToken,
    /// Set when what runs must end.
    abort: CancellationToken,
}

/// Leases, runs and completes deliveries until `stop`; then lets what runs end within the drain time, and gives back the
/// rest. When it returns, nothing is leased any more.
pub(crate) async fn run(app: App, stop: CancellationToken) {
    let settings = app.settings();
    let slots = settings.runs_at_once.max(1);
    let places_max = slots.saturating_mul(PLACES_PER_SLOT);
    // A quarter stays for tenants that are still to come.
    let of_one_tenant = |all: u32| (all - all / 4).max(1);
    let dispatcher = Arc::new(Dispatcher {
        queue: app.store().queue().with_tenant_most(of_one_tenant(places_max)),
        in_flight: InFlight::default(),
        slots: Turns::new(slots, of_one_tenant(slots), places_max),
        suspects: Suspects::new(slots, places_max),
        places: Arc::new(Semaphore::new(places_max as usize)),
        places_max,
        host_failures_in_a_row: AtomicU32::new(0),
        stop,
        abort: CancellationToken::new(),
        app,
    });
    dispatcher.run().await;
}

impl Dispatcher {
    async fn run(self: &Arc<Self>) {
        let tasks = TaskTracker::new();
        let keeper = CancellationToken::new();
        tasks.spawn({
            let (dispatcher, keeper) = (Arc::clone(self), keeper.clone());
            async move {
                dispatcher
                    .in_flight
                    .keep(&dispatcher.queue, dispatcher.lease(), dispatcher.app.metrics(), &keeper)
                    .await
            }
        });
        tasks.close();
        let deliveries = TaskTracker::new();
        self.lease_until_stopped(&deliveries).await;
        deliveries.close();
        if timeout(self.app.settings().drain, deliveries.wait()).await.is_err() {
            tracing::warn!(running = deliveries.len(), "the time to drain is over; what still runs is given back");
            self.abort.cancel();
            if timeout(ABORT_GRACE, deliveries.wait()).await.is_err() {
                tracing::error!(running = deliveries.len(), "runs did not end; their leases run out by themselves");
            }
        }
        keeper.cancel();
        tasks.wait().await;
    }

    async fn lease_until_stopped(self: &Arc<Self>, deliveries: &TaskTracker) {
        while !self.stop.is_cancelled() {
            let most = tokio::select! {
                () = self.stop.cancelled() => return,
                most = self.free_places() => most,
            };
            // Not cancelled half-way: what the store has leased by then would have to run out by itself.
            let found = match self.queue.lease(most, self.lease()).await {
                Ok(leased) => {
                    let found = leased.len();
                    leased.into_iter().for_each(|delivery| self.start(delivery, deliveries));
                    found
                }
                Err(error) => {
                    tracing::error!(%error, "no delivery can be leased");
                    self.pause().await;
                    continue;
                }
            };
            if self.host_failures_in_a_row.load(Ordering::Relaxed) >= HOST_FAILURES_MAX {
                tracing::error!("the host fails to run hooks; no delivery is taken for a while");
                self.pause().await;
            }
            if found < most as usize {
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    () = self.queue.work() => {}
                }
            }
        }
    }

    /// Waits until a place is free; and while every slot has its next delivery waiting, a little longer for a batch.
    async fn free_places(&self) -> u32 {
        drop(self.places.acquire().await);
        let batch = self.places_max - self.places_max / PLACES_PER_SLOT * SUPPLIED_PER_SLOT;
        if self.places.available_permits() < batch as usize {
            drop(timeout(BATCH_WAIT, self.places.acquire_many(batch)).await);
        }
        u32::try_from(self.places.available_permits()).unwrap_or(u32::MAX).min(LEASED_AT_ONCE_MAX)
    }

    async fn pause(&self) {
        drop(timeout(PAUSE, self.stop.cancelled()).await);
    }

    fn lease(&self) -> Duration {
        self.app.settings().lease
    }
}

#[cfg(test)]
mod tests;
