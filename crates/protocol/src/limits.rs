//! Every limit: name, unit, default, the ceiling that only the operator can move, and how far he can.
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
    /// The most that an operator can set: of a limit of a run as its ceiling, of another one as what holds for all
    /// tenants. Equal to the default where the limit is fixed.
    pub most: u64,
    /// What is limited, for the README.
    pub what: &'static str,
}

impl Limit {
    /// Whether an operator can move it.
    pub const fn is_movable(&self) -> bool {
        self.most > self.default
    }

    /// How to come to more than `holds`, for the end of a refusal; empty where not even an operator can.
    pub fn way_up(&self, holds: u64) -> String {
        if holds >= self.most {
            return String::new();
        }
        format!(" (an operator can raise it: `hookbox serve --limit {}=…`)", self.name)
    }
}

/// A limit that a setting asked for is out of bounds or has no such name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Over the ceiling, or zero.
    #[error(
        "limit {} is {value} {}; it must be between 1 and {ceiling}{}",
        limit.name, limit.unit, if *value == 0 { String::new() } else { limit.way_up(*ceiling) }
    )]
    OutOfRange {
        /// The limit.
        limit: Limit,
        /// The value asked for.
        value: u64,
        /// The most allowed.
        ceiling: u64,
    },
    /// No limit of that name can be set for a run.
    #[error("there is no limit '{0}' for a run; the limits are {names}", names = RunLimits::names().join(", "))]
    Unknown(String),
}

macro_rules! run_limits {
    ($($name:ident: $unit:literal, $default:expr, $ceiling:expr, $most:expr, $what:literal;)*) => {
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
                name: stringify!($name), unit: $unit, default: $default, ceiling: $ceiling, most: $most, what: $what,
            },)*];

            /// The ceilings that hold where the operator set no others.
            pub const CEILINGS: Self = Self { $($name: $ceiling,)* };

            /// The highest ceilings that an operator can set.
            pub const MOST: Self = Self { $($name: $most,)* };

            /// Each limit as `value` says, which gets its name and what it is here.
            #[must_use]
            pub fn with(self, value: impl Fn(&str, u64) -> u64) -> Self {
                Self { $($name: value(stringify!($name), self.$name),)* }
            }

            /// Each limit, and where it is over its ceiling, the ceiling.
            #[must_use]
            pub fn within(self, ceilings: &Self) -> Self {
                Self { $($name: self.$name.min(ceilings.$name),)* }
            }

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
                        let limit = Limit {
                            name: stringify!($name), unit: $unit, default: $default, ceiling: $ceiling, most: $most,
                            what: $what,
                        };
                        if value == 0 || value > ceilings.$name {
                            return Err(LimitError::OutOfRange { limit, value, ceiling: ceilings.$name });
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

// Where the last number comes from: a memory of 32-bit WebAssembly has 4 GiB at most. An hour of waiting is what clients
// and proxies can be made to wait for, ten minutes of computing block a core of everybody else for as long, and that much
// fuel lasts for hours. Bytes and lines are held in memory, and are written with the attempt in one row.
run_limits! {
    fuel: "units", 1_000_000_000, 20_000_000_000, 10_000_000_000_000, "WebAssembly instructions per run, one unit each";
    cpu_ms: "ms", 1_000, 10_000, 600_000, "Time in guest code per run, without waiting";
    wall_ms: "ms", 20_000, 60_000, 3_600_000, "Time per run, host calls included";
    memory_bytes: "bytes", 64 << 20, 256 << 20, 4 << 30, "Memory and tables per run, summed over the instance";
    result_bytes: "bytes", 1 << 20, 8 << 20, 64 << 20, "JSON that a hook returns";
    log_bytes: "bytes", 64 << 10, 1 << 20, 16 << 20, "Text that a run prints";
    log_line_bytes: "bytes", 8 << 10, 64 << 10, 1 << 20, "One printed line";
    log_lines: "lines", 1_000, 10_000, 100_000, "Lines that a run prints";
    http_calls: "calls", 16, 64, 1_000, "Outgoing calls per run";
    http_calls_at_once: "calls", 4, 16, 100, "Outgoing calls of a run at the same time; further ones wait";
    http_request_bytes: "bytes", 1 << 20, 8 << 20, 64 << 20, "Body of an outgoing request";
    http_response_bytes: "bytes", 1 << 20, 8 << 20, 64 << 20, "Body of the answer, decoded";
}

impl RunLimits {
    /// The names of the limits that can be set for a run.
    pub fn names() -> Vec<&'static str> {
        Self::TABLE.iter().map(|limit| limit.name).collect()
    }
}

