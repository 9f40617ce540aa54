//! Runs every script of `conformance/` and compares what came of it with what its header says.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hookbox_javascript::{CompileError, Engine};
use hookbox_protocol::http::Request;
use hookbox_protocol::{HookError, Outcome, Report};
use hookbox_runtime::{Invocation, Runtime};
use serde_json::Value;

use crate::answers::Answers;
use crate::case::{Case, ExpectedRequest};
use crate::start;

#[tokio::test(flavor = "multi_thread")]
async fn every_script_ends_as_its_header_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    let filter =
        std::env::var_os("HOOKBOX_CONFORMANCE").and_then(|filter| filter.into_string().ok()).unwrap_or_default();
    let mut scripts = Vec::new();
    collect(&root, &mut scripts);
    scripts.sort();
    let Some((runtime, engine)) = start().await else { return };
    let (mut ran, mut failures) = (0, String::new());
    for path in scripts {
        let name = path.strip_prefix(&root).expect("below the root").display().to_string();
        if !name.starts_with(&filter) {
            continue;
        }
        ran += 1;
        let script = std::fs::read_to_string(&path).expect("scripts are UTF-8");
        let complaints = check(&runtime, &engine, &script).await;
        if !complaints.is_empty() {
            writeln!(failures, "{name}\n    {}", complaints.join("\n    ")).expect("writes to memory");
        }
    }
    assert!(ran > 0, "no script starts with '{filter}'");
    assert!(failures.is_empty(), "\n{failures}");
}

fn collect(folder: &Path, scripts: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the scripts are readable") {
        let path = entry.expect("the scripts are readable").path();
        if path.is_dir() {
            collect(&path, scripts);
        } else if path.extension().is_some_and(|extension| extension == "js") {
            scripts.push(path);
        }
    }
}

/// What is not as the header says.
async fn check(runtime: &Runtime, engine: &Engine, script: &str) -> Vec<String> {
    let case = match Case::parse(script) {
        Ok(case) => case,
        Err(error) => return vec![format!("{error:#}")],
    };
    let compiled = match (engine.compile(script).await, case.outcome.strip_prefix("no compilation ")) {
        (Ok(compiled), None) => compiled,
        (Ok(_), Some(_)) => return vec!["it compiles".to_owned()],
        (Err(CompileError::Script(diagnostics)), Some(expected)) => {
            let place = diagnostics.place.map(|place| format!("{}:{} ", place.line, place.column)).unwrap_or_default();
            return Vec::from_iter(differs("compilation", expected, &format!("{place}{}", diagnostics.message)));
        }
        (Err(error), _) => return vec![format!("it does not compile: {error}")],
    };
    let answers = Answers::new(case.answers.clone());
    let invocation = Invocation {
        trigger: case.trigger,
        input: case.input.to_string().into(),
        limits: case.limits,
        egress: Arc::new(answers.clone()),
        logs: None,
    };
    match runtime.run(&engine.program(&compiled), invocation).await {
        Ok(report) => compare(&case, &report, &answers),
        Err(error) => vec![format!("the host failed: {error}")],
    }
}

fn compare(case: &Case, report: &Report, answers: &Answers) -> Vec<String> {
    let mut complaints = Vec::new();
    let outcome = outcome_text(&report.outcome);
    let expected = if case.outcome == "completed" { "completed {}" } else { &case.outcome };
    match (expected.strip_prefix("completed "), &report.outcome) {
        (Some(json), Outcome::Completed { value }) => match serde_json::from_str::<Value>(json) {
            Ok(expected) if expected == *value => {}
            Ok(_) => complaints.push(format!("expected {json}\n         got {value}")),
            Err(error) => complaints.push(format!("the expected value is no JSON: {error}")),
        },
        _ => complaints.extend(differs("outcome", expected, &outcome)),
    }
    let error = report.outcome.error().unwrap_or_default();
    complaints.extend(compare_error(case, &error));
    let logs: Vec<String> = report.logs.iter().map(|line| format!("{} {}", line.level.name(), line.message)).collect();
    complaints.extend(compare_lists("log", &case.logs, &logs));
    let requests = answers.requests();
    let targets: Vec<String> = requests.iter().map(|request| format!("{} {}", request.method, request.url)).collect();
    let expected: Vec<String> = case.requests.iter().map(|request| request.target.clone()).collect();
    complaints.extend(compare_lists("request", &expected, &targets));
    for (expected, request) in case.requests.iter().zip(&requests) {
        complaints.extend(compare_request(expected, request));
    }
    if answers.left() > 0 {
        complaints.push(format!("{} answers were not asked for", answers.left()));
    }
    complaints
}

/// A completed run is told apart by its value; the others by their name and error.
fn outcome_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed { value } => format!("completed {value}"),
        Outcome::Failed { error } => format!("failed {}: {}", error.name, error.message),
        other => other.name().to_owned(),
    }
}

fn compare_error(case: &Case, error: &HookError) -> Vec<String> {
    let mut complaints = Vec::new();
    for part in case.stack.iter().filter(|part| !error.stack.contains(*part)) {
        complaints.push(format!("the stack lacks `{part}`:\n{}", error.stack));
    }
    for (key, expected) in &case.properties {
        let got = error.properties.get(key).unwrap_or(&Value::Null);
        if got != expected {
            complaints.push(format!("property {key}: expected {expected}, got {got}"));
        }
    }
    if case.retryable.is_some() && case.retryable != error.retryable {
        complaints.push(format!("retryable: expected {:?}, got {:?}", case.retryable, error.retryable));
    }
    if case.retry_after_s.is_some() && case.retry_after_s != error.retry_after_s {
        complaints.push(format!("retry_after_s: expected {:?}, got {:?}", case.retry_after_s, error.retry_after_s));
    }
    complaints
}

fn compare_request(expected: &ExpectedRequest, request: &Request) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, value) in &expected.headers {
        let got = request.headers.iter().find(|(got, _)| got.to_lowercase() == *name);
        let got = got.map(|(_, values)| values.values().join(", "));
        if got != *value {
            complaints.push(format!("{}: header {name}: expected {value:?}, got {got:?}", expected.target));
        }
    }
    if let Some(body) = &expected.body {
        let got = request.body_bytes().unwrap_or_default();
        complaints.extend(differs("body", body, &String::from_utf8_lossy(&got)));
    }
    complaints
}

fn compare_lists(what: &str, expected: &[String], got: &[String]) -> Vec<String> {
    let mut complaints = Vec::new();
    for index in 0..expected.len().max(got.len()) {
        let none = "nothing".to_owned();
        let (expected, got) = (expected.get(index).unwrap_or(&none), got.get(index).unwrap_or(&none));
        complaints.extend(differs(&format!("{what} {}", index + 1), expected, got));
    }
    complaints
}

/// A `…` at the end stands for any rest.
fn differs(what: &str, expected: &str, got: &str) -> Option<String> {
    let same = match expected.strip_suffix('…') {
        Some(start) => got.starts_with(start),
        None => got == expected,
    };
    (!same).then(|| format!("{what}: expected {expected:?}\n         got {got:?}"))
}
