//! Why a delivery has not ended, in words.

use hookbox_protocol::api::{Attempt, Delivery, DeliveryState};
use hookbox_protocol::http::ErrorKind;
use hookbox_protocol::report::Call;
use hookbox_protocol::{DeliveryId, HookId, Timestamp};

/// Why a delivery of a hook that is gone was buried.
pub(crate) const HOOK_DELETED: &str = "the hook was deleted";

/// What is known of a delivery that matters for what it waits for.
#[derive(Debug, Clone, Copy)]
struct Waiting<'a> {
    state: DeliveryState,
    next_at: Option<Timestamp>,
    held: Held,
    /// The attempt that runs or comes next.
    attempt: i64,
    hook: HookState,
    /// Why it is dead or was put off.
    reason: Option<&'a str>,
    /// The attempt before.
    last: Option<&'a Attempt>,
}

/// A delivery as its row and its hook's have it.
pub(crate) struct Row<'a> {
    pub(crate) id: DeliveryId,
    pub(crate) hook_id: HookId,
    pub(crate) hook_name: String,
    pub(crate) state: DeliveryState,
    /// When it is due, or when its lease ends.
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) reason: Option<&'a str>,
    /// The attempts so far, those included that left no trace.
    pub(crate) attempts_made: i64,
    pub(crate) is_enabled: bool,
    pub(crate) is_deleted: bool,
}

impl Row<'_> {
    /// The delivery as the API shows it.
    pub(crate) fn shown(self, attempts: Vec<Attempt>, held: Held) -> Delivery {
        let hook = match (self.is_enabled, self.is_deleted) {
            (_, true) => HookState::Deleted,
            (false, false) => HookState::Disabled,
            (true, false) => HookState::Enabled,
        };
        let waiting = Waiting {
            state: self.state,
            next_at: self.next_at,
            held,
            attempt: self.attempts_made + 1,
            hook,
            reason: self.reason,
            last: attempts.last(),
        };
        let waiting_for = waiting.words();
        // Of a leased delivery the row holds when the lease ends.
        let may_run = self.state == DeliveryState::Pending && hook == HookState::Enabled;
        Delivery {
            id: self.id,
            hook_id: self.hook_id,
            hook_name: self.hook_name,
            state: self.state,
            next_attempt_at: self.next_at.filter(|_| may_run),
            waiting_for,
            attempts,
        }
    }
}

/// What keeps all deliveries of a tenant back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) now: Timestamp,
    pub(crate) is_suspended: bool,
    /// Its deliveries in flight, when they are as many as may be.
    pub(crate) at_cap: Option<u64>,
}

/// What became of a delivery's hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HookState {
    Enabled,
    Disabled,
    Deleted,
}

/// The longest error message that is shown, in characters.
const MESSAGE_CHARS: usize = 300;

impl Waiting<'_> {
    /// `None` for a delivery that succeeded.
    fn words(self) -> Option<String> {
        match (self.state, self.hook) {
            (DeliveryState::Succeeded, _) => None,
            (DeliveryState::Dead, _) => Some(self.reason.unwrap_or("no reason was recorded").to_owned()),
            (DeliveryState::Leased, _) => Some(format!("attempt {} runs", self.attempt)),
            (DeliveryState::Pending, HookState::Deleted) => Some(HOOK_DELETED.to_owned()),
            (DeliveryState::Pending, HookState::Disabled) => Some("the hook is disabled".to_owned()),
            (DeliveryState::Pending, HookState::Enabled) => Some(self.turn()),
        }
    }

    fn turn(self) -> String {
        if self.held.is_suspended {
            return "the tenant is suspended".to_owned();
        }
        if let Some(due) = self.next_at.filter(|due| *due > self.held.now) {
            let why = self.reason.map(str::to_owned).or_else(|| self.last.map(ended));
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            return format!("attempt {} is due at {due}{why}", self.attempt);
        }
        match self.held.at_cap {
            Some(most) => format!("a free slot: the tenant is at its cap of {most} deliveries in flight"),
            None => "a free slot".to_owned(),
        }
    }
}

/// How an attempt ended: the outgoing call that it failed by, where there is one, and what the hook said.
fn ended(attempt: &Attempt) -> String {
    let how = attempt.outcome.replace('_', " ");
    let mut words = match how.as_str() {
        "failed" | "trapped" | "timed out" => format!("attempt {} {how}", attempt.number),
        _ => format!("attempt {} ended with {how}", attempt.number),
    };
    let is_bad = |call: &&Call| call.error.is_some() || call.status.is_some_and(|status| status >= 400);
    let failed = attempt.http.iter().rev().find(is_bad);
    let host = |call: &Call| call.url.split("://").last().and_then(|rest| rest.split('/').next()).map(str::to_owned);
    match failed.map(|call| (host(call).unwrap_or_default(), call.status, call.error)) {
        Some((host, Some(status), None)) => words.push_str(&format!(", {host} answered {status}")),
        Some((host, _, Some(error))) => words.push_str(&format!(", {}", unanswered(&host, error))),
        _ => {}
    }
    let message = attempt.error.as_ref().map(|error| error.message.lines().next().unwrap_or_default());
    if let Some(message) = message.filter(|message| !message.is_empty()) {
        words.push_str(": ");
        words.extend(message.chars().take(MESSAGE_CHARS));
    }
    words
}

