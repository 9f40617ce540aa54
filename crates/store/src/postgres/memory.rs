//! What a node remembers of the queue, so that it knows whose turn it is and how much waits without asking.
//!
//! The rows are the truth. A count of them all corrects this memory every now and then; in between it follows what this
//! node does itself, and does not see what the others do. So a backlog may be off by what the others accepted and ended
//! since the last count, and a tenant whose events all came to another node is known here after the next one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hookbox_protocol::{TenantId, Timestamp};

use super::aside::Aside;
use super::lease::CLOCK_STEP_MS;
use crate::Backlog;
use crate::fair::{Fair, Lane, Rule};

/// The memory.
pub(super) struct Memory {
    /// Tenants with deliveries that have not ended. Of leased ones it counts those of this node: a cap on what a tenant
    /// has in flight is a share of the node's own slots.
    pub(super) fair: Fair,
    /// Deliveries in that state.
    pub(super) dead: u64,
    /// Deliveries that this node brought to that state since the store was opened.
    pub(super) succeeded: u64,
    /// Whether the dispatcher has reason to ask for deliveries.
    pub(super) wake: bool,
    /// When the first lease ends, of any node; earlier where that one was extended since.
    first_end: Option<Timestamp>,
    /// Deliveries that other nodes have leased.
    elsewhere: HashMap<TenantId, u64>,
    elsewhere_total: u64,
    /// Leases that a claim which is under way may bring at most. For the turns of tenants they count as leased; nobody else
    /// is told of them.
    assumed: HashMap<TenantId, u64>,
    assumed_total: u64,
    /// Tenants for which the operator set something.
    ruled: BTreeSet<TenantId>,
    /// What was counted here since a count of the rows began.
    since: Option<HashMap<TenantId, Delta>>,
    /// What the last calls for deliveries came upon that is to be set aside.
    pub(super) aside: Aside,
    /// Hooks that run again, or were deleted, while deliveries of theirs are still held.
    pub(super) released: BTreeSet<(TenantId, i64)>,
    /// What the dispatcher lets one tenant have in flight on this node.
    pub(super) tenant_most: u32,
    /// The time as it was last, for noticing that the clock went back.
    pub(super) last_time: Timestamp,
}

/// Deliveries that came (positive) or went (negative).
#[derive(Debug, Clone, Copy, Default)]
struct Delta {
    pending: i64,
    leased: i64,
}

/// The rows of a tenant, counted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counted {
    /// Those that wait, held ones included.
    pub(super) pending: u64,
    /// When the first of those is due that have not run yet; held ones are not.
    pub(super) due: Option<Timestamp>,
    /// When the first of the others is.
    pub(super) due_again: Option<Timestamp>,
    /// Those that this node has leased.
    pub(super) leased: u64,
    /// Those that others have leased.
    pub(super) elsewhere: u64,
}

/// All rows that have not ended, and the dead ones.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) tenants: HashMap<TenantId, Counted>,
    pub(super) first_end: Option<Timestamp>,
    pub(super) dead: Option<u64>,
    /// Hooks with held deliveries that need not be held.
    pub(super) released: BTreeSet<(TenantId, i64)>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            fair: Fair::default(),
            dead: 0,
            succeeded: 0,
            wake: false,
            first_end: None,
            elsewhere: HashMap::new(),
            elsewhere_total: 0,
            assumed: HashMap::new(),
            assumed_total: 0,
            ruled: BTreeSet::new(),
            since: None,
            aside: Aside::new(),
            released: BTreeSet::new(),
            tenant_most: u32::MAX,
            last_time: Timestamp(0),
        }
    }
}

impl Memory {
    /// Counts what this node did.
    pub(super) fn count(&mut self, tenant: TenantId, pending: i64, leased: i64) {
        self.change(tenant, pending, leased);
        self.note(tenant, pending, leased);
    }

    /// For a count of the rows that is under way.
    fn note(&mut self, tenant: TenantId, pending: i64, leased: i64) {
        if let Some(since) = &mut self.since {
            let delta = since.entry(tenant).or_default();
            delta.pending += pending;
            delta.leased += leased;
        }
    }

    fn change(&mut self, tenant: TenantId, pending: i64, leased: i64) {
        self.fair.count(tenant, pending, leased);
        // Nobody asks for them here.
        self.fair.take_touched();
    }

    /// Follows the time. That it went back is taken care of by the next claim, for which there is a reason then.
    pub(super) fn follow(&mut self, now: Timestamp) {
        if now.0.saturating_add(CLOCK_STEP_MS) < self.last_time.0 {
            self.wake = true;
        } else {
            self.last_time = now;
        }
    }

    /// A claim may bring so many leases.
    pub(super) fn assume(&mut self, tenant: TenantId, leases: u32) {
        let leases = u64::from(leases);
        *self.assumed.entry(tenant).or_default() += leases;
        self.assumed_total += leases;
        self.change(tenant, 0, i64::try_from(leases).unwrap_or(i64::MAX));
    }

    /// A claim that might have brought so many leases brought these.
    pub(super) fn claimed(&mut self, tenant: TenantId, assumed: u32, leases: u32) {
        let before = u64::from(assumed);
        if let Some(known) = self.assumed.get_mut(&tenant) {
            *known = known.saturating_sub(before);
            if *known == 0 {
                self.assumed.remove(&tenant);
            }
        }
        self.assumed_total = self.assumed_total.saturating_sub(before);
        let leases = i64::from(leases);
        self.change(tenant, -leases, leases - i64::from(assumed));
        self.note(tenant, -leases, leases);
    }

