//! Whose turn it is: fair queueing between tenants, in two lanes.
//!
//! Every tenant with due work has a virtual time, which moves on by the cost of each delivery that it gets; the tenant
//! with the least is served next, and one that comes back starts at the present, so that nobody saves up turns. This is
//! what deficit round-robin approximates, without its rounds: a turn costs the logarithm of the tenants with due work,
//! however large their backlogs are.
//!
//! A first attempt goes before another one, whoever's it is: after a mail service came back, the retries of an hour must
//! not stand before the mails of this minute. So that retries are not starved by a flood, half of the slots go first to
//! those that have waited for more than [`OVERDUE_MS`] past their time.
//!
//! Nothing here is stored. The database is the truth, and the engine fills this from it when it opens.

use std::collections::{BTreeSet, HashMap};

use hookbox_protocol::{TenantId, Timestamp};

use crate::Backlog;

#[cfg(test)]
mod tests;

/// What a run costs beside its CPU time: claiming, instantiating, recording. Also the cost of a tenant not known yet.
const RUN_COST_US: u64 = 1_000;
/// A new cost counts for one part in so many of the average.
const COST_MEMORY: u64 = 8;
/// How long a retry waits past its time behind first attempts before it gets slots of its own.
pub(crate) const OVERDUE_MS: i64 = 5_000;

/// What kind of attempt a delivery waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Lane {
    /// The first one.
    Fresh,
    /// Another one.
    Retry,
}

/// What the operator set for a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) suspended: bool,
    /// The most that it has in flight, also when nobody else waits.
    pub(crate) in_flight: u64,
}

/// The tenants that have deliveries which have not ended.
#[derive(Debug, Default)]
pub(crate) struct Fair {
    tenants: HashMap<TenantId, Share>,
    rules: HashMap<TenantId, Rule>,
    /// What holds for tenants without a rule.
    in_flight_default: Option<u64>,
    queues: [Queue; 3],
    /// The virtual time of the tenant served last.
    present: u64,
    /// Whether all that are ready are at their caps: then only another's work or a free slot is worth a call.
    all_capped: bool,
    /// Whether the odd slot of the next call is one for overdue retries: they and first attempts have it in turn.
    odd_is_overdue: bool,
    /// Tenants whose backlog changed since [`Fair::take_touched`].
    touched: Vec<TenantId>,
    total: Backlog,
}

/// Tenants that wait for the same: places in it are first attempts, retries and overdue retries.
#[derive(Debug, Default)]
struct Queue {
    /// Those whose next delivery is not due yet, by when it will be.
    later: BTreeSet<(Timestamp, TenantId)>,
    /// Those that may have due deliveries, by virtual time.
    ready: BTreeSet<(u64, TenantId)>,
    /// The same tenants, by when their next delivery became due.
    since: BTreeSet<(Timestamp, TenantId)>,
}

const FRESH: usize = 0;
const RETRY: usize = 1;
const OVERDUE: usize = 2;

#[derive(Debug)]
struct Share {
    virtual_time: u64,
    cost_us: u64,
    /// By lane.
    places: [Place; 2],
    backlog: Backlog,
}

/// Where a tenant waits, with the earliest time at which it may have a due delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Later(Timestamp),
    Ready(Timestamp),
    /// Ready, and past its time for long. Only in the lane of retries.
    Overdue(Timestamp),
}

/// One call for deliveries, while it is served.
#[derive(Debug)]
pub(crate) struct Round {
    now: Timestamp,
    slots: u64,
    left: u32,
    /// Slots of `left` that go first to overdue retries.
    overdue: u32,
    tenant_most: u32,
    /// Tenants at their cap, which go back to the others at the end.
    aside: Vec<(TenantId, Lane, Place)>,
    /// Whether only one tenant is left, which need not leave slots for others.
    alone: bool,
}

/// A tenant whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) tenant: TenantId,
    pub(crate) lane: Lane,
    /// How many of its deliveries it may have.
    pub(crate) most: u32,
    /// Only those that were due by then.
    pub(crate) due_by: Timestamp,
    from_overdue: bool,
}

impl Turn {
    /// How long a delivery must have been due already.
    pub(crate) fn patience_ms(&self) -> i64 {
        if self.from_overdue { OVERDUE_MS } else { 0 }
    }
}

