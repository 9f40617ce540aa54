//! Log lines: they are kept with the attempt, and shown by `hookbox logs` and in the console.
//!
//! ```
//! # hookbox_sdk::testing::Host::new().scope(|| {
//! use hookbox_sdk::log;
//! log::info!("password of {} changed", "user1@example.com");
//! log::warn("a fixed text needs no macro");
//! # });
//! ```

use crate::host;

pub use crate::{__log_debug as debug, __log_error as error, __log_info as info, __log_warn as warn};

/// How loud a line is. The number is the guest contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// For the author only.
    Debug = 0,
    /// What happened.
    Info = 1,
    /// Something to look at.
    Warn = 2,
    /// Something went wrong.
    Error = 3,
}

impl Level {
    /// The level's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// Writes a line.
pub fn write(level: Level, message: &str) {
    host::log(level, message);
}

/// Writes a line for the author only.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// Writes a line that says what happened.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Writes a line to look at.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Writes a line that says what went wrong.
pub fn error(message: &str) {
    write(Level::Error, message);
}

/// Writes a line for the author only, formatted as by [`format!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __log_debug {
    ($($argument:tt)+) => { $crate::log::debug(&::std::format!($($argument)+)) };
}

/// Writes a line that says what happened, formatted as by [`format!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __log_info {
    ($($argument:tt)+) => { $crate::log::info(&::std::format!($($argument)+)) };
}

/// Writes a line to look at, formatted as by [`format!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __log_warn {
    ($($argument:tt)+) => { $crate::log::warn(&::std::format!($($argument)+)) };
}

/// Writes a line that says what went wrong, formatted as by [`format!`].
#[doc(hidden)]
#[macro_export]
macro_rules! __log_error {
    ($($argument:tt)+) => { $crate::log::error(&::std::format!($($argument)+)) };
}