    /// A lease of another node ran out.
    pub(super) fn ended_elsewhere(&mut self, tenant: TenantId) {
        if let Some(count) = self.elsewhere.get_mut(&tenant).filter(|count| **count > 0) {
            *count -= 1;
            self.elsewhere_total -= 1;
        }
    }

    /// A lease ends at that time.
    pub(super) fn ends(&mut self, at: Timestamp) {
        self.first_end = Some(self.first_end.map_or(at, |first| first.min(at)));
    }

    /// What the rows say of when the first lease ends.
    pub(super) fn set_first_end(&mut self, at: Option<Timestamp>) {
        self.first_end = at;
    }

    /// Whether a lease may have run out.
    pub(super) fn may_have_ended(&self, now: Timestamp) -> bool {
        self.first_end.is_some_and(|end| end <= now)
    }

    /// When a call for deliveries is worth it without anything else happening.
    pub(super) fn wake_at(&self) -> Option<Timestamp> {
        self.fair.wake_at().into_iter().chain(self.first_end).min()
    }

    /// Deliveries of all tenants that have not ended.
    pub(super) fn total(&self) -> Backlog {
        let own = self.fair.total();
        Backlog { pending: own.pending, leased: own.leased.saturating_sub(self.assumed_total) + self.elsewhere_total }
    }

    /// Deliveries of a tenant that have not ended.
    pub(super) fn backlog(&self, tenant: TenantId) -> Backlog {
        let own = self.own(tenant);
        Backlog { pending: own.pending, leased: own.leased + self.elsewhere.get(&tenant).copied().unwrap_or(0) }
    }

    /// Deliveries of a tenant that wait, and those that this node runs.
    fn own(&self, tenant: TenantId) -> Backlog {
        let own = self.fair.backlog(tenant);
        let assumed = self.assumed.get(&tenant).copied().unwrap_or(0);
        Backlog { pending: own.pending, leased: own.leased.saturating_sub(assumed) }
    }

    /// What the operator set for tenants, all of it.
    pub(super) fn set_rules(&mut self, rules: BTreeMap<TenantId, Rule>, in_flight: u64) {
        self.fair.set_in_flight_default(in_flight);
        for tenant in &self.ruled {
            if !rules.contains_key(tenant) {
                self.fair.set_rule(*tenant, None);
            }
        }
        self.ruled = rules.keys().copied().collect();
        for (tenant, rule) in rules {
            self.fair.set_rule(tenant, Some(rule));
        }
    }

    /// What the operator set for one tenant.
    pub(super) fn set_rule(&mut self, tenant: TenantId, rule: Rule) {
        self.ruled.insert(tenant);
        self.fair.set_rule(tenant, Some(rule));
    }

    /// Every tenant with what of it has not ended.
    pub(super) fn backlogs(&self) -> HashMap<TenantId, Backlog> {
        let known = self.fair.known().into_iter().chain(self.elsewhere.keys().copied());
        known.map(|tenant| (tenant, self.backlog(tenant))).collect()
    }

    /// A count of the rows begins: what happens from now on is added to it.
    pub(super) fn begin_count(&mut self) {
        self.since = Some(HashMap::new());
    }

    /// A count did not end.
    pub(super) fn forget_count(&mut self) {
        self.since = None;
    }

    /// Takes over what was counted.
    pub(super) fn end_count(&mut self, count: Count) {
        let since = self.since.take().unwrap_or_default();
        self.elsewhere.clear();
        self.elsewhere_total = 0;
        for tenant in self.fair.known() {
            if !count.tenants.contains_key(&tenant) {
                self.correct(tenant, Counted::default(), since.get(&tenant).copied().unwrap_or_default());
            }
        }
        let before = self.wake_at();
        for (tenant, counted) in count.tenants {
            self.correct(tenant, counted, since.get(&tenant).copied().unwrap_or_default());
            if counted.elsewhere > 0 {
                self.elsewhere.insert(tenant, counted.elsewhere);
                self.elsewhere_total += counted.elsewhere;
            }
            if let Some(due) = counted.due {
                self.fair.due(tenant, Lane::Fresh, due);
            }
            if let Some(due) = counted.due_again {
                self.fair.due(tenant, Lane::Retry, due);
            }
        }
        // Something is due earlier than was known: it came to another node.
        self.wake |= match (before, self.wake_at()) {
            (Some(before), Some(now)) => now < before,
            (before, now) => before.is_none() && now.is_some(),
        };
        // A lease that was taken meanwhile is not in the count.
        if let Some(end) = count.first_end {
            self.ends(end);
        }
        self.wake |= !count.released.is_empty();
        self.released.extend(count.released);
        if let Some(dead) = count.dead {
            self.dead = dead;
        }
    }

    fn correct(&mut self, tenant: TenantId, counted: Counted, since: Delta) {
        let known = self.own(tenant);
        let difference = |counted: u64, since: i64, known: u64| {
            let right = i64::try_from(counted).unwrap_or(i64::MAX).saturating_add(since).max(0);
            right - i64::try_from(known).unwrap_or(i64::MAX)
        };
        let pending = difference(counted.pending, since.pending, known.pending);
        let leased = difference(counted.leased, since.leased, known.leased);
        if pending != 0 || leased != 0 {
            self.change(tenant, pending, leased);
            self.wake |= leased < 0;
        }
    }
}
