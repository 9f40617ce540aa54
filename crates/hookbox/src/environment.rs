//! The one door to variables that clap does not read: those that hold a secret and must have no flag, the limits,
//! which count beside those of flags, and those that a project's `hook.toml` names.

use std::ffi::OsStr;

/// The variable's value; `None` where it is not set, is empty, or is not UTF-8.
pub(crate) fn variable(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    let value = std::env::var(name);
    value.ok().filter(|value| !value.is_empty())
}

/// Whether the variable is set, and empty.
pub(crate) fn is_empty(name: &OsStr) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}
