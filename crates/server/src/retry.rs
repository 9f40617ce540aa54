//! What comes after an attempt. A pure function: no clock, no store, no randomness of its own.

use std::time::Duration;

use hookbox_protocol::Report;
use hookbox_protocol::outcome::{HookError, Outcome};
use hookbox_protocol::report::Call;
use hookbox_store::{Next, Retry};

/// The waits after the first attempt, the second, and so on.
pub const SCHEDULE: [Duration; 7] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 60 * 60),
    Duration::from_secs(5 * 60 * 60),
    Duration::from_secs(10 * 60 * 60),
];

/// How far a wait is spread, so that what failed together does not come back together: ±20 %.
const JITTER: f64 = 0.2;

/// How much longer than the schedule a hook's own `retry_after_s` may make a wait.
const RETRY_AFTER_FACTOR: f64 = 2.0;

/// How many attempts of a delivery may end because the hook broke: a trap, an exhausted limit, a bad result.
const FAULTS_MAX: usize = 2;

/// An attempt that was just made.
pub(crate) struct Attempt<'a> {
    /// As it is shown: 1 for the first of the delivery, and a replay goes on counting.
    pub(crate) number: u32,
    /// Its place in the schedule: 1 for the first, and for the first after a replay.
    pub(crate) place: u32,
    /// How those before it in the schedule ended.
    pub(crate) earlier_outcomes: &'a [&'a str],
    /// What it left behind.
    pub(crate) report: &'a Report,
}

/// Decides what comes after an attempt. `random` is in `0.0..1.0`.
pub(crate) fn next(attempt: &Attempt<'_>, retry: Retry, random: f64) -> Next {
    if attempt.report.outcome.is_completed() {
        return Next::Succeeded;
    }
    match refusal(attempt, retry) {
        Some(reason) => Next::Dead { reason },
        None => Next::RetryAt(wait(&attempt.report.outcome, attempt.place, random)),
    }
}

fn refusal(attempt: &Attempt<'_>, retry: Retry) -> Option<String> {
    let Report { outcome, http, .. } = attempt.report;
    let name = outcome.name();
    if retry == Retry::None {
        return Some(format!("the attempt ended as {name}, and the hook's `retry` is `none`"));
    }
    if let Outcome::Failed { error: HookError { retryable: Some(false), .. } } = outcome {
        return Some("the hook said that another attempt makes no sense (`retryable: false`)".to_owned());
    }
    if retry == Retry::Safe
        && let Some(Call { method, url, .. }) = http.iter().find(|call| call.took_effect())
    {
        return Some(format!(
            "the attempt ended as {name} after its {method} {url} had been answered with success; repeating it could do \
             that twice (set the hook's `retry` to `always` to repeat all the same)"
        ));
    }
    let faults = attempt.earlier_outcomes.iter().filter(|outcome| is_fault(outcome)).count() + 1;
    if is_fault(name) && faults >= FAULTS_MAX {
        return Some(format!(
            "attempt {} ended as {name}, and a hook that breaks gets one more attempt",
            attempt.number
        ));
    }
    let attempts_max = SCHEDULE.len() + 1;
    (attempt.place as usize >= attempts_max).then(|| format!("all {attempts_max} attempts ended without success"))
}

/// Whether the hook broke by itself. Trouble outside of it, which time may heal, is no fault.
fn is_fault(outcome: &str) -> bool {
    !matches!(outcome, "completed" | "failed" | "timed_out")
}

fn wait(outcome: &Outcome, place: u32, random: f64) -> Duration {
    let slot = (place.max(1) as usize - 1).min(SCHEDULE.len() - 1);
    let base = SCHEDULE[slot].as_secs_f64();
    let spread = base * (1.0 - JITTER + 2.0 * JITTER * random.clamp(0.0, 1.0));
    let asked = match outcome {
        Outcome::Failed { error } => error.retry_after_s.filter(|seconds| seconds.is_finite()).unwrap_or(0.0),
        _ => 0.0,
    };
    Duration::from_secs_f64(spread.max(asked.min(base * RETRY_AFTER_FACTOR)))
}

#[cfg(test)]
mod tests;
