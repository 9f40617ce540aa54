//! Scripts: an engine of our own, pre-initialised, that starts from what loading a script left in its memory.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{Outcome, RunLimits, Trigger};
use hookbox_runtime::{Error, Invocation, NoEgress, Runtime, ScriptEngine, Snapshot};
use libtest_mimic::Trial;

use super::guest::{runtime, wasm};
use super::test;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("script::a_run_starts_from_what_loading_left_and_leaves_nothing_itself", loaded),
        test("script::an_input_that_is_larger_than_the_room_is_given_another", large_input),
        test("script::a_script_may_have_grown_the_memory", grown),
        test("script::what_asks_the_host_traps_or_has_no_room_is_no_script", not_loaded),
        test("script::an_engine_can_say_that_a_script_never_finished", never_finished),
        test("script::a_call_answers_raw_bytes_or_an_outcome", raw_call),
        test("script::pre_initialisation_keeps_what_the_initialiser_wrote", preinitialized),
        test("script::pre_initialisation_that_waits_or_traps_is_an_error", bad_preinitialisation),
    ]
}

/// A script is its first letter, which each run prints, counted up: `n` makes it say that it never finished, `t` ask for the
/// time when it is loaded, `x` trap, `0` have no room, and `g` grow the memory.
const ENGINE: &str = r#"(module
    (import "hookbox" "log" (func $log (param i32 i32 i32)))
    (import "hookbox" "now_ms" (func $now (result f64)))
    (memory (export "memory") 1)
    (global $ready (mut i32) (i32.const 0))
    (data (i32.const 64) "{\"never_finished\":true}")
    (func (export "wizer-initialize")
        (global.set $ready (i32.const 7))
        (i32.store8 (i32.const 0) (i32.const 33)))
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "load") (param $ptr i32) (param $len i32) (result i64)
        (local $letter i32)
        (local.set $letter (i32.load8_u (local.get $ptr)))
        (i32.store8 (i32.const 8192) (local.get $letter))
        (if (i32.eq (local.get $letter) (i32.const 116)) (then (drop (call $now))))
        (if (i32.eq (local.get $letter) (i32.const 120)) (then (unreachable)))
        (if (i32.eq (local.get $letter) (i32.const 48)) (then (return (i64.const 0))))
        (if (i32.eq (local.get $letter) (i32.const 103)) (then
            (drop (memory.grow (i32.const 2)))
            (i32.store8 (i32.const 196607) (i32.const 71))))
        (i64.const 0x3000_00000010))
    (func (export "hookbox_run_script") (param $trigger i32) (param $ptr i32) (param $len i32) (result i64)
        (call $log (local.get $trigger) (i32.const 8192) (i32.const 1))
        (i32.store8 (i32.const 8192) (i32.add (i32.load8_u (i32.const 8192)) (i32.const 1)))
        (call $log (i32.const 1) (local.get $ptr) (local.get $len))
        (if (i32.gt_u (memory.size) (i32.const 1)) (then
            (call $log (i32.const 1) (i32.const 196607) (i32.const 1))))
        (if (i32.eq (i32.load8_u (i32.const 8192)) (i32.const 111))
            (then (return (i64.const 0x40_00000017))))
        (i64.const 0))
    (func (export "state") (param i32 i32) (result i64)
        (i32.store8 (i32.const 1) (i32.add (i32.const 48) (global.get $ready)))
        (i64.const 0x0_00000002))
    (func (export "echo") (param i32 i32) (result i64)
        (i64.or (i64.shl (i64.extend_i32_u (local.get 0)) (i64.const 32)) (i64.extend_i32_u (local.get 1))))
    (func (export "trap") (param i32 i32) (result i64) (unreachable)))"#;

async fn engine(runtime: &Runtime) -> ScriptEngine {
    runtime.load_engine(wasm(ENGINE)).await.expect("it loads")
}

async fn load(runtime: &Runtime, engine: &ScriptEngine, script: &'static str) -> Result<Option<Snapshot>, Outcome> {
    let input = Bytes::from_static(script.as_bytes());
    runtime.snapshot(engine, "load", input, RunLimits::default()).await.expect("the host is well")
}

/// How two runs of a script end, which must be the same.
async fn ran(script: &'static str, input: &'static str) -> (Outcome, Vec<(u32, String)>) {
    let runtime = runtime(1);
    let engine = engine(&runtime).await;
    let script = load(&runtime, &engine, script).await.expect("it loads").expect("it can run");
    let program = engine.program(&script);
    let once = async || {
        let invocation = Invocation {
            trigger: Trigger::PreUserRegistration,
            input: Bytes::from_static(input.as_bytes()),
            limits: RunLimits::default(),
            egress: Arc::new(NoEgress),
            logs: None,
        };
        let report = runtime.run(&program, invocation).await.expect("the host is well");
        (report.outcome, report.logs.into_iter().map(|line| (line.level as u32, line.message)).collect())
    };
    let (first, second): (_, (_, Vec<_>)) = (once().await, once().await);
    assert_eq!(first, second);
    first
}

async fn loaded() {
    let (outcome, lines) = ran("a script", "{}").await;
    assert_eq!(outcome, Outcome::Completed { value: serde_json::Value::Null });
    assert_eq!(lines, [(Trigger::PreUserRegistration as u32, "a".to_owned()), (1, "{}".to_owned())]);
}

async fn large_input() {
    for input in ["0123456789abcdef", "0123456789abcdef!"] {
        assert_eq!(ran("a script", input).await.1[1].1, input);
    }
}

async fn grown() {
    assert_eq!(ran("g", "{}").await.1[2].1, "G");
}

async fn not_loaded() {
    let runtime = runtime(1);
    let engine = engine(&runtime).await;
    assert!(load(&runtime, &engine, "0").await.expect("it ends").is_none());
    for script in ["t", "x"] {
        let outcome = load(&runtime, &engine, script).await.map(|_| ()).expect_err("it traps");
        assert_eq!(outcome.name(), "trapped", "{script}");
    }
}

async fn never_finished() {
    assert_eq!(ran("n", "{}").await.0, Outcome::NeverFinished);
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
