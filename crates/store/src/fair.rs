//! Whose turn it is: fair queueing between tenants.
//!
//! Every tenant with due work has a virtual time, which moves on by the cost of each delivery that it gets; the tenant
//! with the least is served next, and one that comes back starts at the present, so that nobody saves up turns. This is
//! what deficit round-robin approximates, without its rounds: a turn costs the logarithm of the tenants with due work,
//! however large their backlogs are.
//!
//! Nothing here is stored. The database is the truth, and the engine fills this from it when it opens.

use std::collections::{BTreeSet, HashMap};

use hookbox_protocol::{TenantId, Timestamp};

use crate::Backlog;

/// What a run costs beside its CPU time: claiming, instantiating, recording. Also the cost of a tenant not known yet.
const RUN_COST_US: u64 = 1_000;
/// A new cost counts for one part in so many of the average.
const COST_MEMORY: u64 = 8;

/// The tenants that have deliveries which have not ended.
#[derive(Debug, Default)]
pub(crate) struct Fair {
    tenants: HashMap<TenantId, Share>,
    /// Tenants whose next delivery is not due yet, by when it will be.
    later: BTreeSet<(Timestamp, TenantId)>,
    /// Tenants that may have due deliveries, by virtual time.
    ready: BTreeSet<(u64, TenantId)>,
    /// The same tenants, by when their next delivery became due.
    ready_since: BTreeSet<(Timestamp, TenantId)>,
    /// The virtual time of the tenant served last.
    present: u64,
    /// Whether all that are ready are at their caps: then only another's work or a free slot is worth a call.
    all_capped: bool,
    /// Tenants whose backlog changed since [`Fair::take_touched`].
    touched: Vec<TenantId>,
    total: Backlog,
}

#[derive(Debug)]
struct Share {
    virtual_time: u64,
    cost_us: u64,
    place: Place,
    backlog: Backlog,
}

/// Where a tenant waits, with the earliest time at which it may have a due delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Later(Timestamp),
    Ready(Timestamp),
}

/// One call for deliveries, while it is served.
#[derive(Debug)]
pub(crate) struct Round {
    slots: u64,
    left: u32,
    tenant_most: u32,
    /// Tenants at their cap, which go back to the others at the end.
    aside: Vec<(TenantId, Timestamp)>,
}

impl Fair {
    /// Deliveries of all tenants that have not ended.
    pub(crate) fn total(&self) -> Backlog {
        self.total
    }

    /// Deliveries of a tenant that have not ended.
    pub(crate) fn backlog(&self, tenant: TenantId) -> Backlog {
        self.tenants.get(&tenant).map(|share| share.backlog).unwrap_or_default()
    }

    /// The tenants whose backlog changed since the last call, once or more often each.
    pub(crate) fn take_touched(&mut self) -> Vec<TenantId> {
        std::mem::take(&mut self.touched)
    }

    /// Counts deliveries that came (positive) or went (negative).
    pub(crate) fn count(&mut self, tenant: TenantId, pending: i64, leased: i64) {
        self.all_capped &= leased >= 0;
        self.touched.push(tenant);
        let add = |backlog: &mut Backlog| {
            backlog.pending = backlog.pending.saturating_add_signed(pending);
            backlog.leased = backlog.leased.saturating_add_signed(leased);
        };
        add(&mut self.total);
        add(&mut self.share(tenant).backlog);
        self.forget_if_idle(tenant);
    }

    /// A delivery of the tenant is due at that time.
    pub(crate) fn due(&mut self, tenant: TenantId, at: Timestamp) {
        match self.share(tenant).place {
            Place::Ready(_) => {}
            Place::Later(known) if known <= at => {}
            _ => self.put(tenant, Place::Later(at)),
        }
    }

    /// Takes the measured CPU time of a run into the tenant's cost.
    pub(crate) fn spent(&mut self, tenant: TenantId, cpu_us: u64) {
        let share = self.share(tenant);
        share.cost_us = (share.cost_us * (COST_MEMORY - 1) + cpu_us + RUN_COST_US) / COST_MEMORY;
    }

    /// Since when, or from when on, some tenant has a due delivery.
    pub(crate) fn first_due(&self) -> Option<Timestamp> {
        let ready = self.ready_since.first().map(|(at, _)| *at);
        ready.into_iter().chain(self.first_later()).min()
    }

