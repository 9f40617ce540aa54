//! Lines of the log for what may happen with every call or delivery while something is down: one a second for each
//! place that writes them, with how often it happened.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a line keeps its like away.
const PAUSE: Duration = Duration::from_secs(1);

/// Holds back what was said a moment ago. A place that writes lines has one of its own.
#[derive(Debug)]
pub(crate) struct Seldom(Mutex<Said>);

#[derive(Debug)]
struct Said {
    at: Option<Instant>,
    held_back: u64,
}

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Said { at: None, held_back: 0 }))
    }

    /// Whether it is to be said now: then how often it happened since it was said last, this time included.
    pub(crate) fn times(&self) -> Option<u64> {
        self.times_at(Instant::now())
    }

    fn times_at(&self, now: Instant) -> Option<u64> {
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if said.at.is_some_and(|at| now.saturating_duration_since(at) < PAUSE) {
            said.held_back += 1;
            return None;
        }
        said.at = Some(now);
        Some(std::mem::take(&mut said.held_back) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happens_all_the_time_is_said_once_a_second_with_a_count() {
        let (seldom, begun) = (Seldom::new(), Instant::now());
        let said: Vec<Option<u64>> =
            (0..25).map(|tenth| seldom.times_at(begun + Duration::from_millis(100) * tenth)).collect();
        let lines: Vec<(usize, u64)> =
            said.iter().enumerate().filter_map(|(tenth, times)| times.map(|times| (tenth, times))).collect();
        assert_eq!(lines, [(0, 1), (10, 10), (20, 10)]);
        assert_eq!(
            seldom.times_at(begun + Duration::from_secs(60)),
            Some(5),
            "what was held back is told with the next"
        );
    }
}
