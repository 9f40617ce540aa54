//! Figures of attempts, counted up from rows.

use std::collections::{BTreeMap, HashMap};

use hookbox_protocol::api::{Bucket, HookStats, Percentiles};
use hookbox_protocol::id::HookNumber;
use hookbox_protocol::{HookId, Outcome, Timestamp};

/// Events that are looked at; where there are more, a part of them stands for all.
pub(crate) const EVENTS_MAX: u64 = 50_000;
/// How long before the stretch asked for an event may have come whose attempts are in it: the schedule of attempts is
/// shorter. Replays of older events are not counted.
pub(crate) const LOOK_BACK_MS: i64 = 24 * 60 * 60 * 1_000;

/// An attempt, as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) hook: HookNumber,
    /// A place in [`Outcome::NAMES`].
    pub(crate) outcome: u8,
    pub(crate) started_at: Timestamp,
    pub(crate) wall_us: u64,
}

/// Attempts by outcome.
type Outcomes = [u64; Outcome::NAMES.len()];

/// What was counted so far.
pub(crate) struct Tally {
    since: Timestamp,
    bucket_ms: u64,
    /// How many attempts one of them stands for.
    weight: u64,
    outcomes: Outcomes,
    buckets: Vec<Outcomes>,
    wall_us: Vec<u64>,
    hooks: HashMap<HookNumber, OfHook>,
}

#[derive(Default)]
struct OfHook {
    failed: u64,
    wall_us: Vec<u64>,
}

/// What came of it.
pub(crate) struct Counts {
    pub(crate) bucket_ms: u64,
    pub(crate) outcomes: BTreeMap<String, u64>,
    pub(crate) buckets: Vec<Bucket>,
    pub(crate) wall_ms: Option<Percentiles>,
    pub(crate) hooks: Vec<HookStats>,
}

/// Of how many events one is looked at, where there are so many.
pub(crate) fn stride(events: u64) -> u64 {
    events.div_ceil(EVENTS_MAX).max(1)
}

impl Tally {
    /// Counts attempts of `since..until` in so many stretches; each stands for `weight` of them.
    pub(crate) fn new(since: Timestamp, until: Timestamp, buckets: u32, weight: u64) -> Self {
        let length = u64::try_from(until.0.saturating_sub(since.0)).unwrap_or(0).max(1);
        let bucket_ms = length.div_ceil(u64::from(buckets.max(1)));
        let count = usize::try_from(length.div_ceil(bucket_ms)).unwrap_or(0);
        Self {
            since,
            bucket_ms,
            weight,
            outcomes: Outcomes::default(),
            buckets: vec![Outcomes::default(); count],
            wall_us: Vec::new(),
            hooks: HashMap::new(),
        }
    }

    pub(crate) fn add(&mut self, attempt: Counted) {
        let outcome = usize::from(attempt.outcome);
        let place = u64::try_from(attempt.started_at.0 - self.since.0).unwrap_or(0) / self.bucket_ms;
        let bucket = usize::try_from(place).ok().and_then(|place| self.buckets.get_mut(place));
        let (Some(bucket), true) = (bucket, outcome < self.outcomes.len()) else { return };
        bucket[outcome] += self.weight;
        self.outcomes[outcome] += self.weight;
        self.wall_us.push(attempt.wall_us);
        let hook = self.hooks.entry(attempt.hook).or_default();
        hook.wall_us.push(attempt.wall_us);
        let completed = Outcome::NAMES[outcome] == "completed";
        hook.failed += if completed { 0 } else { self.weight };
    }