    /// When a call for deliveries is worth it without anything else happening.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        if self.all_capped { self.first_later() } else { self.first_due() }
    }

    fn first_later(&self) -> Option<Timestamp> {
        self.later.first().map(|(at, _)| *at)
    }

    /// Begins a call for `most` deliveries.
    pub(crate) fn begin(&mut self, now: Timestamp, most: u32, tenant_most: u32) -> Round {
        while let Some((at, tenant)) = self.later.first().copied().filter(|(at, _)| *at <= now) {
            self.put(tenant, Place::Ready(at));
        }
        Round { slots: self.total.leased + u64::from(most), left: most, tenant_most, aside: Vec::new() }
    }

    /// The tenant whose turn it is and how many of its deliveries it may have; `None` when the round is over.
    pub(crate) fn turn(&mut self, round: &mut Round) -> Option<(TenantId, u32)> {
        while round.left > 0 {
            let Some((_, tenant)) = self.ready.first().copied() else {
                return self.turn_of_the_last(round);
            };
            let others_wait = self.ready.len() + round.aside.len() > 1;
            let cap = if others_wait { round.slots.div_ceil(2) } else { round.slots };
            let fair = round.left.div_ceil(u32::try_from(self.ready.len()).unwrap_or(u32::MAX));
            match self.allowed(round, tenant, cap) {
                0 => {
                    let Place::Ready(since) = self.share(tenant).place else { return None };
                    self.put(tenant, Place::Nowhere);
                    round.aside.push((tenant, since));
                }
                allowed => return Some((tenant, allowed.min(fair))),
            }
        }
        None
    }

    /// Nobody is left but those at their cap. If that is one tenant, nobody waits for the slots that are left.
    fn turn_of_the_last(&mut self, round: &mut Round) -> Option<(TenantId, u32)> {
        let [(tenant, since)] = round.aside[..] else { return None };
        let allowed = self.allowed(round, tenant, round.slots);
        if allowed == 0 {
            return None;
        }
        round.aside.clear();
        self.put(tenant, Place::Ready(since));
        Some((tenant, allowed))
    }

    fn allowed(&mut self, round: &Round, tenant: TenantId, cap: u64) -> u32 {
        let in_flight = self.share(tenant).backlog.leased;
        let allowed = cap.min(u64::from(round.tenant_most)).saturating_sub(in_flight);
        round.left.min(u32::try_from(allowed).unwrap_or(u32::MAX))
    }

    /// The tenant got `taken` deliveries; `next` is the earliest time at which it may have another one.
    pub(crate) fn took(
        &mut self,
        round: &mut Round,
        tenant: TenantId,
        taken: u32,
        next: Option<Timestamp>,
        now: Timestamp,
    ) {
        round.left = round.left.saturating_sub(taken);
        let share = self.share(tenant);
        let before = share.virtual_time;
        let place = match next {
            Some(at) if at <= now => Place::Ready(at),
            Some(at) => Place::Later(at),
            None => Place::Nowhere,
        };
        let after = before + share.cost_us * u64::from(taken);
        self.put(tenant, Place::Nowhere);
        self.present = self.present.max(before);
        self.share(tenant).virtual_time = after;
        self.put(tenant, place);
        self.forget_if_idle(tenant);
    }

    /// Ends the call. Tenants at their cap go back, and are asked for again when a slot of theirs comes free.
    pub(crate) fn end(&mut self, round: Round) {
        self.all_capped = self.ready.is_empty() && !round.aside.is_empty() && round.left > 0;
        for (tenant, since) in round.aside {
            self.put(tenant, Place::Ready(since));
        }
    }

    fn share(&mut self, tenant: TenantId) -> &mut Share {
        let present = self.present;
        self.tenants.entry(tenant).or_insert_with(|| Share {
            virtual_time: present,
            cost_us: RUN_COST_US,
            place: Place::Nowhere,
            backlog: Backlog::default(),
        })
    }

    fn put(&mut self, tenant: TenantId, place: Place) {
        let present = self.present;
        let share = self.share(tenant);
        let (old, old_time) = (share.place, share.virtual_time);
        share.place = place;
        if matches!(place, Place::Ready(_)) && !matches!(old, Place::Ready(_)) {
            share.virtual_time = share.virtual_time.max(present);
        }
        let time = share.virtual_time;
        match old {
            Place::Nowhere => {}
            Place::Later(at) => {
                self.later.remove(&(at, tenant));
            }
            Place::Ready(since) => {
                self.ready.remove(&(old_time, tenant));
                self.ready_since.remove(&(since, tenant));
            }
        }
        match place {
            Place::Nowhere => {}
            Place::Later(at) => {
                self.later.insert((at, tenant));
            }
            Place::Ready(since) => {
                self.ready.insert((time, tenant));
                self.ready_since.insert((since, tenant));
            }
        }
    }

    /// A tenant without deliveries needs no place. What its last runs cost is forgotten with it, unless it still waits
    /// behind the present: then leaving and coming back must not pay.
    fn forget_if_idle(&mut self, tenant: TenantId) {
        let Some(share) = self.tenants.get(&tenant) else { return };
        if share.backlog != Backlog::default() {
            return;
        }
        let is_behind = share.virtual_time > self.present;
        self.put(tenant, Place::Nowhere);
        if !is_behind {
            self.tenants.remove(&tenant);
        }
    }
}