/// Bytes of a module that is uploaded.
pub const MODULE_BYTES: Limit = of_tenants("module_bytes", "bytes", 4 << 20, 16 << 20, "A module that is uploaded");

/// Bytes of a script.
pub const SCRIPT_BYTES: Limit = of_tenants("script_bytes", "bytes", 1 << 20, 4 << 20, "A script");

/// Bytes of an event's body.
pub const EVENT_BYTES: Limit = of_tenants("event_bytes", "bytes", 256 << 10, 1 << 20, "The body of an event");

/// Bytes of a body that is neither an event nor code.
pub const BODY_BYTES: Limit = fixed(
    "body_bytes",
    "bytes",
    2 << 20,
    "The body of any other call of the API; more where scripts or secrets may be",
);

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
pub const SECRETS: Limit = of_tenants("secrets", "secrets", 20, 100, "Secrets of a hook");

/// Length of a secret's name.
pub const SECRET_NAME_CHARS: Limit = fixed("secret_name_chars", "characters", 128, "The name of a secret");

/// Length of a secret's value.
pub const SECRET_VALUE_BYTES: Limit =
    of_tenants("secret_value_bytes", "bytes", 4_096, 64 << 10, "The value of a secret");

/// Hooks of a tenant.
pub const HOOKS: Limit = fixed("hooks", "hooks", 100, "Hooks of a tenant");

/// Versions of a hook that are kept.
pub const VERSIONS: Limit =
    fixed("versions", "versions", 50, "Versions of a hook that are kept; the oldest unused one goes first");

const fn fixed(name: &'static str, unit: &'static str, value: u64, what: &'static str) -> Limit {
    of_tenants(name, unit, value, value, what)
}

/// One that an operator sets for all tenants.
const fn of_tenants(name: &'static str, unit: &'static str, default: u64, ceiling: u64, what: &'static str) -> Limit {
    Limit { name, unit, default, ceiling, most: ceiling, what }
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
        for limit in all() {
            assert!(limit.default <= limit.ceiling && limit.ceiling <= limit.most, "{limit:?}");
            assert!(
                limit.is_movable() || limit.default == limit.ceiling,
                "only an operator's word raises it: {limit:?}"
            );
        }
    }

    #[test]
    fn a_refusal_names_the_operators_setting_where_there_is_one() {
        let ceilings = RunLimits { wall_ms: RunLimits::MOST.wall_ms, ..RunLimits::CEILINGS };
        let refusal = |name, value| RunLimits::default().set(name, value, &ceilings).expect_err(name).to_string();
        let way_up = "limit cpu_ms is 10001 ms; it must be between 1 and 10000 (an operator can raise it: `hookbox serve \
                      --limit cpu_ms=…`)";
        assert_eq!(refusal("cpu_ms", 10_001), way_up);
        assert_eq!(refusal("cpu_ms", 0), "limit cpu_ms is 0 ms; it must be between 1 and 10000");
        assert_eq!(refusal("wall_ms", 3_600_001), "limit wall_ms is 3600001 ms; it must be between 1 and 3600000");
        assert_eq!(BODY_BYTES.way_up(BODY_BYTES.default), "");
        assert_eq!(MODULE_BYTES.way_up(MODULE_BYTES.ceiling), "");
        assert!(MODULE_BYTES.way_up(MODULE_BYTES.default).contains("--limit module_bytes=…"));
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
