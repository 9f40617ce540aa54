//! Guests from text, and the shortest ways to run one.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{Outcome, Report, RunLimits, Trigger};
use hookbox_runtime::{Egress, Invocation, Module, NoEgress, Program, Runtime, Settings};

/// The trigger of every test that does not care.
pub(crate) const TRIGGER: Trigger = Trigger::PostChangePassword;

/// A module whose hook is `body`; `fields` stand before it.
pub(crate) fn hook(fields: &str, body: &str) -> Bytes {
    wasm(&format!(
        r#"(module
            {fields}
            (memory (export "memory") 1)
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "post_change_password") (param $ptr i32) (param $len i32) (result i64) {body}))"#
    ))
}

/// A module from its text.
pub(crate) fn wasm(text: &str) -> Bytes {
    wat::parse_str(text).expect("the text is a module").into()
}

/// A runtime with that many slots that compiles here and caches nothing.
pub(crate) fn runtime(slots: u32) -> Runtime {
    Runtime::new(Settings { runs_at_once: slots, ..Settings::default() }).expect("a runtime")
}

/// Uploads and loads a module.
pub(crate) async fn load(runtime: &Runtime, wasm: &Bytes) -> Module {
    let info = runtime.compile(wasm.clone(), TRIGGER).await.expect("the module compiles");
    runtime.load(info.digest, async || panic!("it is loaded already")).await.expect("the module loads")
}

/// Runs a module once.
pub(crate) async fn run(runtime: &Runtime, module: &Module, limits: RunLimits) -> Report {
    run_with(runtime, module, limits, Arc::new(NoEgress)).await
}

/// Runs a module once, with a network.
pub(crate) async fn run_with(runtime: &Runtime, module: &Module, limits: RunLimits, egress: Arc<dyn Egress>) -> Report {
    let invocation = Invocation {
        trigger: TRIGGER,
        input: Bytes::from_static(br#"{"user":{},"context":{}}"#),
        limits,
        egress,
        logs: None,
    };
    let program = Program { module: module.clone(), payload: None };
    runtime.run(&program, invocation).await.expect("the host is well")
}

/// Uploads, loads and runs the hook `body` under `limits`.
pub(crate) async fn outcome(fields: &str, body: &str, limits: RunLimits) -> Outcome {
    let runtime = runtime(1);
    let module = load(&runtime, &hook(fields, body)).await;
    run(&runtime, &module, limits).await.outcome
}
