//! Every example in `hooks/` as a compiled module in the real sandbox, against its golden input and output.
//!
//! The same files are what the example's own native tests use; `hooks/README.md` describes them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::BoxFuture;
use hookbox_protocol::http::{CallBudget, CallError, ErrorKind, Request, Response};
use hookbox_protocol::{Report, RunLimits, Trigger};
use hookbox_runtime::{Egress, Invocation, Program, Runtime, Settings};
use serde_json::{Value, json};

use crate::eventually::block_on;
use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("hooks/starter gives its golden output in the sandbox", || check("starter", guests::starter()?)),
    case("hooks/sendgrid-email gives its golden output in the sandbox", || {
        check("sendgrid-email", guests::sendgrid_email()?)
    }),
];

/// Answers as the golden input scripts them, and keeps what was asked.
#[derive(Default)]
struct Script {
    answers: Mutex<VecDeque<Value>>,
    asked: Mutex<Vec<Value>>,
}

impl Egress for Script {
    fn send(&self, request: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let headers: serde_json::Map<String, Value> = request
            .headers
            .iter()
            .map(|(name, values)| (name.to_lowercase(), Value::from(values.values().join(", "))))
            .collect();
        let body = request.body.as_deref().unwrap_or_default();
        let body = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body));
        let asked = json!({ "method": request.method, "url": request.url, "headers": headers, "body": body });
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let scripted = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = match scripted {
            Some(answer) => Ok(Response {
                status: answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500),
                headers: serde_json::from_value(answer["headers"].clone()).unwrap_or_default(),
                body: answer["body"].as_str().map_or_else(|| answer["body"].to_string(), str::to_owned).into_bytes(),
            }),
            None => Err(CallError { code: ErrorKind::Connect, message: "no answer is scripted".to_owned() }),
        };
        Box::pin(std::future::ready(answer))
    }
}

fn check(hook: &str, module: Vec<u8>) -> Result<()> {
    let directory = guests::root().join("hooks").join(hook).join("tests/golden");
    let given = read(&directory.join("input.json"))?;
    let expected = read(&directory.join("output.json"))?;
    let script = Arc::new(Script::default());
    let answers = given["answers"].as_array().cloned().unwrap_or_default();
    *script.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers.into();
    let mut input = given["input"].clone();
    input["context"]["webtask"] = json!({ "secrets": given["secrets"] });
    let report = block_on(run(module, input, script.clone()))?;
    let mut asked = script.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
    keep_headers_of(&mut asked, &expected);
    let actual = as_golden(report, asked);
    ensure!(actual == expected, "{hook}:\nexpected {expected:#}\nactual {actual:#}");
    Ok(())
}

async fn run(module: Vec<u8>, input: Value, egress: Arc<Script>) -> Result<Report> {
    let runtime = Runtime::new(Settings { runs_at_once: 1, ..Settings::default() })?;
    let wasm = bytes::Bytes::from(module);
    let info = runtime.compile(wasm.clone(), Trigger::PostChangePassword).await?;
    let module = runtime.load(info.digest, || async { Ok(wasm) }).await?;
    let invocation = Invocation {
        trigger: Trigger::PostChangePassword,
        input: serde_json::to_vec(&input)?.into(),
        limits: RunLimits::default(),
        egress,
        logs: None,
    };
    Ok(runtime.run(&Program { module, payload: None }, invocation).await?)
}

/// The golden output names the headers that the hook set; what a library adds by itself is not compared.
fn keep_headers_of(asked: &mut [Value], expected: &Value) {
    for (index, request) in asked.iter_mut().enumerate() {
        let named = &expected["requests"][index]["headers"];
        if let Some(headers) = request["headers"].as_object_mut() {
            headers.retain(|name, _| named.get(name).is_some());
        }
    }
}

fn as_golden(report: Report, asked: Vec<Value>) -> Value {
    let logs: Vec<Value> =
        report.logs.iter().map(|line| json!({ "level": line.level, "message": line.message })).collect();
    let report = hookbox_protocol::api::RunnerReport::from(report);
    let mut golden = json!({ "outcome": report.outcome });
    match report.error {
        Some(error) => golden["error"] = json!({ "message": error.message }),
        None => golden["value"] = report.value,
    }
    golden["requests"] = Value::from(asked);
    golden["logs"] = Value::from(logs);
    golden
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("parse {}", path.display()))
}