impl Lane {
    fn index(self) -> usize {
        match self {
            Self::Fresh => FRESH,
            Self::Retry => RETRY,
        }
    }
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

    /// The tenants with deliveries that have not ended, or with a turn to wait for.
    pub(crate) fn known(&self) -> Vec<TenantId> {
        self.tenants.keys().copied().collect()
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

    /// A delivery of the tenant is due at that time. Of a suspended tenant this says nothing: tell it again on resuming.
    pub(crate) fn due(&mut self, tenant: TenantId, lane: Lane, at: Timestamp) {
        match self.share(tenant).places[lane.index()] {
            Place::Ready(_) | Place::Overdue(_) => {}
            Place::Later(known) if known <= at => {}
            _ => self.put(tenant, lane, Place::Later(at)),
        }
    }

    /// What holds for a tenant from now on; `None` for what holds for everybody. A tenant that is suspended has no turns.
    pub(crate) fn set_rule(&mut self, tenant: TenantId, rule: Option<Rule>) {
        self.all_capped = false;
        match rule {
            Some(rule) => self.rules.insert(tenant, rule),
            None => self.rules.remove(&tenant),
        };
        if rule.is_some_and(|rule| rule.suspended) {
            self.put(tenant, Lane::Fresh, Place::Nowhere);
            self.put(tenant, Lane::Retry, Place::Nowhere);
            self.forget_if_idle(tenant);
        }
    }

    /// The most that a tenant without a rule has in flight.
    pub(crate) fn set_in_flight_default(&mut self, most: u64) {
        self.in_flight_default = Some(most);
    }

    /// What was set for a tenant.
    pub(crate) fn rule(&self, tenant: TenantId) -> Option<Rule> {
        self.rules.get(&tenant).copied()
    }

    /// Takes the measured CPU time of a run into the tenant's cost.
    pub(crate) fn spent(&mut self, tenant: TenantId, cpu_us: u64) {
        let share = self.share(tenant);
        share.cost_us = (share.cost_us * (COST_MEMORY - 1) + cpu_us + RUN_COST_US) / COST_MEMORY;
    }

    /// Since when, or from when on, some tenant has a due delivery.
    pub(crate) fn first_due(&self) -> Option<Timestamp> {
        let first = |set: &BTreeSet<(Timestamp, TenantId)>| set.first().map(|(at, _)| *at);
        self.queues.iter().filter_map(|queue| first(&queue.since)).chain(self.first_later()).min()
    }

    /// When a call for deliveries is worth it without anything else happening.
    pub(crate) fn wake_at(&self) -> Option<Timestamp> {
        if self.all_capped { self.first_later() } else { self.first_due() }
    }

    fn first_later(&self) -> Option<Timestamp> {
        self.queues.iter().filter_map(|queue| queue.later.first()).map(|(at, _)| *at).min()
    }

    /// Begins a call for `most` deliveries.
    pub(crate) fn begin(&mut self, now: Timestamp, most: u32, tenant_most: u32) -> Round {
        for lane in [Lane::Fresh, Lane::Retry] {
            while let Some((at, tenant)) = self.queues[lane.index()].later.first().copied().filter(|(at, _)| *at <= now)
            {
                self.put(tenant, lane, Place::Ready(at));
            }
        }
        let overdue_at = Timestamp(now.0.saturating_sub(OVERDUE_MS));
        while let Some((at, tenant)) = self.queues[RETRY].since.first().copied().filter(|(at, _)| *at <= overdue_at) {
            self.put(tenant, Lane::Retry, Place::Overdue(at));
        }
        let is_odd = most % 2 == 1 && !self.queues[OVERDUE].ready.is_empty();
        self.odd_is_overdue ^= is_odd;
        let overdue = most / 2 + u32::from(is_odd && self.odd_is_overdue);
        let slots = self.total.leased + u64::from(most);
        Round { now, slots, left: most, overdue, tenant_most, aside: Vec::new(), alone: false }
    }

    /// The tenant whose turn it is and how much it may have; `None` when the round is over.
    pub(crate) fn turn(&mut self, round: &mut Round) -> Option<Turn> {
        while round.left > 0 {
            let Some(queue) = self.next_queue(round) else {
                if !self.go_on_alone(round) {
                    return None;
                }
                continue;
            };
            let (_, tenant) = self.queues[queue].ready.first().copied()?;
            let lane = if queue == FRESH { Lane::Fresh } else { Lane::Retry };
            match self.allowed(round, tenant) {
                0 => {
                    let place = self.share(tenant).places[lane.index()];
                    self.put(tenant, lane, Place::Nowhere);
                    round.aside.push((tenant, lane, place));
                }
                allowed => return Some(self.turn_of(round, tenant, lane, queue, allowed)),
            }
        }
        None
    }

    fn turn_of(&self, round: &Round, tenant: TenantId, lane: Lane, queue: usize, allowed: u32) -> Turn {
        let is_overdue = queue == OVERDUE;
        // As long as first attempts wait, overdue retries have no more than their part.
        let left = if is_overdue && !self.queues[FRESH].ready.is_empty() { round.overdue } else { round.left };
        let fair = left.div_ceil(u32::try_from(self.queues[queue].ready.len()).unwrap_or(u32::MAX));
        let due_by = if is_overdue { Timestamp(round.now.0.saturating_sub(OVERDUE_MS)) } else { round.now };
        Turn { tenant, lane, most: allowed.min(fair), due_by, from_overdue: is_overdue }
    }

    /// The queue that is served next: the part of overdue retries, first attempts, the rest of the retries.
    fn next_queue(&self, round: &Round) -> Option<usize> {
        let has = |queue: usize| !self.queues[queue].ready.is_empty();
        if round.overdue > 0 && has(OVERDUE) {
            return Some(OVERDUE);
        }
        [FRESH, OVERDUE, RETRY].into_iter().find(|queue| has(*queue))
    }

    /// Nobody is left but those at their cap. If that is one tenant, nobody waits for the slots that are left.
    fn go_on_alone(&mut self, round: &mut Round) -> bool {
        let Some((tenant, ..)) = round.aside.first().copied() else { return false };
        if round.alone || round.aside.iter().any(|(other, ..)| *other != tenant) {
            return false;
        }
        round.alone = true;
        if self.allowed(round, tenant) == 0 {
            return false;
        }
        for (tenant, lane, place) in std::mem::take(&mut round.aside) {
            self.put(tenant, lane, place);
        }
        true
    }

    /// How many deliveries the tenant may have now. While others wait, it keeps to half of the slots.
    fn allowed(&mut self, round: &Round, tenant: TenantId) -> u32 {
        let others_wait = !round.alone
            && (round.aside.iter().any(|(other, ..)| *other != tenant)
                || self.queues.iter().any(|queue| queue.ready.iter().take(2).any(|(_, other)| *other != tenant)));
        let cap = if others_wait { round.slots.div_ceil(2) } else { round.slots };
        let own = self.rule(tenant).map_or(self.in_flight_default.unwrap_or(u64::MAX), |rule| rule.in_flight);
        let in_flight = self.share(tenant).backlog.leased;
        let allowed = cap.min(u64::from(round.tenant_most)).min(own).saturating_sub(in_flight);
        round.left.min(u32::try_from(allowed).unwrap_or(u32::MAX))
    }

    /// The tenant got `taken` deliveries; `next` is the earliest time at which it may have another one in that lane.
    pub(crate) fn took(&mut self, round: &mut Round, turn: Turn, taken: u32, next: Option<Timestamp>) {
        round.left = round.left.saturating_sub(taken);
        if turn.from_overdue {
            round.overdue = round.overdue.saturating_sub(taken);
        }
        let (tenant, lane) = (turn.tenant, turn.lane);
        let share = self.share(tenant);
        let before = share.virtual_time;
        let after = before + share.cost_us * u64::from(taken);
        let place = place_of(round, lane, next);
        self.put(tenant, lane, Place::Nowhere);
        self.present = self.present.max(before);
        self.set_time(tenant, after);
        self.put(tenant, lane, place);
        self.forget_if_idle(tenant);
    }

    /// Corrects what [`Fair::took`] was told: `untaken` of them were not there, and `next` is the earliest time at which
    /// the tenant may have another one in that lane.
    pub(crate) fn took_less(&mut self, round: &mut Round, turn: Turn, untaken: u32, next: Option<Timestamp>) {
        round.left = round.left.saturating_add(untaken);
        if turn.from_overdue {
            round.overdue = round.overdue.saturating_add(untaken);
        }
        let share = self.share(turn.tenant);
        let time = share.virtual_time.saturating_sub(share.cost_us * u64::from(untaken));
        self.set_time(turn.tenant, time);
        let place = place_of(round, turn.lane, next);
        round.aside.retain(|(tenant, lane, _)| (*tenant, *lane) != (turn.tenant, turn.lane));
        self.put(turn.tenant, turn.lane, place);
        self.forget_if_idle(turn.tenant);
    }

    /// Looks once more at those that were at their caps, since less was taken than it seemed.
    pub(crate) fn look_again(&mut self, round: &mut Round) {
        round.alone = false;
        for (tenant, lane, place) in std::mem::take(&mut round.aside) {
            self.put(tenant, lane, place);
        }
    }

    /// Ends the call. Tenants at their cap go back, and are asked for again when a slot of theirs comes free.
    pub(crate) fn end(&mut self, round: Round) {
        let nobody = self.queues.iter().all(|queue| queue.ready.is_empty());
        self.all_capped = nobody && !round.aside.is_empty() && round.left > 0;
        for (tenant, lane, place) in round.aside {
            self.put(tenant, lane, place);
        }
    }

    fn share(&mut self, tenant: TenantId) -> &mut Share {
        let present = self.present;
        self.tenants.entry(tenant).or_insert_with(|| Share {
            virtual_time: present,
            cost_us: RUN_COST_US,
            places: [Place::Nowhere; 2],
            backlog: Backlog::default(),
        })
    }

    /// Moves a tenant's virtual time, and with it the tenant in the queues.
    fn set_time(&mut self, tenant: TenantId, time: u64) {
        let share = self.share(tenant);
        let (old, places) = (std::mem::replace(&mut share.virtual_time, time), share.places);
        for (lane, place) in places.into_iter().enumerate() {
            if let Some((queue, _)) = ready_in(lane, place) {
                self.queues[queue].ready.remove(&(old, tenant));
                self.queues[queue].ready.insert((time, tenant));
            }
        }
    }

    fn put(&mut self, tenant: TenantId, lane: Lane, place: Place) {
        let is_suspended = self.rule(tenant).is_some_and(|rule| rule.suspended);
        let place = if is_suspended { Place::Nowhere } else { place };
        let (present, lane) = (self.present, lane.index());
        let share = self.share(tenant);
        let old = std::mem::replace(&mut share.places[lane], place);
        let time = share.virtual_time;
        let was_ready = ready_in(lane, old).is_some() || ready_in(1 - lane, share.places[1 - lane]).is_some();
        match (old, ready_in(lane, old)) {
            (Place::Later(at), _) => {
                self.queues[lane].later.remove(&(at, tenant));
            }
            (_, Some((queue, since))) => {
                self.queues[queue].ready.remove(&(time, tenant));
                self.queues[queue].since.remove(&(since, tenant));
            }
            _ => {}
        }
        match (place, ready_in(lane, place)) {
            (Place::Later(at), _) => {
                self.queues[lane].later.insert((at, tenant));
            }
            (_, Some((queue, since))) => {
                let time = if was_ready { time } else { time.max(present) };
                self.share(tenant).virtual_time = time;
                self.queues[queue].ready.insert((time, tenant));
                self.queues[queue].since.insert((since, tenant));
            }
            _ => {}
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
        self.put(tenant, Lane::Fresh, Place::Nowhere);
        self.put(tenant, Lane::Retry, Place::Nowhere);
        if !is_behind {
            self.tenants.remove(&tenant);
        }
    }
}

/// Where a tenant waits in a lane whose next delivery is due at that time.
fn place_of(round: &Round, lane: Lane, next: Option<Timestamp>) -> Place {
    let overdue_at = Timestamp(round.now.0.saturating_sub(OVERDUE_MS));
    match next {
        Some(at) if lane == Lane::Retry && at <= overdue_at => Place::Overdue(at),
        Some(at) if at <= round.now => Place::Ready(at),
        Some(at) => Place::Later(at),
        None => Place::Nowhere,
    }
}

/// The queue in which a place is ready, and since when it is.
fn ready_in(lane: usize, place: Place) -> Option<(usize, Timestamp)> {
    match place {
        Place::Ready(since) => Some((lane, since)),
        Place::Overdue(since) => Some((OVERDUE, since)),
        Place::Nowhere | Place::Later(_) => None,
    }
}
