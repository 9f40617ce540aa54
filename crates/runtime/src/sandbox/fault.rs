//! How a host function ends a run.

use hookbox_protocol::outcome::TimeBudget;

/// An error that a host function raises inside the guest; it becomes an outcome.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// The guest broke the contract of a host function.
    #[error("{0}")]
    Contract(String),
    /// The guest called `proc_exit` with this code.
    #[error("exit code {0}")]
    Exit(i32),
    /// A time budget ran out inside a host function.
    #[error("out of time")]
    Time(TimeBudget),
}
