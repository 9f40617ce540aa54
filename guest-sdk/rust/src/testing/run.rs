//! What a run under the fake host left behind.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::state::State;
use crate::base64;
use crate::hook::Answer;
use crate::log::Level;

/// What a run left behind.
#[derive(Debug)]
#[non_exhaustive]
pub struct Run {
    /// The hook's value, null where it gave none, or its error.
    pub result: Result<Value, Failure>,
    /// The requests that it sent, in the order in which they were started.
    pub requests: Vec<SentRequest>,
    /// What it printed.
    pub logs: Vec<LogLine>,
}

/// A hook's error as the host gets it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Failure {
    /// What happened.
    pub message: String,
    /// The error's class.
    pub name: String,
    /// Where it was made, and what led to it.
    pub stack: String,
    /// Whether another attempt makes sense; `None` leaves it to the host.
    pub retryable: Option<bool>,
    /// After how many seconds.
    pub retry_after_s: Option<f64>,
    /// What else it carries.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

/// A request as it left the hook.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SentRequest {
    /// The method, upper case.
    pub method: String,
    /// The address.
    pub url: String,
    /// Lower-case names with their values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
    /// The limit for the whole call, where the hook set one.
    pub timeout_ms: Option<u64>,
    /// How many redirects it follows.
    pub redirects: u8,
}

/// A line that a hook printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How loud.
    pub level: Level,
    /// The line.
    pub message: String,
}

impl Run {
    pub(super) fn new(answer: Answer, state: State) -> Self {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Wire {
            Value(Value),
            Error(Failure),
        }
        let result = match answer.0.map(|json| serde_json::from_slice(&json).expect("the SDK writes what it can read"))
        {
            None => Ok(Value::Null),
            Some(Wire::Value(value)) => Ok(value),
            Some(Wire::Error(failure)) => Err(failure),
        };
        Self { result, requests: state.requests, logs: state.logs }
    }
}

impl SentRequest {
    pub(super) fn of_wire(json: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Wire {
            method: String,
            url: String,
            headers: BTreeMap<String, Vec<String>>,
            body: Option<String>,
            body_base64: Option<String>,
            timeout_ms: Option<u64>,
            redirect: u8,
        }
        let wire: Wire = serde_json::from_slice(json).expect("the SDK writes what it can read");
        let bytes = wire.body_base64.as_deref().and_then(base64::decode);
        Self {
            method: wire.method.to_ascii_uppercase(),
            url: wire.url,
            headers: wire.headers,
            body: bytes.or(wire.body.map(String::into_bytes)).unwrap_or_default(),
            timeout_ms: wire.timeout_ms,
            redirects: wire.redirect,
        }
    }

    /// The body's JSON.
    ///
    /// # Panics
    /// The body is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the request's body must be JSON")
    }
}
