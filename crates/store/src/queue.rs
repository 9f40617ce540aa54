//! What the dispatcher does with the store: take deliveries, run them, say how it ended.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{DeliveryId, EventId, HookId, ModuleDigest, Report, TenantId, Timestamp, Trigger};

use crate::engine::Claimed;
use crate::store::Shared;
use crate::{Code, Error, LogEntry, SecretValue, Settings, id};

/// How long a delivery waits whose hook cannot be loaded.
const POSTPONED: Duration = Duration::from_secs(60);

/// The queue of deliveries of all tenants; for the dispatcher, of which there is one.
#[derive(Clone)]
pub struct Queue {
    shared: Arc<Shared>,
    tenant_most: u32,
}

/// Which lease of a delivery somebody holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LeaseKey {
    /// The delivery.
    pub delivery: DeliveryId,
    /// Grows with every lease of the delivery: what an earlier holder says is refused.
    pub fence: i64,
}

/// A delivery that was taken, with all that a run needs.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The lease.
    pub key: LeaseKey,
    /// Whose it is.
    pub tenant: TenantId,
    /// That tenant's name.
    pub tenant_name: Arc<str>,
    /// What happened.
    pub trigger: Trigger,
    /// The user's JSON, as sent.
    pub user: String,
    /// The context's JSON, as sent.
    pub context: String,
    /// Who made the change.
    pub initiated_by: Option<Initiator>,
    /// 1 for the first.
    pub attempt: u32,
    /// Whether it was leased before when a lease ended by itself, most likely with the daemon: it may be the reason. Its
    /// run is announced by [`Queue::begin`].
    pub is_suspect: bool,
    /// The attempts before the last replay: a replay begins the schedule anew, so that `attempt - replayed_after` is the
    /// attempt's place in it.
    pub replayed_after: u32,
    /// How the attempts before this one ended, first to last, from the last replay on: names of
    /// [`hookbox_protocol::Outcome::NAMES`].
    pub earlier_outcomes: Vec<&'static str>,
    /// When the event was accepted.
    pub received_at: Timestamp,
    /// What is to be run.
    pub hook: Arc<LiveHook>,
}

impl Leased {
    /// The event.
    pub fn event(&self) -> EventId {
        self.key.delivery.event
    }
}

/// A hook as it runs now: its live version, its settings and its secrets in the clear.
#[derive(Debug)]
pub struct LiveHook {
    /// The hook at the edge.
    pub id: HookId,
    /// The hook in rows.
    pub number: HookNumber,
    /// Its name.
    pub name: String,
    /// What it is bound to.
    pub trigger: Trigger,
    /// The number of the live version.
    pub version: u32,
    /// That version's code.
    pub code: Code,
    /// What the tenant set.
    pub settings: Settings,
    /// By name, sorted.
    pub secrets: Vec<(String, SecretValue)>,
}

/// How an attempt ended and what comes next.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The lease that the attempt was made under.
    pub key: LeaseKey,
    /// Whose delivery it is.
    pub tenant: TenantId,
    /// The version that ran.
    pub version: u32,
    /// When the run began.
    pub started_at: Timestamp,
    /// What it left behind, already redacted.
    pub report: Report,
    /// What comes next.
    pub next: Next,
    /// A line for the tenant log.
    pub log: Option<LogEntry>,
}

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// It is done.
    Succeeded,
    /// Another attempt after that time.
    RetryAt(Duration),
    /// No further attempt.
    Dead {
        /// Why, for people.
        reason: String,
    },
}

/// What became of a completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// It is on disk.
    Done,
    /// The lease had passed to somebody else, or ended; nothing was recorded.
    LeaseLost,
}

