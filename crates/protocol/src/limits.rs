//! Every limit: name, unit, default, and the ceiling that only the operator can move.
//!
//! [`ALL`] drives the settings of a hook, the README's table and the tests that hit each limit.

use serde::{Deserialize, Serialize};

/// One row of the table of limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The name in settings, JSON and messages.
    pub name: &'static str,
    /// What the number counts.
    pub unit: &'static str,
    /// What holds where nobody said otherwise.
    pub default: u64,
    /// The most that a tenant can set; equal to the default where a tenant cannot set it.
    pub ceiling: u64,
    /// What is limited, for the README.
    pub what: &'static str,
}

/// A limit that a setting asked for is out of bounds or has no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Over the ceiling, or zero.
    #[error("limit {name} is {value} {unit}; it must be between 1 and {ceiling} (an operator can raise the ceiling)")]
    OutOfRange {
        /// The limit's name.
        name: &'static str,
        /// The value asked for.
        value: u64,
        /// What the number counts.
        unit: &'static str,
        /// The most allowed.
        ceiling: u64,
    },
    /// No limit of that name can be set for a run.
    #[error("there is no limit '{0}' for a run; the limits are {names}", names = RunLimits::names().join(", "))]
    Unknown(String),
}

macro_rules! run_limits {
    ($($name:ident: $unit:literal, $default:expr, $ceiling:expr, $what:literal;)*) => {
        /// What one run may use. Each field is a row of [`ALL`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct RunLimits {
            $(#[doc = $what] #[doc = concat!("\n\nUnit: ", $unit, ".")] pub $name: u64,)*
        }

        impl Default for RunLimits {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl RunLimits {
            /// The limits that can be set for a run, as rows of the table.
            pub const TABLE: &'static [Limit] = &[$(Limit {
                name: stringify!($name), unit: $unit, default: $default, ceiling: $ceiling, what: $what,
            },)*];

            /// The ceilings that hold where the operator set no others.
            pub const CEILINGS: Self = Self { $($name: $ceiling,)* };

            /// The value of the limit of that name.
            pub fn get(&self, name: &str) -> Option<u64> {
                match name {
                    $(stringify!($name) => Some(self.$name),)*
                    _ => None,
                }
            }

            /// Sets the limit of that name, within `ceilings`.
            pub fn set(&mut self, name: &str, value: u64, ceilings: &Self) -> Result<(), LimitError> {
                match name {
                    $(stringify!($name) => {
                        if value == 0 || value > ceilings.$name {
                            return Err(LimitError::OutOfRange {
                                name: stringify!($name), value, unit: $unit, ceiling: ceilings.$name,
                            });
                        }
                        self.$name = value;
                    })*
                    _ => return Err(LimitError::Unknown(name.chars().take(64).collect())),
                }
                Ok(())
            }
        }
    };
}

run_limits! {
    fuel: "units", 1_000_000_000, 20_000_000_000, "WebAssembly instructions per run, one unit each";
    cpu_ms: "ms", 1_000, 10_000, "Time in guest code per run, without waiting";
    wall_ms: "ms", 20_000, 60_000, "Time per run, host calls included";
    memory_bytes: "bytes", 64 << 20, 256 << 20, "Memory and tables per run, summed over the instance";
    result_bytes: "bytes", 1 << 20, 8 << 20, "JSON that a hook returns";
    log_bytes: "bytes", 64 << 10, 1 << 20, "Text that a run prints";
    log_line_bytes: "bytes", 8 << 10, 64 << 10, "One printed line";
    log_lines: "lines", 1_000, 10_000, "Lines that a run prints";
    http_calls: "calls", 16, 64, "Outgoing calls per run";
    http_calls_at_once: "calls", 4, 16, "Outgoing calls of a run at the same time; further ones wait";
    http_request_bytes: "bytes", 1 << 20, 8 << 20, "Body of an outgoing request";
    http_response_bytes: "bytes", 1 << 20, 8 << 20, "Body of the answer, decoded";
}

impl RunLimits {
    /// The names of the limits that can be set for a run.
    pub fn names() -> Vec<&'static str> {
        Self::TABLE.iter().map(|limit| limit.name).collect()
    }
}

