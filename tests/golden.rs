//! Every example in `hooks/` in the real sandbox, as a compiled module or as a script, against its golden inputs and
//! outputs.
//!
//! The same files are what the native tests of an example in Rust use; `hooks/README.md` describes them.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use futures_util::future::BoxFuture;
use hookbox_javascript::Engine;
use hookbox_protocol::http::{CallBudget, CallError, ErrorKind, Request, Response};
use hookbox_protocol::{HookError, Outcome, Report, RunLimits, Trigger};
use hookbox_runtime::{Egress, Invocation, Program, Runtime, Settings};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::eventually::block_on;
use crate::{Case, Need, case, case_needing, guests};

pub(crate) const CASES: &[Case] = &[
    case("hooks/starter gives its golden output in the sandbox", || check_module("starter", guests::starter()?)),
    case("hooks/sendgrid-email gives its golden output in the sandbox", || {
        check_module("sendgrid-email", guests::sendgrid_email()?)
    }),
    case_needing("hooks/starter-js gives its golden output in the sandbox", &[Need::JavaScript], || {
        check_script("starter-js")
    }),
    case_needing("hooks/sendgrid-email-js gives its golden outputs in the sandbox", &[Need::JavaScript], || {
        check_script("sendgrid-email-js")
    }),
    case_needing("hooks/slack-notify-js gives its golden outputs in the sandbox", &[Need::JavaScript], || {
        check_script("slack-notify-js")
    }),
    case_needing("hooks/audit-trail-js gives its golden outputs in the sandbox", &[Need::JavaScript], || {
        check_script("audit-trail-js")
    }),
    case("the JavaScript and the Rust SendGrid hook send the same golden request", sendgrid_hooks_agree),
    case("the type definitions name every module that a script can require", types_know_every_module),
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
        let mut asked = json!({ "method": request.method, "url": request.url, "headers": headers });
        if let Some(body) = &request.body {
            asked["body"] = serde_json::from_str(body).unwrap_or_else(|_| Value::from(body.as_str()));
        }
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
        let scripted = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let answer = match scripted {
            Some(answer) => Ok(Response {
                status: answer["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500),
                headers: answer["headers"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter_map(|(name, value)| Some((name.to_lowercase(), vec![value.as_str()?.to_owned()])))
                    .collect(),
                body: match &answer["body"] {
                    Value::Null => Vec::new(),
                    Value::String(text) => text.clone().into_bytes(),
                    other => other.to_string().into_bytes(),
                },
            }),
            None => Err(CallError::new(ErrorKind::Connect, "no answer is scripted".to_owned())),
        };
        Box::pin(std::future::ready(answer))
    }
}

fn check_module(hook: &str, module: Vec<u8>) -> Result<()> {
    block_on(async {
        let runtime = Runtime::new(Settings { runs_at_once: 1, ..Settings::default() })?;
        let wasm = bytes::Bytes::from(module);
        let info = runtime.compile(wasm.clone(), Trigger::PostChangePassword).await?;
        let module = runtime.load(info.digest, || async { Ok(wasm) }).await?;
        check(hook, &runtime, &Program { module, payload: None }).await
    })
}

fn check_script(hook: &str) -> Result<()> {
    block_on(async {
        let (runtime, engine) = javascript().await?;
        let path = guests::root().join("hooks").join(hook).join("hook.js");
        let source = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let warnings = Engine::warnings(&source, [""; 0]);
        ensure!(warnings.is_empty(), "{hook} requires what is not there: {warnings:#?}");
        let bytecode = engine.compile(&source).await?;
        check(hook, runtime, &engine.program(&bytecode)).await
    })
}

/// The engine, made once for all scripts; its image stays in the target folder for the next run of the tests.
async fn javascript() -> Result<&'static (Runtime, Engine)> {
    static STARTED: OnceCell<(Runtime, Engine)> = OnceCell::const_new();
    STARTED
        .get_or_try_init(|| async {
            let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("javascript");
            let settings = Settings { cache_dir: Some(cache.clone()), runs_at_once: 4, ..Settings::default() };
            let runtime = Runtime::new(settings)?;
            let engine = Engine::start(&runtime, Some(&cache)).await?;
            Ok((runtime, engine))
        })
        .await
}