impl Queue {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, tenant_most: u32::MAX }
    }

    /// This queue with a cap on what one tenant has in flight even when nobody else waits, so that a tenant with slow
    /// hooks leaves slots for the next one to come. Without it a tenant that is alone gets every slot.
    #[must_use]
    pub fn with_tenant_most(mut self, most: u32) -> Self {
        self.tenant_most = most.max(1);
        self
    }

    /// Takes up to `most` deliveries that are due, for `lease` long.
    ///
    /// Tenants take turns by what their hooks cost; while others wait, none has more than half of the slots, which are
    /// the deliveries in flight and `most`. A delivery whose lease ran out is taken again, as a suspect: it may be what
    /// ended the daemon. A suspect whose lease runs out after [`Queue::begin`] is buried.
    ///
    /// What is returned runs under these leases even if the caller goes away: it is taken again when they run out.
    pub async fn lease(&self, most: u32, lease: Duration) -> Result<Vec<Leased>, Error> {
        if most == 0 {
            return Ok(Vec::new());
        }
        self.shared.engine.signal().look();
        let claimed = self.shared.engine.lease(most, self.tenant_most, lease).await?;
        let keys = self.shared.keys();
        let mut leased = Vec::with_capacity(claimed.len());
        let (mut unloaded, mut away) = (Vec::new(), None);
        for claim in claimed {
            match self.shared.live.get(&*self.shared.engine, &keys.master, claim.key.delivery.hook).await {
                Ok(Some(live)) => leased.push(assemble(claim, live)),
                // It was deleted between the claim and now; the next claim of the delivery will see that.
                Ok(None) => self.postpone(claim.key, Duration::ZERO, String::new()).await,
                Err(error @ Error::Unavailable(_)) => {
                    unloaded.push(claim.key);
                    away = Some(error);
                }
                Err(error) => {
                    tracing::error!(delivery = %claim.key.delivery, %error, "a hook cannot be loaded; its delivery waits");
                    self.postpone(claim.key, POSTPONED, error.to_string()).await;
                }
            }
        }
        if let Some(error) = away {
            tracing::error!(deliveries = unloaded.len(), %error, "hooks cannot be loaded; their deliveries are given back");
            // Where that fails as well their leases run out.
            drop(self.release(&unloaded).await);
            if leased.is_empty() {
                return Err(error);
            }
        }
        in_order(&mut leased);
        Ok(leased)
    }

    /// Puts a delivery off that cannot run. Where that fails its lease runs out, and what else was leased runs nevertheless.
    async fn postpone(&self, lease: LeaseKey, delay: Duration, reason: String) {
        if let Err(error) = self.shared.engine.postpone(lease, delay, reason).await {
            tracing::error!(delivery = %lease.delivery, %error, "a delivery cannot be put off; its lease runs out by itself");
        }
    }

    /// Announces the run of a suspect, so that it is known for the one that ran if the daemon ends with it; answers
    /// whether the lease is held, without which it must not run. What ends the lease in order takes the mark away: a
    /// completion, a release. After an error another call is right: it may have taken effect.
    pub async fn begin(&self, lease: LeaseKey) -> Result<bool, Error> {
        self.shared.engine.begin(lease).await
    }

    /// Records how an attempt ended: delivery, attempt and log line in one transaction. Answers after the commit.
    pub async fn complete(&self, completion: Completion) -> Result<Recorded, Error> {
        self.shared.engine.complete(completion).await
    }

    /// Gives deliveries back that were not run, or not to the end because the daemon stops. They are due at once, and no
    /// attempt is counted. Leases that were lost meanwhile are left alone.
    pub async fn release(&self, leases: &[LeaseKey]) -> Result<(), Error> {
        if leases.is_empty() {
            return Ok(());
        }
        self.shared.engine.release(leases.to_vec()).await
    }

    /// Makes leases end `lease` from now, and answers those that were lost: their runs must stop.
    pub async fn extend(&self, leases: &[LeaseKey], lease: Duration) -> Result<Vec<LeaseKey>, Error> {
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let kept: HashSet<LeaseKey> = self.shared.engine.extend(leases.to_vec(), lease).await?.into_iter().collect();
        Ok(leases.iter().copied().filter(|key| !kept.contains(key)).collect())
    }

    /// Resolves when a call of [`Queue::lease`] may find something that the last one did not: a new event, a delivery
    /// given back, a slot of a tenant that was at its cap, a retry that is due, a lease that ran out. One caller at a
    /// time.
    pub async fn work(&self) {
        let signal = self.shared.engine.signal();
        loop {
            let due = signal.due();
            if due <= self.shared.clock.now() {
                return;
            }
            tokio::select! {
                () = signal.notified() => return,
                () = self.shared.clock.wait_until(due) => {}
            }
        }
    }

    /// The bytes of a module.
    pub async fn module(&self, digest: ModuleDigest) -> Result<Option<Bytes>, Error> {
        self.shared.engine.module(digest).await
    }
}

/// Several deliveries of one event run in the order that their hooks' settings say.
fn in_order(leased: &mut [Leased]) {
    for same_event in leased.chunk_by_mut(|a, b| a.event() == b.event()) {
        same_event.sort_by_key(|leased| (leased.hook.settings.order, leased.hook.number.0));
    }
}

fn assemble(claim: Claimed, live: crate::live::Live) -> Leased {
    Leased {
        key: claim.key,
        tenant: claim.tenant,
        tenant_name: live.tenant_name,
        trigger: claim.trigger,
        user: claim.user,
        context: claim.context,
        initiated_by: claim.initiated_by,
        attempt: claim.attempt,
        is_suspect: claim.is_suspect,
        replayed_after: claim.replayed_after,
        earlier_outcomes: claim.earlier_outcomes,
        received_at: id::time_of(claim.key.delivery.event.0),
        hook: live.hook,
    }
}
