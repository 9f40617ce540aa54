//! Runs as the server makes them: many at once, dropped, failing in the host.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::outcome::{TimeBudget, TrapKind};
use hookbox_protocol::{Outcome, RunLimits, Trigger};
use hookbox_runtime::{Error, Invocation, NoEgress, Program};
use libtest_mimic::Trial;

use super::egress::{Hangs, Panics};
use super::guest::{TRIGGER, hook, load, outcome, run, run_with, runtime};
use super::{executor, test};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        test("running::the_hook_gets_its_input_byte_for_byte", input),
        test("running::a_guest_that_waits_is_not_charged_for_it", waiting),
        test("running::a_run_that_is_cut_off_reports_all_the_same", cut_off),
        test("running::a_panic_in_a_host_function_fails_that_run_only", host_panic),
        test("running::a_run_that_is_dropped_gives_its_slot_back", dropped),
        test("running::more_runs_than_slots_wait_for_their_turn", more_than_slots),
        test("running::spinning_guests_leave_the_executor_usable", spinning),
        test("running::each_line_is_seen_as_it_is_printed", tap),
        test("running::a_backtrace_is_short_and_readable", backtrace),
        test("running::a_function_that_was_not_checked_is_missing", unchecked),
    ]
}

fn invocation(egress: Arc<dyn hookbox_runtime::Egress>) -> Invocation {
    let limits = RunLimits::default();
    Invocation { trigger: TRIGGER, input: Bytes::from_static(b"{}"), limits, egress, logs: None }
}

const LOG: &str = r#"(import "hookbox" "log" (func $log (param i32 i32 i32)))"#;
const HTTP: &str = r#"
    (import "hookbox" "log" (func $log (param i32 i32 i32)))
    (import "hookbox" "http_start" (func $start (param i32 i32) (result i32)))
    (import "hookbox" "next_event" (func $next (result i64)))
    (data (i32.const 0) "{\"method\":\"POST\",\"url\":\"https://a.example.com/\"}")"#;
const CALL: &str = "
    (call $log (i32.const 1) (i32.const 0) (i32.const 9))
    (drop (memory.grow (i32.const 3)))
    (drop (call $start (i32.const 0) (i32.const 48)))
    (call $next)";

