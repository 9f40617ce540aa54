//! What one execution of a hook left behind.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Outcome;
use crate::http::ErrorKind;

/// All that is known of one execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Units of fuel burnt.
    pub fuel_used: u64,
    /// Time inside guest code and host functions, without waiting.
    pub cpu: Duration,
    /// Time from instantiation to the end, waiting included.
    pub wall: Duration,
    /// The largest sum of the instance's memory and table sizes, in bytes.
    pub memory_bytes_peak: u64,
    /// What the hook printed, in order.
    pub logs: Vec<LogLine>,
    /// Lines that were not kept because a log limit was reached.
    pub log_lines_dropped: u64,
    /// Outgoing calls in the order in which they were started.
    pub http: Vec<Call>,
}

/// A duration in milliseconds with three decimals, as JSON shows it.
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A line that a hook printed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogLine {
    /// How loud.
    pub level: Level,
    /// The line, without its line end; cut at `log_line_bytes`.
    pub message: String,
    /// Milliseconds since the run began.
    pub at_ms: f64,
}

/// How loud a log line is. The number is the guest contract's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 0
    Debug,
    /// 1
    Info,
    /// 2
    Warn,
    /// 3
    Error,
}

impl Level {
    /// The level for the guest contract's number; anything above 3 is an error.
    pub fn of_number(number: u32) -> Self {
        match number {
            0 => Self::Debug,
            1 => Self::Info,
            2 => Self::Warn,
            _ => Self::Error,
        }
    }

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

/// An outgoing call of a hook. Never its headers or bodies: those hold secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Call {
    /// The method, upper case.
    pub method: String,
    /// The address asked for, without its query: keys travel there.
    pub url: String,
    /// The status that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there was no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorKind>,
    /// Milliseconds from start to the last byte.
    pub wall_ms: f64,
    /// Bytes of the request's body.
    pub request_bytes: u64,
    /// Bytes of the response's body, decoded.
    pub response_bytes: u64,
}

impl Call {
    /// Bytes of a method that are kept.
    pub const METHOD_BYTES_MAX: usize = 32;
    /// Bytes of an address that are kept.
    pub const URL_BYTES_MAX: usize = 2_048;

    /// Whether the call may have changed something elsewhere: it was no GET or HEAD, and was answered 2xx.
    ///
    /// An attempt with such a call is not repeated under `retry: safe`.
    pub fn took_effect(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD")
            && self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answered_call_that_is_no_read_took_effect() {
        let call = |method: &str, status| Call {
            method: method.into(),
            url: "https://api.example.com/".into(),
            status,
            error: None,
            wall_ms: 0.0,
            request_bytes: 0,
            response_bytes: 0,
        };
        for (method, status, expected) in [
            ("POST", Some(202), true),
            ("DELETE", Some(204), true),
            ("POST", Some(500), false),
            ("POST", None, false),
            ("GET", Some(200), false),
            ("HEAD", Some(200), false),
        ] {
            assert_eq!(call(method, status).took_effect(), expected, "{method} {status:?}");
        }
    }
}
