//! What an operator moved holds: the shape screen, the pool's memory, and what they say of themselves.

use std::fmt::Write as _;

use bytes::Bytes;
use hookbox_protocol::{Outcome, RunLimits};
use hookbox_runtime::{Runtime, Settings, ShapeLimits};
use libtest_mimic::Trial;

use super::guest::{TRIGGER, hook, load, run};
use super::test;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("raised::a_module_over_a_shipped_bound_runs_where_the_operator_raised_it", shape),
        test("raised::memory_reaches_as_far_as_the_operator_says", memory),
        test("raised::an_instance_of_the_largest_shape_has_room", largest),
        test("raised::a_refusal_names_the_setting", words),
    ]
}

fn runtime(change: impl FnOnce(&mut Settings)) -> Runtime {
    let mut settings = Settings { runs_at_once: 1, ..Settings::default() };
    change(&mut settings);
    Runtime::new(settings).expect("a runtime")
}

fn blocks(count: usize) -> Bytes {
    hook("", &format!("{}{} (i64.const 0)", "(block ".repeat(count), ")".repeat(count)))
}

async fn shape() {
    let nested = blocks(300);
    let refusal = runtime(|_| {}).check(&nested, TRIGGER).expect_err("over the shipped bound");
    assert!(refusal.message.contains("the most is 256 (an operator can raise it"), "{}", refusal.message);
    let raised = runtime(|settings| settings.shape.nesting = 300);
    let module = load(&raised, &nested).await;
    assert!(run(&raised, &module, RunLimits::default()).await.outcome.is_completed());
    raised.check(&blocks(301), TRIGGER).expect_err("over the raised bound");
}

async fn memory() {
    const GROWS: &str =
        "(if (i32.eq (memory.grow (i32.const 8192)) (i32.const -1)) (then (unreachable))) (i64.const 0)";
    let grown = async |memory_bytes: u64| {
        let runtime = runtime(|settings| settings.memory_bytes_max = memory_bytes);
        let module = load(&runtime, &hook("", GROWS)).await;
        run(&runtime, &module, RunLimits { memory_bytes, ..RunLimits::default() }).await.outcome
    };
    let shipped = RunLimits::CEILINGS.memory_bytes;
    assert_eq!(grown(shipped).await, Outcome::OutOfMemory { limit_bytes: shipped }, "512 MiB and a page");
    assert!(grown(1 << 30).await.is_completed());
    assert!(grown(RunLimits::MOST.memory_bytes).await.is_completed());
    assert_eq!(grown(1 << 20).await, Outcome::OutOfMemory { limit_bytes: 1 << 20 });

    // Already its start is more than is shipped, and asking for its contract number is a run, too.
    let large = super::guest::wasm(
        r#"(module
            (memory (export "memory") 5000)
            (func (export "hookbox_abi") (result i32) (i32.const 1))
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "post_change_password") (param i32 i32) (result i64) (i64.const 0)))"#,
    );
    let raised = runtime(|settings| settings.memory_bytes_max = 1 << 30);
    let module = load(&raised, &large).await;
    let limits = RunLimits { memory_bytes: 1 << 30, ..RunLimits::default() };
    assert!(run(&raised, &module, limits).await.outcome.is_completed());
}

/// Every function in the table, so that each has its place in the instance's own bookkeeping.
async fn largest() {
    let functions = ShapeLimits::MOST.functions - 1_000;
    let globals = ShapeLimits::MOST.globals;
    let mut fields = String::new();
    for number in 0..functions {
        write!(fields, "(func $f{number})").expect("text");
    }
    for _ in 0..globals {
        fields.push_str("(global (mut i64) (i64.const 1))");
    }
    write!(fields, "(table {functions} funcref) (elem (i32.const 0)").expect("text");
    for number in 0..functions {
        write!(fields, " $f{number}").expect("text");
    }
    fields.push(')');
    let module = hook(&fields, "(call_indirect (i32.const 7)) (i64.const 0)");
    let runtime = runtime(|settings| settings.shape = ShapeLimits::MOST);
    let module = load(&runtime, &module).await;
    assert!(run(&runtime, &module, RunLimits::default()).await.outcome.is_completed());
}

async fn words() {
    let small = runtime(|settings| (settings.module_bytes_max, settings.memory_bytes_max) = (100, 60_000));
    let refusal = small.check(&blocks(100), TRIGGER).expect_err("too large").message;
    assert!(refusal.ends_with(
        "the limit `module_bytes` is 100 bytes (an operator can raise it: `hookbox serve --limit module_bytes=…`)"
    ));
    let small = runtime(|settings| settings.memory_bytes_max = 60_000);
    let refusal = small.check(&blocks(1), TRIGGER).expect_err("a page of memory").message;
    assert!(
        refusal.contains("65536 bytes; the most is 60000") && refusal.contains("--limit memory_bytes=…"),
        "{refusal}"
    );
    let two = hook(r#"(memory 1)"#, "(i64.const 0)");
    let refusal = small.check(&two, TRIGGER).expect_err("two memories").message;
    assert!(refusal.ends_with("2 memories; the most is 1"), "{refusal}");
}
