//! Every limit of a run is hit: `RunLimits::TABLE` drives the test, so a new row needs a case here.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use hookbox_protocol::http::ErrorKind;
use hookbox_protocol::outcome::TimeBudget;
use hookbox_protocol::{Outcome, Report, RunLimits};
use libtest_mimic::Trial;

use super::egress::Answers;
use super::guest::{hook, load, outcome, run, run_with, runtime};
use super::test;

pub(crate) fn trials() -> Vec<Trial> {
    vec![test("limits::every_limit_is_hit", every_limit)]
}

const SPIN: &str = "(loop $spin (br $spin)) (unreachable)";
const LOG: &str = r#"(import "hookbox" "log" (func $log (param i32 i32 i32))) (data (i32.const 0) "a line")"#;
const TWO_LINES: &str = "
    (call $log (i32.const 1) (i32.const 0) (i32.const 6))
    (call $log (i32.const 1) (i32.const 0) (i32.const 6))
    (i64.const 0)";

async fn every_limit() {
    for limit in RunLimits::TABLE {
        hit(limit.name).await;
    }
}

fn limits(change: impl FnOnce(&mut RunLimits)) -> RunLimits {
    let mut limits = RunLimits::default();
    change(&mut limits);
    limits
}

async fn hit(name: &str) {
    match name {
        "fuel" => {
            let ended = outcome("", SPIN, limits(|limits| limits.fuel = 1_000)).await;
            assert_eq!(ended, Outcome::OutOfFuel { limit: 1_000 });
        }
        "cpu_ms" => {
            let ended = outcome("", SPIN, limits(|limits| (limits.cpu_ms, limits.fuel) = (20, 20_000_000_000))).await;
            assert_eq!(ended, Outcome::TimedOut { budget: TimeBudget::Cpu, limit_ms: 20 });
        }
        "wall_ms" => {
            let imports = r#"(import "hookbox" "timer_start" (func $timer (param i64) (result i32)))
                             (import "hookbox" "next_event" (func $next (result i64)))"#;
            let waits = "(drop (call $timer (i64.const 60000))) (call $next)";
            let ended = outcome(imports, waits, limits(|limits| limits.wall_ms = 20)).await;
            assert_eq!(ended, Outcome::TimedOut { budget: TimeBudget::Wall, limit_ms: 20 });
        }
        "memory_bytes" => {
            let grows = "(if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable))) (i64.const 0)";
            let ended = outcome("", grows, limits(|limits| limits.memory_bytes = 100_000)).await;
            assert_eq!(ended, Outcome::OutOfMemory { limit_bytes: 100_000 });
        }
        "result_bytes" => {
            let ended = outcome("", "(i64.const 0x10_0000000b)", limits(|limits| limits.result_bytes = 10)).await;
            let message = "the result is 11 bytes long; `result_bytes` is 10".to_owned();
            assert_eq!(ended, Outcome::BadOutput { message });
        }
        "log_bytes" => logged(limits(|limits| limits.log_bytes = 11), &["a line"], 1).await,
        "log_line_bytes" => logged(limits(|limits| limits.log_line_bytes = 4), &["a li", "a li"], 0).await,
        "log_lines" => logged(limits(|limits| limits.log_lines = 1), &["a line"], 1).await,
        "http_calls" => {
            let (report, _) = called(limits(|limits| limits.http_calls = 2), "x").await;
            assert_eq!(report.http.len(), 2);
            let said = report.logs.iter().filter(|line| line.message.contains(r#""code":"too_many""#)).count();
            assert_eq!(said, 4, "{:?}", report.logs);
        }
        "http_calls_at_once" => {
            let (report, egress) = called(limits(|limits| limits.http_calls_at_once = 3), "x").await;
            assert_eq!((report.http.len(), egress.most_open.load(Ordering::SeqCst)), (6, 3));
            assert!(report.http.iter().all(|call| call.status == Some(200)), "{:?}", report.http);
        }
        "http_request_bytes" => {
            let (report, egress) = called(limits(|limits| limits.http_request_bytes = 4), "12345").await;
            assert!(report.http.iter().all(|call| call.error == Some(ErrorKind::TooLarge)), "{:?}", report.http);
            assert!(egress.seen.lock().expect("no panic").is_empty());
        }
        "http_response_bytes" => {
            let (report, egress) = called(limits(|limits| limits.http_response_bytes = 99), "x").await;
            assert!(report.http.iter().all(|call| call.error == Some(ErrorKind::TooLarge)), "{:?}", report.http);
            let seen = egress.seen.lock().expect("no panic");
            assert!(seen.iter().all(|(_, budget)| budget.response_bytes == 99));
        }
        other => panic!("no test hits the limit {other}"),
    }
}

async fn logged(limits: RunLimits, lines: &[&str], dropped: u64) {
    let runtime = runtime(1);
    let module = load(&runtime, &hook(LOG, TWO_LINES)).await;
    let report = run(&runtime, &module, limits).await;
    assert_eq!(report.logs.iter().map(|line| &line.message[..]).collect::<Vec<_>>(), lines);
    assert_eq!(report.log_lines_dropped, dropped);
}

/// Starts six calls with that body, answered with 100 bytes each, and prints every event.
async fn called(limits: RunLimits, body: &str) -> (Report, Arc<Answers>) {
    let json = format!(r#"{{"method":"post","url":"https://api.example.com/","body":"{body}"}}"#);
    let imports = format!(
        r#"(import "hookbox" "http_start" (func $start (param i32 i32) (result i32)))
           (import "hookbox" "next_event" (func $next (result i64)))
           (import "hookbox" "take" (func $take (param i32)))
           (import "hookbox" "log" (func $log (param i32 i32 i32)))
           (data (i32.const 0) "{}")"#,
        json.replace('"', "\\\"")
    );
    let calls = format!(
        "(local $i i32) (local $event i64)
         (loop $more
            (drop (call $start (i32.const 0) (i32.const {})))
            (local.set $i (i32.add (local.get $i) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $i) (i32.const 6))))
         (loop $drain
            (local.set $event (call $next))
            (if (i64.ne (local.get $event) (i64.const 0)) (then
                (call $take (i32.const 2048))
                (call $log (i32.const 1) (i32.const 2048) (i32.wrap_i64 (local.get $event)))
                (br $drain))))
         (i64.const 0)",
        json.len()
    );
    let runtime = runtime(1);
    let module = load(&runtime, &hook(&imports, &calls)).await;
    let egress = Arc::new(Answers { body_bytes: 100, ..Answers::default() });
    let report = run_with(&runtime, &module, limits, Arc::clone(&egress) as _).await;
    assert!(report.outcome.is_completed(), "{:?}", report.outcome);
    assert_eq!(report.logs.len(), 6, "one event for each call");
    (report, egress)
}