fn unanswered(host: &str, error: ErrorKind) -> String {
    let kind = error.name();
    match error {
        ErrorKind::Dns | ErrorKind::Connect | ErrorKind::Tls => format!("{host} could not be reached ({kind})"),
        ErrorKind::Timeout => format!("{host} did not answer in time ({kind})"),
        ErrorKind::Blocked | ErrorKind::TooLarge | ErrorKind::TooMany | ErrorKind::Invalid => {
            format!("the call to {host} failed ({kind})")
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use hookbox_protocol::HookError;

    use super::*;

    fn attempt(outcome: &str, message: &str, status: Option<u16>, error: Option<ErrorKind>) -> Attempt {
        let call = |status, error| Call {
            method: "POST".into(),
            url: "https://api.sendgrid.com/v3/mail/send".into(),
            status,
            error,
            wall_ms: 1.0,
            request_bytes: 1,
            response_bytes: 1,
        };
        Attempt {
            number: 1,
            version: 1,
            outcome: outcome.into(),
            started_at: Timestamp(0),
            wall_ms: 1.0,
            cpu_ms: 1.0,
            fuel_used: 1,
            memory_bytes_peak: 1,
            error: Some(HookError { message: message.into(), ..HookError::default() }),
            logs: Vec::new(),
            http: vec![call(Some(200), None), call(status, error)],
        }
    }

    fn check(last: &Attempt, change: impl FnOnce(&mut Waiting<'_>), expected: &Expect) {
        let mut waiting = Waiting {
            state: DeliveryState::Pending,
            next_at: Some(Timestamp(1_790_000_005_000)),
            held: Held { now: Timestamp(1_790_000_000_000), is_suspended: false, at_cap: None },
            attempt: 2,
            hook: HookState::Enabled,
            reason: None,
            last: Some(last),
        };
        change(&mut waiting);
        expected.assert_eq(&waiting.words().unwrap_or_default());
    }

    #[test]
    fn a_delivery_says_what_it_waits_for() {
        let last = attempt("failed", "mail refused\nat main", Some(503), None);
        let check = |change: &dyn Fn(&mut Waiting<'_>), expected: &Expect| check(&last, |w| change(w), expected);
        check(
            &|_| {},
            &expect![
                "attempt 2 is due at 2026-09-21T14:13:25.000Z: attempt 1 failed, api.sendgrid.com answered 503: mail refused"
            ],
        );
        check(&|w| w.last = None, &expect!["attempt 2 is due at 2026-09-21T14:13:25.000Z"]);
        check(
            &|w| w.reason = Some("its secrets cannot be read"),
            &expect!["attempt 2 is due at 2026-09-21T14:13:25.000Z: its secrets cannot be read"],
        );
        check(&|w| w.next_at = Some(w.held.now), &expect!["a free slot"]);
        check(
            &|w| (w.next_at, w.held.at_cap) = (Some(w.held.now), Some(8)),
            &expect!["a free slot: the tenant is at its cap of 8 deliveries in flight"],
        );
        check(&|w| w.held.is_suspended = true, &expect!["the tenant is suspended"]);
        check(&|w| w.hook = HookState::Disabled, &expect!["the hook is disabled"]);
        check(&|w| w.hook = HookState::Deleted, &expect!["the hook was deleted"]);
        check(&|w| w.state = DeliveryState::Leased, &expect!["attempt 2 runs"]);
        check(&|w| w.state = DeliveryState::Succeeded, &expect![""]);
        check(
            &|w| (w.state, w.reason) = (DeliveryState::Dead, Some("8 attempts failed")),
            &expect!["8 attempts failed"],
        );
    }

    #[test]
    fn the_attempt_before_says_how_it_ended() {
        let words = |outcome, message, status, error| ended(&attempt(outcome, message, status, error));
        expect!["attempt 1 failed, api.sendgrid.com could not be reached (dns): no mail"].assert_eq(&words(
            "failed",
            "no mail",
            None,
            Some(ErrorKind::Dns),
        ));
        for (error, how) in [
            (ErrorKind::Tls, "api.sendgrid.com could not be reached (tls)"),
            (ErrorKind::Timeout, "api.sendgrid.com did not answer in time (timeout)"),
            (ErrorKind::Invalid, "the call to api.sendgrid.com failed (invalid)"),
            (ErrorKind::TooLarge, "the call to api.sendgrid.com failed (too_large)"),
        ] {
            assert_eq!(words("failed", "", None, Some(error)), format!("attempt 1 failed, {how}"));
        }
        expect!["attempt 1 timed out"].assert_eq(&words("timed_out", "", Some(202), None));
        expect!["attempt 1 ended with out of fuel: gone"].assert_eq(&words("out_of_fuel", "gone", None, None));
    }
}