/// Bytes of a module that is uploaded.
pub const MODULE_BYTES: Limit = Limit {
    name: "module_bytes",
    unit: "bytes",
    default: 4 << 20,
    ceiling: 16 << 20,
    what: "A module that is uploaded",
};

/// Bytes of a script.
pub const SCRIPT_BYTES: Limit =
    Limit { name: "script_bytes", unit: "bytes", default: 1 << 20, ceiling: 4 << 20, what: "A script" };

/// Bytes of an event's body.
pub const EVENT_BYTES: Limit =
    Limit { name: "event_bytes", unit: "bytes", default: 256 << 10, ceiling: 1 << 20, what: "The body of an event" };

/// Bytes of a body that is neither an event nor code.
pub const BODY_BYTES: Limit =
    fixed("body_bytes", "bytes", 2 << 20, "The body of any other call of the API; more where a script may be larger");

/// Bytes of a batch of events.
pub const BATCH_BYTES: Limit = fixed(
    "batch_bytes",
    "bytes",
    32 << 20,
    "The body of a batch of events; each line of it is an event with its own limit",
);

/// Events of a batch.
pub const BATCH_LINES: Limit = fixed("batch_lines", "lines", 1_000, "Events in a batch");

/// How deep the JSON of an event may nest.
pub const EVENT_DEPTH: Limit = fixed("event_depth", "levels", 64, "Nesting of an event's JSON");

/// Secrets of a hook.
pub const SECRETS: Limit =
    Limit { name: "secrets", unit: "secrets", default: 20, ceiling: 100, what: "Secrets of a hook" };

/// Length of a secret's name.
pub const SECRET_NAME_CHARS: Limit = fixed("secret_name_chars", "characters", 128, "The name of a secret");

/// Length of a secret's value.
pub const SECRET_VALUE_BYTES: Limit = Limit {
    name: "secret_value_bytes",
    unit: "bytes",
    default: 4_096,
    ceiling: 64 << 10,
    what: "The value of a secret",
};

/// Hooks of a tenant.
pub const HOOKS: Limit = fixed("hooks", "hooks", 100, "Hooks of a tenant");

/// Versions of a hook that are kept.
pub const VERSIONS: Limit =
    fixed("versions", "versions", 50, "Versions of a hook that are kept; the oldest unused one goes first");

const fn fixed(name: &'static str, unit: &'static str, value: u64, what: &'static str) -> Limit {
    Limit { name, unit, default: value, ceiling: value, what }
}

/// The limits that are not of a run.
pub const OTHERS: [Limit; 12] = [
    MODULE_BYTES,
    SCRIPT_BYTES,
    EVENT_BYTES,
    BODY_BYTES,
    BATCH_BYTES,
    BATCH_LINES,
    EVENT_DEPTH,
    SECRETS,
    SECRET_NAME_CHARS,
    SECRET_VALUE_BYTES,
    HOOKS,
    VERSIONS,
];

/// Every limit, in the order of the README's table.
pub fn all() -> impl Iterator<Item = Limit> {
    RunLimits::TABLE.iter().copied().chain(OTHERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_and_ceilings_of_the_struct_are_those_of_the_table() {
        for limit in RunLimits::TABLE {
            assert_eq!(RunLimits::default().get(limit.name), Some(limit.default));
            assert_eq!(RunLimits::CEILINGS.get(limit.name), Some(limit.ceiling));
        }
        assert!(all().all(|limit| limit.default <= limit.ceiling));
    }

    #[test]
    fn a_limit_is_set_within_its_ceiling_and_refused_beyond() {
        let mut limits = RunLimits::default();
        for limit in RunLimits::TABLE {
            assert_eq!(limits.set(limit.name, limit.ceiling, &RunLimits::CEILINGS), Ok(()));
            assert_eq!(limits.get(limit.name), Some(limit.ceiling));
            for value in [0, limit.ceiling + 1] {
                let error = limits.set(limit.name, value, &RunLimits::CEILINGS).expect_err(limit.name);
                assert!(error.to_string().contains(&limit.ceiling.to_string()), "{error}");
            }
        }
        let error = limits.set("gas", 1, &RunLimits::CEILINGS).expect_err("unknown");
        assert!(error.to_string().contains("there is no limit 'gas'") && error.to_string().contains("fuel"), "{error}");
    }
}