async fn input() {
    let runtime = runtime(1);
    let module =
        load(&runtime, &hook(LOG, "(call $log (i32.const 0) (local.get 0) (local.get 1)) (i64.const 0)")).await;
    let report = run(&runtime, &module, RunLimits::default()).await;
    assert_eq!(report.logs[0].message, r#"{"user":{},"context":{}}"#);
}

async fn waiting() {
    let imports = r#"(import "hookbox" "timer_start" (func $timer (param i64) (result i32)))
                     (import "hookbox" "next_event" (func $next (result i64)))"#;
    let runtime = runtime(1);
    let waits = hook(imports, "(drop (call $timer (i64.const 300))) (drop (call $next)) (i64.const 0)");
    let module = load(&runtime, &waits).await;
    let report = run(&runtime, &module, RunLimits { cpu_ms: 200, ..RunLimits::default() }).await;
    assert!(report.outcome.is_completed(), "{:?}", report.outcome);
    assert!(report.wall >= Duration::from_millis(300), "{:?}", report.wall);
    assert!(report.cpu < Duration::from_millis(200), "{:?}", report.cpu);
}

async fn cut_off() {
    let runtime = runtime(1);
    let module = load(&runtime, &hook(HTTP, CALL)).await;
    let limits = RunLimits { wall_ms: 300, ..RunLimits::default() };
    let report = run_with(&runtime, &module, limits, Arc::new(Hangs)).await;
    assert_eq!(report.outcome, Outcome::TimedOut { budget: TimeBudget::Wall, limit_ms: 300 });
    assert!(report.fuel_used > 0 && report.fuel_used < 1_000, "{}", report.fuel_used);
    assert_eq!(report.memory_bytes_peak, 4 << 16);
    assert_eq!(report.logs.len(), 1);
    assert_eq!(report.http.len(), 1);
    assert!(report.http[0].wall_ms > 0.0);
}

async fn host_panic() {
    let runtime = runtime(1);
    let module = load(&runtime, &hook(HTTP, CALL)).await;
    let program = Program { module: module.clone(), payload: None };
    for _ in 0..3 {
        let error = runtime.run(&program, invocation(Arc::new(Panics))).await.expect_err("the host is at fault");
        assert!(matches!(&error, Error::Panicked(text) if text == "the egress has a bug"), "{error}");
    }
    assert!(run(&runtime, &module, RunLimits::default()).await.outcome.name() == "bad_output");
}

async fn dropped() {
    let runtime = runtime(1);
    let module = load(&runtime, &hook(HTTP, CALL)).await;
    let program = Program { module, payload: None };
    for _ in 0..3 {
        let hanging = runtime.run(&program, invocation(Arc::new(Hangs)));
        assert!(tokio::time::timeout(Duration::from_millis(20), hanging).await.is_err(), "it hangs");
    }
    assert_eq!(runtime.stats().runs, 0);
    assert!(runtime.run(&program, invocation(Arc::new(NoEgress))).await.is_ok());
}

async fn more_than_slots() {
    let runtime = runtime(2);
    let module = load(&runtime, &hook("", "(i64.const 0)")).await;
    // Spawning also shows that the future of a run can move between threads.
    let runs: Vec<_> = (0..64)
        .map(|_| {
            let (runtime, program) = (runtime.clone(), Program { module: module.clone(), payload: None });
            executor().spawn(async move { runtime.run(&program, invocation(Arc::new(NoEgress))).await })
        })
        .collect();
    for run in runs {
        assert!(run.await.expect("no panic").expect("the host is well").outcome.is_completed());
    }
}

async fn spinning() {
    let runtime = runtime(4);
    let module = load(&runtime, &hook("", "(loop $spin (br $spin)) (unreachable)")).await;
    let limits = RunLimits { fuel: 20_000_000_000, cpu_ms: 300, ..RunLimits::default() };
    let spins: Vec<_> = (0..4)
        .map(|_| {
            let (runtime, program) = (runtime.clone(), Program { module: module.clone(), payload: None });
            let invocation = Invocation { limits, ..invocation(Arc::new(NoEgress)) };
            executor().spawn(async move { runtime.run(&program, invocation).await })
        })
        .collect();
    // Twice as many spinners as threads, and a neighbour on the same threads still gets its turns.
    let neighbour = executor().spawn(async { tokio::time::sleep(Duration::from_millis(20)).await });
    tokio::time::timeout(Duration::from_secs(10), neighbour).await.expect("in time").expect("no panic");
    for spin in spins {
        let outcome = spin.await.expect("no panic").expect("the host is well").outcome;
        assert_eq!(outcome, Outcome::TimedOut { budget: TimeBudget::Cpu, limit_ms: 300 });
    }
}

async fn tap() {
    let runtime = runtime(1);
    let fields = format!(r#"{LOG} (data (i32.const 0) "line")"#);
    let prints = hook(&fields, "(call $log (i32.const 2) (i32.const 0) (i32.const 4)) (i64.const 0)");
    let module = load(&runtime, &prints).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let invocation = Invocation {
        logs: Some(Arc::new(move |line| sink.lock().expect("no panic").push(line.clone()))),
        ..invocation(Arc::new(NoEgress))
    };
    let program = Program { module, payload: None };
    let report = runtime.run(&program, invocation).await.expect("the host is well");
    assert_eq!(report.logs.len(), 1);
    assert_eq!(*seen.lock().expect("no panic"), report.logs);
}

async fn backtrace() {
    let name = "_ZN6mailer4send17h0123456789abcdefE";
    let fields = format!(
        "(func ${name} (param i32)
            (if (i32.eqz (local.get 0)) (then (unreachable)))
            (call ${name} (i32.sub (local.get 0) (i32.const 1))))"
    );
    let ended = outcome(&fields, &format!("(call ${name} (i32.const 99)) (i64.const 0)"), RunLimits::default()).await;
    let Outcome::Trapped { kind: TrapKind::Unreachable, backtrace, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(backtrace, ["mailer::send"; 20]);
}

async fn unchecked() {
    let runtime = runtime(1);
    let module = load(&runtime, &hook("", "(i64.const 0)")).await;
    let invocation = Invocation { trigger: Trigger::SendPhoneMessage, ..invocation(Arc::new(NoEgress)) };
    let error = runtime.run(&Program { module, payload: None }, invocation).await.expect_err("it is missing");
    assert!(matches!(&error, Error::MissingExport(name) if name == "send_phone_message"), "{error}");
}
