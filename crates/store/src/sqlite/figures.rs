//! What other threads may know of the writing thread without asking it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use hookbox_protocol::{TenantId, Timestamp};

use super::memory::Memory;
use crate::engine::Signal;
use crate::{Backlog, Error, GroupCommits, Stats};

/// Figures as of the last commit.
#[derive(Default)]
pub(super) struct Figures {
    pub(super) signal: Signal,
    state: Mutex<State>,
    backlogs: RwLock<HashMap<TenantId, Backlog>>,
    tenant_most: AtomicU32,
    broken: Mutex<Option<Error>>,
}

#[derive(Default)]
struct State {
    backlog: Backlog,
    dead: u64,
    succeeded: u64,
    first_due: Option<Timestamp>,
    group_commits: GroupCommits,
}

impl Figures {
    /// Takes over what a commit changed, and wakes the dispatcher where that gives it something to do.
    pub(super) fn committed(&self, writes: usize, time: Duration, memory: &mut Memory) {
        {
            let mut state = self.state();
            let commits = &mut state.group_commits;
            commits.commits += 1;
            commits.writes += writes as u64;
            commits.time += time;
            let bucket = writes.next_power_of_two().trailing_zeros() as usize;
            commits.by_writes[bucket.min(commits.by_writes.len() - 1)] += 1;
        }
        self.publish(memory);
    }

    /// As [`Figures::committed`], after the memory was read anew.
    pub(super) fn reset(&self, memory: &mut Memory) {
        self.backlogs.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.publish(memory);
    }

    fn publish(&self, memory: &mut Memory) {
        let touched = memory.fair.take_touched();
        if !touched.is_empty() {
            let mut backlogs = self.backlogs.write().unwrap_or_else(PoisonError::into_inner);
            for tenant in touched {
                match memory.fair.backlog(tenant) {
                    none if none == Backlog::default() => backlogs.remove(&tenant),
                    backlog => backlogs.insert(tenant, backlog),
                };
            }
        }
        {
            let mut state = self.state();
            state.backlog = memory.fair.total();
            state.dead = memory.dead;
            state.succeeded = memory.succeeded;
            state.first_due = memory.fair.first_due();
        }
        self.tenant_most.store(memory.tenant_most, Ordering::Relaxed);
        self.signal.set_due(memory.wake_at().unwrap_or(Timestamp(i64::MAX)));
        if std::mem::take(&mut memory.wake) {
            self.signal.wake();
        }
    }

    pub(super) fn backlog(&self) -> Backlog {
        self.state().backlog
    }

    pub(super) fn succeeded(&self) -> u64 {
        self.state().succeeded
    }

    pub(super) fn tenant_backlog(&self, tenant: TenantId) -> Backlog {
        let backlogs = self.backlogs.read().unwrap_or_else(PoisonError::into_inner);
        backlogs.get(&tenant).copied().unwrap_or_default()
    }

    /// The cap on what one tenant has in flight, as the dispatcher set it.
    pub(super) fn tenant_most(&self) -> u64 {
        self.tenant_most.load(Ordering::Relaxed).into()
    }

    /// The tenants with deliveries that have not ended.
    pub(super) fn backlogs(&self) -> HashMap<TenantId, Backlog> {
        self.backlogs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How long the delivery that is due longest has been due, in milliseconds.
    pub(super) fn oldest_due_ms(&self, now: Timestamp) -> u64 {
        let oldest = self.state().first_due.map_or(0, |due| now.0.saturating_sub(due.0));
        u64::try_from(oldest).unwrap_or(0)
    }

    pub(super) fn stats(&self, now: Timestamp, bytes: u64) -> Stats {
        let oldest_due_ms = self.oldest_due_ms(now);
        let state = self.state();
        Stats {
            backlog: state.backlog,
            dead: state.dead,
            succeeded: state.succeeded,
            oldest_due_ms,
            group_commits: state.group_commits,
            bytes,
        }
    }

    /// The store takes no further writes. The first reason stays.
    pub(super) fn broke(&self, why: &Error) {
        let why = match why {
            Error::Unavailable(text) => text.to_string(),
            other => other.to_string(),
        };
        let text = format!("it takes no further writes until the daemon is started again, since {why}");
        self.broken
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| Error::Unavailable(text.into()));
    }

    pub(super) fn healthy(&self) -> Result<(), Error> {
        self.broken.lock().unwrap_or_else(PoisonError::into_inner).clone().map_or(Ok(()), Err)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
