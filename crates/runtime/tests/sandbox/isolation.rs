//! A slot comes back clean: what one run wrote, the next run in the same slot does not see.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::{RunLimits, Trigger};
use hookbox_runtime::{Invocation, NoEgress};
use libtest_mimic::Trial;

use super::guest::{hook, load, run, runtime, wasm};
use super::test;

/// Pairs of a run that fills and a run that scans, for each size and engine.
const PAIRS: usize = 100;

/// Pages of a fill: within what the pool keeps, at its edge, and beyond.
const PAGES: [u32; 4] = [0, 14, 16, 60];

/// Room for a machine that is busy with other things.
const LIMITS: RunLimits = RunLimits { cpu_ms: 60_000, ..RunLimits::CEILINGS };

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("isolation::modules_of_two_tenants_in_one_slot", of_modules),
        test("isolation::scripts_of_two_tenants_in_one_slot", of_scripts),
    ]
}

fn filling(pages: u32) -> String {
    format!(
        "(drop (memory.grow (i32.const {pages})))
         (memory.fill (i32.const 0) (i32.const 0xaa) (i32.mul (memory.size) (i32.const 65536)))
         (i64.const 0)"
    )
}

/// Traps where a byte behind the input is not zero.
fn scanning(pages: u32) -> String {
    format!(
        "(local $at i32) (local $end i32)
         (drop (memory.grow (i32.const {pages})))
         (memory.fill (local.get 0) (i32.const 0) (local.get 1))
         (local.set $end (i32.mul (memory.size) (i32.const 65536)))
         (loop $scan
            (if (i64.ne (i64.load (local.get $at)) (i64.const 0)) (then (unreachable)))
            (local.set $at (i32.add (local.get $at) (i32.const 8)))
            (br_if $scan (i32.lt_u (local.get $at) (local.get $end))))
         (i64.const 0)"
    )
}

async fn of_modules() {
    let runtime = runtime(1);
    for pages in PAGES {
        let fill = load(&runtime, &hook("", &filling(pages))).await;
        let scan = load(&runtime, &hook("", &scanning(pages))).await;
        for _ in 0..PAIRS {
            assert!(run(&runtime, &fill, LIMITS).await.outcome.is_completed());
            let outcome = run(&runtime, &scan, LIMITS).await.outcome;
            assert!(outcome.is_completed(), "{pages} pages: {outcome:?}");
        }
    }
}

/// Both functions in one module, as scripts share their engine, told apart by the trigger: the copy-on-write image must
/// come back as it was.
async fn of_scripts() {
    let runtime = runtime(1);
    for pages in PAGES {
        let engine = wasm(&format!(
            r#"(module
                (memory (export "memory") 1)
                (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
                (func (export "load") (param i32 i32) (result i64)
                    (memory.fill (local.get 0) (i32.const 0) (local.get 1))
                    (i64.const 0x400_00000010))
                (func $fill (param i32 i32) (result i64) {})
                (func $scan (param i32 i32) (result i64) {})
                (func (export "hookbox_run_script") (param $trigger i32) (param $ptr i32) (param $len i32) (result i64)
                    (if (local.get $trigger) (then (return (call $scan (local.get $ptr) (local.get $len)))))
                    (call $fill (local.get $ptr) (local.get $len))))"#,
            filling(pages),
            scanning(pages)
        ));
        let engine = runtime.load_engine(engine).await.expect("it loads");
        let script = runtime.snapshot(&engine, "load", Bytes::from_static(b"script"), LIMITS).await;
        let program = engine.program(&script.expect("the host is well").expect("it loads").expect("it can run"));
        for _ in 0..PAIRS {
            for trigger in [Trigger::PostChangePassword, Trigger::PostUserRegistration] {
                let input = Bytes::from_static(b"input");
                let invocation = Invocation { trigger, input, limits: LIMITS, egress: Arc::new(NoEgress), logs: None };
                let outcome = runtime.run(&program, invocation).await.expect("the host is well").outcome;
                assert!(outcome.is_completed(), "{pages} pages, {trigger:?}: {outcome:?}");
            }
        }
    }
}
