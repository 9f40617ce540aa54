//! How a host function ends a run.

use hookbox_protocol::outcome::TimeBudget;
use wiggle::GuestError;

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

/// What a guest did wrong in a call of WASI, whose errors are not a [`Fault`]: an address that cannot be used, or a
/// number that means nothing.
pub(crate) fn of_wasi(error: &wasmtime::Error) -> Option<String> {
    error.downcast_ref::<GuestError>().map(words)
}

fn words(error: &GuestError) -> String {
    match error {
        GuestError::PtrOutOfBounds(region) => {
            format!("{} bytes at {} are outside of the memory", region.len, region.start)
        }
        GuestError::PtrNotAligned(region, align) => {
            format!("the address {} is not a multiple of {align}", region.start)
        }
        GuestError::InvalidEnumValue(name) | GuestError::InvalidFlagValue(name) => {
            format!("there is no such {}", name.to_ascii_lowercase())
        }
        GuestError::InFunc { funcname, err, .. } => format!("`{funcname}`: {}", words(err)),
        other => other.to_string(),
    }
}