    /// Ends the count; `names` are the hooks by number.
    pub(crate) fn finish(mut self, names: &HashMap<HookNumber, (HookId, String)>) -> Counts {
        let weight = self.weight;
        let mut hooks: Vec<HookStats> = self
            .hooks
            .into_iter()
            .filter_map(|(number, mut hook)| {
                let (hook_id, hook_name) = names.get(&number)?.clone();
                Some(HookStats {
                    hook_id,
                    hook_name,
                    attempts: hook.wall_us.len() as u64 * weight,
                    failed: hook.failed,
                    wall_ms_p50: percentile(&mut hook.wall_us, 50),
                })
            })
            .collect();
        hooks.sort_by(|a, b| b.attempts.cmp(&a.attempts).then_with(|| a.hook_id.cmp(&b.hook_id)));
        let walls = &mut self.wall_us;
        let wall_ms = (!walls.is_empty()).then(|| Percentiles {
            p50: percentile(walls, 50),
            p90: percentile(walls, 90),
            p99: percentile(walls, 99),
        });
        let starts = (0i64..).map(|place| self.since.0 + place * i64::try_from(self.bucket_ms).unwrap_or(i64::MAX));
        let bucket = |(at, outcomes)| Bucket { at: Timestamp(at), outcomes: named(outcomes) };
        Counts {
            bucket_ms: self.bucket_ms,
            outcomes: named(&self.outcomes),
            buckets: starts.zip(&self.buckets).map(bucket).collect(),
            wall_ms,
            hooks,
        }
    }
}

fn named(outcomes: &Outcomes) -> BTreeMap<String, u64> {
    let pairs = Outcome::NAMES.iter().zip(outcomes).filter(|(_, count)| **count > 0);
    pairs.map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// The value that so many of a hundred do not pass, in milliseconds.
fn percentile(wall_us: &mut [u64], percent: usize) -> f64 {
    if wall_us.is_empty() {
        return 0.0;
    }
    let place = (wall_us.len() * percent).div_ceil(100).max(1) - 1;
    let (_, value, _) = wall_us.select_nth_unstable(place);
    hookbox_protocol::report::millis(std::time::Duration::from_micros(*value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(outcome: u8, at: i64, wall_us: u64) -> Counted {
        Counted { hook: HookNumber(1), outcome, started_at: Timestamp(at), wall_us }
    }

    #[test]
    fn attempts_are_counted_by_stretch_and_outcome() {
        let mut tally = Tally::new(Timestamp(1_000), Timestamp(2_000), 3, 1);
        for (outcome, at) in [(0, 1_000), (0, 1_333), (1, 1_334), (1, 1_999), (0, 2_002), (99, 1_000)] {
            tally.add(attempt(outcome, at, 1_500));
        }
        let names =
            HashMap::from([(HookNumber(1), ("01ARZ3NDEKTSV4RRFFQ69G5FAV".parse().expect("an id"), "mail".to_owned()))]);
        let counts = tally.finish(&names);
        let shown: Vec<_> = counts.buckets.iter().map(|bucket| (bucket.at.0, bucket.outcomes.clone())).collect();
        let of = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect();
        assert_eq!(counts.bucket_ms, 334);
        assert_eq!(
            shown,
            [(1_000, of(&[("completed", 2)])), (1_334, of(&[("failed", 1)])), (1_668, of(&[("failed", 1)]))]
        );
        assert_eq!(counts.outcomes, of(&[("completed", 2), ("failed", 2)]));
        assert_eq!((counts.hooks[0].attempts, counts.hooks[0].failed, counts.hooks[0].wall_ms_p50), (4, 2, 1.5));
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let mut walls: Vec<u64> = (1..=100).rev().map(|ms| ms * 1_000).collect();
        assert_eq!([50, 90, 99, 100].map(|percent| percentile(&mut walls, percent)), [50.0, 90.0, 99.0, 100.0]);
        assert_eq!((percentile(&mut [7_000], 50), percentile(&mut [], 50)), (7.0, 0.0));
    }

    #[test]
    fn a_sample_stands_for_all() {
        assert_eq!([0, 1, EVENTS_MAX, EVENTS_MAX + 1, 10 * EVENTS_MAX].map(stride), [1, 1, 1, 2, 10]);
        let mut tally = Tally::new(Timestamp(0), Timestamp(10), 1, 10);
        tally.add(attempt(1, 5, 1));
        assert_eq!(tally.finish(&HashMap::new()).outcomes["failed"], 10);
    }
}
