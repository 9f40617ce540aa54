//! The retry rule as tables.

use hookbox_protocol::outcome::{TimeBudget, TrapKind};
use serde_json::Value;

use super::*;

const MIDDLE: f64 = 0.5;

fn report(outcome: Outcome, http: Vec<Call>) -> Report {
    Report {
        outcome,
        fuel_used: 0,
        cpu: Duration::ZERO,
        wall: Duration::ZERO,
        memory_bytes_peak: 0,
        logs: Vec::new(),
        log_lines_dropped: 0,
        http,
    }
}

fn failed(retryable: Option<bool>, retry_after_s: Option<f64>) -> Outcome {
    Outcome::Failed { error: HookError { retryable, retry_after_s, ..HookError::default() } }
}

fn call(method: &str, status: u16) -> Call {
    Call {
        method: method.to_owned(),
        url: "https://api.example.com/mail".to_owned(),
        status: Some(status),
        error: None,
        wall_ms: 1.0,
        request_bytes: 0,
        response_bytes: 0,
    }
}

fn faults() -> [Outcome; 5] {
    [
        Outcome::Trapped { kind: TrapKind::Unreachable, detail: String::new(), backtrace: Vec::new() },
        Outcome::OutOfFuel { limit: 1 },
        Outcome::OutOfMemory { limit_bytes: 1 },
        Outcome::BadOutput { message: "no JSON".to_owned() },
        Outcome::NeverFinished,
    ]
}

fn timed_out() -> Outcome {
    Outcome::TimedOut { budget: TimeBudget::Wall, limit_ms: 20_000 }
}

fn seconds(next: &Next) -> f64 {
    match next {
        Next::RetryAt(delay) => delay.as_secs_f64(),
        other => panic!("no retry: {other:?}"),
    }
}

fn next(report: &Report, number: u32, retry: Retry, random: f64) -> Next {
    after(&[], report, number, retry, random)
}

fn after(earlier_outcomes: &[&str], report: &Report, number: u32, retry: Retry, random: f64) -> Next {
    super::next(&Attempt { number, place: number, earlier_outcomes, report }, retry, random)
}

fn check_dead(report: &Report, attempt: u32, retry: Retry, part: &str) {
    match next(report, attempt, retry, MIDDLE) {
        Next::Dead { reason } => assert!(reason.contains(part), "{reason}"),
        other => panic!("{part}: {other:?}"),
    }
}

#[test]
fn a_completed_attempt_is_done_under_every_policy() {
    let report = report(Outcome::Completed { value: Value::Null }, vec![call("POST", 202)]);
    for retry in [Retry::Safe, Retry::Always, Retry::None] {
        assert_eq!(next(&report, 8, retry, MIDDLE), Next::Succeeded);
    }
}

#[test]
fn failed_attempts_walk_through_the_schedule_and_then_stop() {
    for outcome in [failed(None, None), failed(Some(true), None), timed_out()] {
        let report = report(outcome, Vec::new());
        for (index, expected) in [5.0, 30.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0].into_iter().enumerate() {
            let attempt = u32::try_from(index + 1).expect("small");
            for (random, factor) in [(0.0, 0.8), (0.5, 1.0), (1.0, 1.2)] {
                let waited = seconds(&next(&report, attempt, Retry::Safe, random));
                assert!((waited - expected * factor).abs() < 1e-6, "attempt {attempt}: {waited}");
            }
        }
        check_dead(&report, 8, Retry::Safe, "all 8 attempts");
        check_dead(&report, 8, Retry::Always, "all 8 attempts");
    }
}

#[test]
fn a_replay_begins_the_schedule_anew_whatever_the_number_of_the_attempt() {
    let report = report(failed(None, None), Vec::new());
    let next = |number, place| {
        super::next(&Attempt { number, place, earlier_outcomes: &[], report: &report }, Retry::Safe, MIDDLE)
    };
    assert!((seconds(&next(9, 1)) - 5.0).abs() < 1e-6);
    assert!((seconds(&next(15, 7)) - 36_000.0).abs() < 1e-6);
    assert!(matches!(next(16, 8), Next::Dead { reason } if reason == "all 8 attempts ended without success"));
}

#[test]
fn faults_get_one_more_attempt() {
    for outcome in faults() {
        let name = outcome.name();
        let report = report(outcome, Vec::new());
        for retry in [Retry::Safe, Retry::Always] {
            assert!((seconds(&next(&report, 1, retry, MIDDLE)) - 5.0).abs() < 1e-6, "{name}");
            // After failures that are no faults it is still the first one.
            assert!((seconds(&after(&["failed", "timed_out"], &report, 3, retry, MIDDLE)) - 300.0).abs() < 1e-6);
            for earlier in [vec!["trapped"], vec!["out_of_fuel", "failed"]] {
                let number = u32::try_from(earlier.len() + 1).expect("small");
                let Next::Dead { reason } = after(&earlier, &report, number, retry, MIDDLE) else {
                    panic!("{name} after {earlier:?}")
                };
                assert!(reason.contains(name), "{reason}");
            }
        }
    }
}

#[test]
fn an_attempt_that_took_effect_outside_is_not_repeated_unless_always() {
    for outcome in faults().into_iter().chain([failed(None, None), failed(Some(true), None), timed_out()]) {
        let effective = report(outcome.clone(), vec![call("GET", 200), call("POST", 202)]);
        check_dead(&effective, 1, Retry::Safe, "POST https://api.example.com/mail had been answered with success");
        seconds(&next(&effective, 1, Retry::Always, MIDDLE));
        let harmless = report(outcome, vec![call("GET", 200), call("POST", 500), call("HEAD", 204)]);
        seconds(&next(&harmless, 1, Retry::Safe, MIDDLE));
    }
}

#[test]
fn the_hook_and_its_settings_can_forbid_another_attempt() {
    let never = report(failed(Some(false), Some(1.0)), Vec::new());
    check_dead(&never, 1, Retry::Safe, "retryable: false");
    check_dead(&never, 1, Retry::Always, "retryable: false");
    check_dead(&report(failed(Some(true), None), Vec::new()), 1, Retry::None, "`retry` is `none`");
    check_dead(&report(timed_out(), Vec::new()), 1, Retry::None, "timed_out");
}

#[test]
fn retry_after_makes_a_wait_longer_up_to_twice_the_schedule() {
    for (asked, expected) in [(-1.0, 5.0), (0.0, 5.0), (7.5, 7.5), (10.0, 10.0), (1e9, 10.0), (f64::NAN, 5.0)] {
        let waited = seconds(&next(&report(failed(None, Some(asked)), Vec::new()), 1, Retry::Safe, MIDDLE));
        assert!((waited - expected).abs() < 1e-6, "{asked}: {waited}");
    }
}
