//! Deliveries that were in flight when a daemon ended: one of them may be the reason.
//!
//! They run again, but start one at a time on a node, and each only after the store knows that it does. If the daemon ends
//! once more, that names the one, and those that only waited with it are not buried for it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hookbox_protocol::TenantId;
use hookbox_store::{LeaseKey, Leased};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use super::{Dispatcher, PAUSE};
use crate::seldom::Seldom;
use crate::turn::{TooMany, Turn, Turns};

/// How long a suspect that runs keeps the next one from starting. What ends the daemon most often does so at once, and a
/// hook that waits long for an answer must not hold up the others.
const ALONE: Duration = Duration::from_millis(250);

/// Of so many slots one may be held by a suspect that waits for another one.
const SLOTS_PER_WAITING: u32 = 4;

/// Lets suspects start one after the other.
pub(super) struct Suspects {
    /// Those that may wait for a slot: of each tenant one, so that nobody's slots are full of what waits.
    entrance: Turns,
    start: Arc<Semaphore>,
}

/// What a delivery needs for its run.
pub(super) struct Start {
    /// Held for as long as it runs.
    pub(super) slot: Turn,
    /// Of a suspect: what keeps the next one from starting.
    pub(super) alone: Option<OwnedSemaphorePermit>,
}

impl Suspects {
    pub(super) fn new(slots: u32, places: u32) -> Self {
        // Two at least, so that a tenant whose slots are all taken does not keep the others out.
        let waiting = (slots / SLOTS_PER_WAITING).max(2);
        Self { entrance: Turns::new(waiting, 1, places), start: Arc::new(Semaphore::new(1)) }
    }

    /// Waits for the entrance of the tenant.
    async fn enter(&self, tenant: TenantId) -> Result<Turn, TooMany> {
        self.entrance.enter(tenant).await
    }

    /// Waits until no other one has started just now.
    async fn alone(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.start).acquire_owned().await.expect("nobody closes the start")
    }
}

/// Runs beside a suspect, and keeps the next one from starting for a while, or until it is dropped.
pub(super) async fn alone_for_a_while(alone: Option<OwnedSemaphorePermit>) -> Infallible {
    if let Some(alone) = alone {
        sleep(ALONE).await;
        drop(alone);
    }
    std::future::pending().await
}

impl Dispatcher {
    /// Waits until the delivery may run. `None` where its lease is lost.
    pub(super) async fn start_of(&self, leased: &Leased) -> Result<Option<Start>, TooMany> {
        if !leased.is_suspect {
            return Ok(Some(Start { slot: self.slots.enter(leased.tenant).await?, alone: None }));
        }
        let _entrance = self.suspects.enter(leased.tenant).await?;
        let slot = self.slots.enter(leased.tenant).await?;
        let alone = self.suspects.alone().await;
        Ok(self.announce(leased.key).await.then_some(Start { slot, alone: Some(alone) }))
    }

    /// Has the store know that a suspect runs; whether its lease is held. While the store does not answer nothing is
    /// gained by running it.
    async fn announce(&self, key: LeaseKey) -> bool {
        static SELDOM: Seldom = Seldom::new();
        loop {
            match self.queue.begin(key).await {
                Ok(is_held) => return is_held,
                Err(error) => {
                    if let Some(times) = SELDOM.times() {
                        let delivery = key.delivery;
                        tracing::error!(%delivery, %error, times, "that a delivery runs cannot be recorded; it waits");
                    }
                    sleep(PAUSE).await;
                }
            }
        }
    }
}
