//! How an execution ended. The list is closed: a guest that misbehaves always ends as one of these.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// How an execution of a hook ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// The hook finished; `value` is its result, `null` where it gave none.
    Completed {
        /// The hook's result.
        value: Value,
    },
    /// The hook said that it failed.
    Failed {
        /// What it said.
        error: HookError,
    },
    /// The guest did what WebAssembly forbids, or called `proc_exit`.
    Trapped {
        /// What happened.
        kind: TrapKind,
        /// What the engine or the host adds in words; empty where the kind says it all.
        detail: String,
        /// Function names, innermost first, as far as the module carries names.
        backtrace: Vec<String>,
    },
    /// The `fuel` limit was reached.
    OutOfFuel {
        /// The limit, in units of fuel.
        limit: u64,
    },
    /// The `cpu_ms` or the `wall_ms` limit was reached.
    TimedOut {
        /// Which of the two.
        budget: TimeBudget,
        /// The limit, in milliseconds.
        limit_ms: u64,
    },
    /// A growth of memory or of a table was refused, and the guest could not go on.
    OutOfMemory {
        /// The limit, in bytes.
        limit_bytes: u64,
    },
    /// What the guest returned is not what the contract asks for.
    BadOutput {
        /// What is wrong with it.
        message: String,
    },
    /// A script returned, nothing is pending, and `cb` was not called.
    NeverFinished,
}

/// Which time limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeBudget {
    /// `wall_ms`: time passed, waiting included.
    Wall,
    /// `cpu_ms`: time in guest code.
    Cpu,
}

/// What a guest trapped on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrapKind {
    /// `unreachable` was executed: a panic or an abort.
    Unreachable,
    /// Recursion used up the stack.
    StackOverflow,
    /// A read or write outside of the memory.
    MemoryOutOfBounds,
    /// A read or write outside of a table, or a call through an empty or foreign entry of it.
    TableOutOfBounds,
    /// An indirect call found no function or one of another type.
    BadIndirectCall,
    /// Division by zero, overflow, or a float that fits no integer.
    Arithmetic,
    /// The guest called `proc_exit`.
    Exit,
    /// The guest gave a host function an address outside of its memory, or broke the contract in another way.
    HostCall,
    /// Any other trap.
    Other,
}

impl TrapKind {
    /// The kind in words, for an error message.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unreachable => "the module executed `unreachable` (a panic or an abort)",
            Self::StackOverflow => "the stack overflowed",
            Self::MemoryOutOfBounds => "a memory access was out of bounds",
            Self::TableOutOfBounds => "a table access was out of bounds",
            Self::BadIndirectCall => "an indirect call found no function of the right type",
            Self::Arithmetic => "an integer division or conversion had no result",
            Self::Exit => "the module ended itself with `proc_exit`",
            Self::HostCall => "a host function was called against its contract",
            Self::Other => "the module trapped",
        }
    }
}

/// An error as the hook, or the host for it, reports it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(expecting = "an object with a message")]
pub struct HookError {
    /// What happened, in the author's words.
    pub message: String,
    /// The error's class: `Error`, `TypeError`, or the name of the outcome where the host ended the run.
    #[serde(default = "HookError::default_name")]
    pub name: String,
    /// Where it happened; empty where that is not known.
    #[serde(default)]
    pub stack: String,
    /// Whether another attempt makes sense; absent when the hook did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retryable: Option<bool>,
    /// After how many seconds, where the hook knows. A number, or a number as text, as a `Retry-After` header has it;
    /// anything else says nothing.
    #[serde(default, deserialize_with = "seconds", skip_serializing_if = "Option::is_none")]
    pub retry_after_s: Option<f64>,
    /// What else the error carried: `code`, `friendlyMessage`, …
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

/// A hook hands on what it was answered: what makes no sense here must not spoil the whole error.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(number.filter(|seconds: &f64| seconds.is_finite()))
}

impl HookError {
    fn default_name() -> String {
        "Error".to_owned()
    }

    fn of_host(name: &str, message: String) -> Self {
        Self { message, name: name.to_owned(), ..Self::default() }
    }
}

