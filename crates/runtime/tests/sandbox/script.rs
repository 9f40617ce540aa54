//! Programs with a payload: an engine of our own, pre-initialised, called with a script's bytecode.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{Outcome, RunLimits, Trigger};
use hookbox_runtime::{Error, Invocation, Module, NoEgress, Program, Runtime};
use libtest_mimic::Trial;

use super::guest::{runtime, wasm};
use super::test;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("script::the_engine_gets_trigger_payload_and_input", payload),
        test("script::an_engine_can_say_that_a_script_never_finished", never_finished),
        test("script::a_call_answers_raw_bytes_or_an_outcome", raw_call),
        test("script::pre_initialisation_keeps_what_the_initialiser_wrote", preinitialized),
        test("script::pre_initialisation_that_waits_or_traps_is_an_error", bad_preinitialisation),
    ]
}

/// Its script prints where its parts are; payload `n` makes it say that it never finished.
const ENGINE: &str = r#"(module
    (import "hookbox" "log" (func $log (param i32 i32 i32)))
    (memory (export "memory") 1)
    (global $ready (mut i32) (i32.const 0))
    (data (i32.const 64) "{\"never_finished\":true}")
    (func (export "wizer-initialize")
        (global.set $ready (i32.const 7))
        (i32.store8 (i32.const 0) (i32.const 33)))
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "hookbox_run_payload")
        (param $trigger i32) (param $ptr i32) (param $payload i32) (param $input i32) (result i64)
        (call $log (local.get $trigger) (local.get $ptr) (local.get $payload))
        (call $log (i32.const 1) (i32.add (local.get $ptr) (local.get $payload)) (local.get $input))
        (if (i32.eq (i32.load8_u (local.get $ptr)) (i32.const 110))
            (then (return (i64.const 0x40_00000017))))
        (i64.const 0))
    (func (export "state") (param i32 i32) (result i64)
        (i32.store8 (i32.const 1) (i32.add (i32.const 48) (global.get $ready)))
        (i64.const 0x0_00000002))
    (func (export "echo") (param i32 i32) (result i64)
        (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
    (func (export "trap") (param i32 i32) (result i64) (unreachable)))"#;

async fn engine(runtime: &Runtime) -> Module {
    runtime.load_engine(wasm(ENGINE)).await.expect("it loads")
}

async fn ran(payload: &'static [u8]) -> hookbox_protocol::Report {
    let runtime = runtime(1);
    let program = Program { module: engine(&runtime).await, payload: Some(Bytes::from_static(payload)) };
    let invocation = Invocation {
        trigger: Trigger::PreUserRegistration,
        input: Bytes::from_static(br#"{"user":{}}"#),
        limits: RunLimits::default(),
        egress: Arc::new(NoEgress),
        logs: None,
    };
    runtime.run(&program, invocation).await.expect("the host is well")
}

async fn payload() {
    let report = ran(b"bytecode").await;
    assert_eq!(report.outcome, Outcome::Completed { value: serde_json::Value::Null });
    let lines: Vec<_> = report.logs.iter().map(|line| (line.level as u32, &line.message[..])).collect();
    assert_eq!(lines, [(Trigger::PreUserRegistration as u32, "bytecode"), (1, r#"{"user":{}}"#)]);
}

async fn never_finished() {
    assert_eq!(ran(b"n").await.outcome, Outcome::NeverFinished);
}

async fn raw_call() {
    let runtime = runtime(1);
    let engine = engine(&runtime).await;
    let call = async |export: &str, limits: RunLimits| {
        runtime.call(&engine, export, Bytes::from_static(b"\x00\xff raw"), limits).await
    };
    let echo = call("echo", RunLimits::default()).await.expect("the host is well");
    assert_eq!(echo.result, Ok(Bytes::from_static(b"\x00\xff raw")));
    assert!(echo.report.fuel_used > 0);
    let trap = call("trap", RunLimits::default()).await.expect("the host is well");
    assert_eq!(trap.result.as_ref().map_err(Outcome::name), Err("trapped"));
    assert_eq!(trap.result, Err(trap.report.outcome));
    let long = call("echo", RunLimits { result_bytes: 5, ..RunLimits::default() }).await.expect("the host is well");
    assert_eq!(long.result.map_err(|outcome| outcome.name()), Err("bad_output"));
    assert!(matches!(call("nothing", RunLimits::default()).await, Err(Error::MissingExport(_))));
}

async fn preinitialized() {
    let runtime = runtime(1);
    let initialized = runtime.preinitialize(&wasm(ENGINE)).expect("it initialises");
    let engine = runtime.load_engine(initialized.into()).await.expect("it loads");
    for _ in 0..2 {
        let report = runtime.call(&engine, "state", Bytes::new(), RunLimits::default()).await;
        assert_eq!(report.expect("the host is well").result, Ok(Bytes::from_static(b"!7")));
    }
}

async fn bad_preinitialisation() {
    let runtime = runtime(1);
    for (body, reason) in [
        ("(drop (call $timer (i64.const 5))) (drop (call $next))", "waits for an event"),
        ("(unreachable)", "unreachable"),
    ] {
        let module = wasm(&format!(
            r#"(module
                (import "hookbox" "timer_start" (func $timer (param i64) (result i32)))
                (import "hookbox" "next_event" (func $next (result i64)))
                (memory (export "memory") 1)
                (func (export "wizer-initialize") {body}))"#
        ));
        let error = runtime.preinitialize(&module).expect_err("it cannot work").to_string();
        assert!(error.contains(reason), "{error}");
    }
    let error = runtime.preinitialize(b"nonsense").expect_err("no module").to_string();
    assert!(error.contains("pre-initialisation"), "{error}");
}
