//! The imports of the guest contract, and what the host calls: the only place that knows how bytes cross the wall.
//!
//! Natively, the same functions go to the fake host of [`testing`](crate::testing).

#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::testing::{http_start, log, next_event, now_ms, random, timer_start};

#[cfg(target_family = "wasm")]
pub(crate) use wall::{http_start, log, next_event, now_ms, random, timer_start};

#[cfg(target_family = "wasm")]
pub use wall::enter;

#[cfg(target_family = "wasm")]
mod wall;
