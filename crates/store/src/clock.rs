//! The one door to the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hookbox_protocol::Timestamp;
use tokio::sync::Notify;

/// The time that every row and every decision of a store goes by: the machine's clock, plus an offset that only tests
/// move. Statements get it as a parameter.
#[derive(Debug, Clone, Default)]
pub struct Clock(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    offset_ms: AtomicI64,
    /// How far the clock of a database behind a network is ahead of the machine's.
    ahead_ms: AtomicI64,
    moved: Notify,
}

impl Clock {
    /// The time.
    pub fn now(&self) -> Timestamp {
        let ahead = self.0.ahead_ms.load(Ordering::Relaxed);
        Timestamp(self.machine().0.saturating_add(ahead).saturating_add(self.offset_ms()))
    }

    /// What the machine's clock says.
    pub(crate) fn machine(&self) -> Timestamp {
        let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
    }

    /// Goes by a database's clock, which is so far ahead of the machine's, give or take `error_ms`. What an answer that was
    /// long on its way says is no reason to change anything, as long as it goes with what is known.
    pub(crate) fn follow(&self, ahead_ms: i64, error_ms: u64) {
        const JITTER_MS: u64 = 5;
        let before = self.0.ahead_ms.load(Ordering::Relaxed);
        if ahead_ms.abs_diff(before) > JITTER_MS + error_ms {
            self.0.ahead_ms.store(ahead_ms, Ordering::Relaxed);
        }
    }

    /// What tests moved the time by.
    pub(crate) fn offset_ms(&self) -> i64 {
        self.0.offset_ms.load(Ordering::Relaxed)
    }

    /// Moves the time forward. For tests: whatever waits for a time sees the new one at once.
    pub fn advance(&self, by: Duration) {
        self.shift(millis(by));
    }

    /// Moves the time back, as an operator or a time server may. For tests.
    pub fn step_back(&self, by: Duration) {
        self.shift(-millis(by));
    }

    fn shift(&self, ms: i64) {
        self.0.offset_ms.fetch_add(ms, Ordering::Relaxed);
        self.0.moved.notify_waiters();
    }

    /// Resolves when `due` has come, or earlier when the clock was moved.
    pub(crate) async fn wait_until(&self, due: Timestamp) {
        let moved = self.0.moved.notified();
        let left = due.0.saturating_sub(self.now().0);
        let Ok(left) = u64::try_from(left) else { return };
        // A timer of tokio's ends after about two years; a day is enough, because the caller looks again.
        let left = Duration::from_millis(left.min(24 * 60 * 60 * 1_000));
        tokio::select! {
            () = moved => {}
            () = tokio::time::sleep(left) => {}
        }
    }
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
