//! Golden files: an input with the answers that the hook gets, and what must come of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Host, Run};
use crate::hook::{Arguments, Hook};

/// `input.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    input: Value,
    #[serde(default)]
    secrets: BTreeMap<String, String>,
    #[serde(default)]
    answers: Vec<Answer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    method: String,
    url: String,
    status: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// A text as it is, anything else as JSON.
    #[serde(default)]
    body: Option<Value>,
}

/// Runs a hook on a golden input and compares what came of it with a golden output.
///
/// `input` is `{"input": {"user", "context"}, "secrets": {name: value}, "answers": [{"method", "url", "status",
/// "headers"?, "body"?}]}`, where `input` has the trigger's own keys; each answer is given once.
///
/// `output` is `{"outcome": "completed", "value"}` or `{"outcome": "failed", "error": {"message", "name", "retryable"?,
/// "retry_after_s"?, "properties"?}}` with `"requests": [{"method", "url", "headers": {name: value}, "body"?}]` and
/// `"logs": [{"level", "message"}]`. A request's headers are those that the hook set, in lower case; a body that is JSON
/// is there as JSON. An error's stack is not compared.
///
/// # Panics
/// They differ, with both in the message, or one of them cannot be read.
pub fn check_golden<A: Arguments, H: Hook<A>>(hook: H, input: &str, output: &str) {
    let Input { input, secrets, answers } =
        serde_json::from_str(input).expect("the golden input must be as documented");
    let expected: Value = serde_json::from_str(output).expect("the golden output must be JSON");
    let mut host = Host::new();
    for (name, value) in secrets {
        host = host.secret(name, value);
    }
    for answer in answers {
        let mut reply = host.on(&answer.method, &answer.url);
        for (name, value) in &answer.headers {
            reply = reply.header(name, value);
        }
        reply.reply(
            answer.status,
            match answer.body {
                None => String::new(),
                Some(Value::String(text)) => text,
                Some(json) => json.to_string(),
            },
        );
    }
    let actual = host.run(hook, input).golden();
    assert!(
        actual == expected,
        "the hook did something else than the golden output says\n--- golden\n{expected:#}\n--- actual\n{actual:#}"
    );
}

impl Run {
    /// What came of the run, in the form of a golden output: see [`check_golden`].
    pub fn golden(&self) -> Value {
        let requests: Vec<Value> = self
            .requests
            .iter()
            .map(|request| {
                let headers: Map<String, Value> =
                    request.headers.iter().map(|(name, values)| (name.clone(), values.join(", ").into())).collect();
                let mut json = json!({ "method": request.method, "url": request.url, "headers": headers });
                if !request.body.is_empty() {
                    json["body"] = serde_json::from_slice(&request.body)
                        .unwrap_or_else(|_| String::from_utf8_lossy(&request.body).into());
                }
                json
            })
            .collect();
        let logs: Vec<Value> =
            self.logs.iter().map(|line| json!({ "level": line.level.name(), "message": line.message })).collect();
        match &self.result {
            Ok(value) => json!({ "outcome": "completed", "value": value, "requests": requests, "logs": logs }),
            Err(failure) => {
                let mut error = json!({ "message": failure.message, "name": failure.name });
                if let Some(retryable) = failure.retryable {
                    error["retryable"] = retryable.into();
                }
                if let Some(seconds) = failure.retry_after_s {
                    error["retry_after_s"] = seconds.into();
                }
                if !failure.properties.is_empty() {
                    error["properties"] = failure.properties.clone().into();
                }
                json!({ "outcome": "failed", "error": error, "requests": requests, "logs": logs })
            }
        }
    }
}
