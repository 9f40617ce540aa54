//! Time, as the host gives it.

use std::time::{Duration, SystemTime};

use crate::{event, host};

/// The time. [`SystemTime::now`] panics on `wasm32-unknown-unknown`; this works everywhere, and tests set it.
pub fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(now_ms())
}

/// The time in milliseconds since the start of 1970, UTC.
#[expect(clippy::cast_possible_truncation, reason = "a float's conversion saturates, and parts of a millisecond go")]
pub fn now_ms() -> u64 {
    host::now_ms() as u64
}

/// Waits. The time counts against the run's `wall_ms`, not against its `cpu_ms`.
pub fn sleep(duration: Duration) {
    let id = host::timer_start(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX));
    event::wait_for(&[id]);
}