/// Runs a hook on each of its golden inputs.
async fn check(hook: &str, runtime: &Runtime, program: &Program) -> Result<()> {
    for folder in golden_folders(hook)? {
        let given = read(&folder.join("input.json"))?;
        let expected = read(&folder.join("output.json"))?;
        let script = Arc::new(Script::default());
        let answers = given["answers"].as_array().cloned().unwrap_or_default();
        *script.answers.lock().unwrap_or_else(PoisonError::into_inner) = answers.into();
        let mut input = given["input"].clone();
        input["context"]["webtask"] = json!({ "secrets": given["secrets"] });
        let invocation = Invocation {
            trigger: Trigger::PostChangePassword,
            input: serde_json::to_vec(&input)?.into(),
            limits: RunLimits::default(),
            egress: script.clone(),
            logs: None,
        };
        let report = runtime.run(program, invocation).await?;
        let mut asked = script.asked.lock().unwrap_or_else(PoisonError::into_inner).clone();
        keep_headers_of(&mut asked, &expected);
        let actual = as_golden(report, &asked);
        ensure!(actual == expected, "{}:\nexpected {expected:#}\nactual {actual:#}", folder.display());
    }
    Ok(())
}

/// `tests/golden` and the folders in it.
fn golden_folders(hook: &str) -> Result<Vec<PathBuf>> {
    let golden = guests::root().join("hooks").join(hook).join("tests/golden");
    let mut folders = vec![golden.clone()];
    for entry in std::fs::read_dir(golden)? {
        folders.extend(Some(entry?.path()).filter(|path| path.is_dir()));
    }
    Ok(folders)
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

fn as_golden(report: Report, asked: &[Value]) -> Value {
    let logs: Vec<Value> =
        report.logs.iter().map(|line| json!({ "level": line.level, "message": line.message })).collect();
    let mut golden = json!({ "outcome": report.outcome.name(), "requests": asked, "logs": logs });
    match report.outcome {
        Outcome::Completed { value } => golden["value"] = value,
        Outcome::Failed { error } => golden["error"] = error_as_golden(&error),
        // No example may end so, and no golden output says so: the difference shows what happened.
        other => golden["error"] = Value::from(format!("{other:?}")),
    }
    golden
}

/// Everything but the stack, and without what the error does not say.
fn error_as_golden(error: &HookError) -> Value {
    let mut golden = json!({ "message": error.message, "name": error.name });
    if let Some(retryable) = error.retryable {
        golden["retryable"] = retryable.into();
    }
    if let Some(seconds) = error.retry_after_s {
        golden["retry_after_s"] = seconds.into();
    }
    if !error.properties.is_empty() {
        golden["properties"] = error.properties.clone().into();
    }
    golden
}

fn sendgrid_hooks_agree() -> Result<()> {
    let golden =
        |hook: &str, file: &str| read(&guests::root().join("hooks").join(hook).join("tests/golden").join(file));
    let (rust, js) = (golden("sendgrid-email", "output.json")?, golden("sendgrid-email-js", "output.json")?);
    ensure!(golden("sendgrid-email", "input.json")? == golden("sendgrid-email-js", "input.json")?, "the inputs differ");
    let [request] = rust["requests"].as_array().context("requests")?.as_slice() else {
        anyhow::bail!("one request is expected: {rust:#}");
    };
    for part in ["/method", "/url", "/headers/authorization", "/body"] {
        ensure!(request.pointer(part).is_some_and(|value| !value.is_null()), "the golden request has no {part}");
    }
    ensure!(rust["requests"] == js["requests"], "Rust {:#}\nJavaScript {:#}", rust["requests"], js["requests"]);
    Ok(())
}

fn types_know_every_module() -> Result<()> {
    let path = guests::root().join("guest-sdk/js/modules.d.ts");
    let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    let declared: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("declare module '")?.split('\'').next())
        .filter(|name| !name.starts_with("node:") && !name.ends_with("@*"))
        .collect();
    let known: BTreeSet<&str> = Engine::modules().iter().copied().collect();
    ensure!(declared == known, "declared but not there, or the other way round: {:?}", &declared ^ &known);
    Ok(())
}

fn read(path: &Path) -> Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("parse {}", path.display()))
}
