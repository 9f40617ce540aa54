//! Turns between tenants and between the two lanes, without a store.

use std::collections::VecDeque;

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

/// A queue in memory: what an engine does with its rows.
#[derive(Default)]
struct Rows {
    fair: Fair,
    waiting: HashMap<(TenantId, usize), VecDeque<Timestamp>>,
}

impl Rows {
    fn add(&mut self, tenant: i64, lane: Lane, at: Timestamp, count: usize) {
        let tenant = TenantId(tenant);
        self.waiting.entry((tenant, lane.index())).or_default().extend(vec![at; count]);
        self.fair.count(tenant, i64::try_from(count).expect("small"), 0);
        self.fair.due(tenant, lane, at);
    }

    /// One call, as letters in the order of the turns: `a` to `z` for first attempts, `A` to `Z` for retries.
    fn lease(&mut self, most: u32) -> String {
        let mut text = String::new();
        let mut round = self.fair.begin(NOW, most, u32::MAX);
        while let Some(turn) = self.fair.turn(&mut round) {
            let rows = self.waiting.entry((turn.tenant, turn.lane.index())).or_default();
            let mut taken = 0;
            while taken < turn.most && rows.front().is_some_and(|at| *at <= turn.due_by) {
                rows.pop_front();
                taken += 1;
                let first = if turn.lane == Lane::Fresh { b'a' } else { b'A' };
                text.push(char::from(first + u8::try_from(turn.tenant.0).expect("small")));
            }
            let next = rows.front().copied();
            self.fair.count(turn.tenant, -i64::from(taken), i64::from(taken));
            self.fair.took(&mut round, turn, taken, next);
        }
        self.fair.end(round);
        text
    }

    fn finish(&mut self, leased: &str) {
        for letter in leased.bytes() {
            let tenant = TenantId(i64::from(letter.to_ascii_lowercase() - b'a'));
            self.fair.count(tenant, 0, -1);
        }
    }

    /// So many calls, each finished before the next; how many letters of each kind there were.
    fn calls(&mut self, calls: usize, most: u32) -> (usize, usize) {
        let mut text = String::new();
        for _ in 0..calls {
            let leased = self.lease(most);
            self.finish(&leased);
            text.push_str(&leased);
        }
        (text.matches(char::is_lowercase).count(), text.matches(char::is_uppercase).count())
    }
}

#[test]
fn first_attempts_go_before_retries_of_whatever_tenant() {
    let mut rows = Rows::default();
    rows.add(0, Lane::Retry, NOW, 10);
    rows.add(1, Lane::Fresh, NOW, 3);
    assert_eq!(rows.lease(8), "bbbAAAAA");
    assert_eq!(rows.lease(2), "AA");
}

#[test]
fn retries_that_waited_for_long_get_half_of_the_slots() {
    let long_ago = Timestamp(NOW.0 - OVERDUE_MS);
    let mut rows = Rows::default();
    rows.add(0, Lane::Retry, long_ago, 1_000);
    rows.add(1, Lane::Fresh, NOW, 1_000);
    rows.add(2, Lane::Retry, NOW, 1_000);
    assert_eq!(rows.calls(10, 8), (40, 40));
    assert_eq!(rows.calls(100, 1), (50, 50), "one slot is theirs in turn");
    assert_eq!(rows.calls(10, 3), (15, 15));
    let leased = rows.lease(8);
    assert!(!leased.contains('C'), "{leased}: it has not waited for long");
}

#[test]
fn one_tenant_in_both_lanes_is_nobody_else() {
    let mut rows = Rows::default();
    rows.add(0, Lane::Retry, Timestamp(NOW.0 - OVERDUE_MS), 10);
    rows.add(0, Lane::Fresh, NOW, 10);
    assert_eq!(rows.lease(12).len(), 12, "alone it has every slot");
}

#[test]
fn overdue_retries_are_shared_fairly_too() {
    let mut rows = Rows::default();
    rows.add(0, Lane::Retry, Timestamp(NOW.0 - 10 * OVERDUE_MS), 1_000);
    rows.add(1, Lane::Retry, Timestamp(NOW.0 - OVERDUE_MS), 10);
    let leased = rows.lease(20);
    assert_eq!(leased.matches('B').count(), 10, "{leased}");
}

#[test]
fn a_suspended_tenant_has_no_turns_until_it_is_resumed() {
    let mut rows = Rows::default();
    let tenant = TenantId(0);
    rows.add(0, Lane::Fresh, NOW, 2);
    let suspended = Rule { suspended: true, in_flight: 5 };
    rows.fair.set_rule(tenant, Some(suspended));
    rows.add(0, Lane::Retry, NOW, 2);
    assert_eq!((rows.lease(4).as_str(), rows.fair.first_due(), rows.fair.total().pending), ("", None, 4));
    rows.fair.set_rule(tenant, None);
    rows.fair.due(tenant, Lane::Fresh, NOW);
    rows.fair.due(tenant, Lane::Retry, NOW);
    assert_eq!(rows.lease(4), "aaAA");
}

#[test]
fn a_tenants_own_cap_holds_when_it_is_alone() {
    let mut rows = Rows::default();
    rows.fair.set_rule(TenantId(0), Some(Rule { suspended: false, in_flight: 2 }));
    rows.add(0, Lane::Fresh, NOW, 5);
    assert_eq!(rows.lease(4), "aa");
    assert_eq!((rows.lease(4).as_str(), rows.fair.wake_at()), ("", None), "it waits for a slot of its own");
    rows.finish("a");
    assert_eq!((rows.fair.wake_at(), rows.lease(4).as_str()), (Some(NOW), "a"));
}