impl Outcome {
    /// The outcome's name in JSON, SQL, metrics and on the command line.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Trapped { .. } => "trapped",
            Self::OutOfFuel { .. } => "out_of_fuel",
            Self::TimedOut { .. } => "timed_out",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::BadOutput { .. } => "bad_output",
            Self::NeverFinished => "never_finished",
        }
    }

    /// Every name that [`Outcome::name`] can give.
    pub const NAMES: [&'static str; 8] =
        ["completed", "failed", "trapped", "out_of_fuel", "timed_out", "out_of_memory", "bad_output", "never_finished"];

    /// Whether the hook completed.
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Completed { .. })
    }

    /// The error to show, naming the limit and the way out; `None` for a completed run.
    pub fn error(&self) -> Option<HookError> {
        Some(match self {
            Self::Completed { .. } => return None,
            Self::Failed { error } => error.clone(),
            Self::Trapped { kind, detail, backtrace } => {
                let message =
                    if detail.is_empty() { kind.words().to_owned() } else { format!("{}: {detail}", kind.words()) };
                let stack = backtrace.iter().map(|frame| format!("at {frame}")).collect::<Vec<_>>().join("\n");
                HookError { stack, ..HookError::of_host("Trapped", message) }
            }
            Self::OutOfFuel { limit } => HookError::of_host(
                "OutOfFuel",
                format!("the hook used its {limit} units of fuel; raise `fuel` in its settings or do less work"),
            ),
            Self::TimedOut { budget: TimeBudget::Wall, limit_ms } => HookError::of_host(
                "TimedOut",
                format!(
                    "the hook did not finish within {limit_ms} ms; give its calls a shorter timeout or raise `wall_ms`"
                ),
            ),
            Self::TimedOut { budget: TimeBudget::Cpu, limit_ms } => HookError::of_host(
                "TimedOut",
                format!("the hook computed for {limit_ms} ms; raise `cpu_ms` in its settings or do less work"),
            ),
            Self::OutOfMemory { limit_bytes } => HookError::of_host(
                "OutOfMemory",
                format!("the hook needs more than its {limit_bytes} bytes of memory; raise `memory_bytes` or use less"),
            ),
            Self::BadOutput { message } => HookError::of_host("BadOutput", message.clone()),
            Self::NeverFinished => HookError::of_host(
                "NeverFinished",
                "the hook returned, nothing is pending, and it never called `cb`".to_owned(),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_but_completed_has_an_error_with_a_message() {
        let outcomes = [
            Outcome::Failed { error: HookError { message: "no".into(), ..HookError::default() } },
            Outcome::Trapped { kind: TrapKind::Exit, detail: "code 3".into(), backtrace: vec!["main".into()] },
            Outcome::OutOfFuel { limit: 5 },
            Outcome::TimedOut { budget: TimeBudget::Wall, limit_ms: 20_000 },
            Outcome::TimedOut { budget: TimeBudget::Cpu, limit_ms: 1_000 },
            Outcome::OutOfMemory { limit_bytes: 64 << 20 },
            Outcome::BadOutput { message: "not JSON".into() },
            Outcome::NeverFinished,
        ];
        for outcome in outcomes {
            let error = outcome.error().expect("an error");
            assert!(!error.message.is_empty());
            assert!(Outcome::NAMES.contains(&outcome.name()));
            let json = serde_json::to_value(&outcome).expect("serialises");
            assert_eq!(json["outcome"], outcome.name());
            assert_eq!(serde_json::from_value::<Outcome>(json).expect("reads back"), outcome);
        }
        assert_eq!(Outcome::Completed { value: Value::Null }.error(), None);
    }

    #[test]
    fn a_wait_that_makes_no_sense_does_not_spoil_the_error() {
        for (given, expected) in [
            ("5", Some(5.0)),
            ("-1", Some(-1.0)),
            ("1e9", Some(1e9)),
            (r#"" 120 ""#, Some(120.0)),
            (r#""soon""#, None),
            (r#""Wed, 21 Oct 2015 07:28:00 GMT""#, None),
            (r#""inf""#, None),
            ("null", None),
            ("[1]", None),
        ] {
            let json = format!(r#"{{"message": "m", "retry_after_s": {given}}}"#);
            let error: HookError = serde_json::from_str(&json).expect(given);
            assert_eq!(error.retry_after_s, expected, "{given}");
        }
    }
}
