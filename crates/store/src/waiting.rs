//! Why a delivery has not ended, in words.

use hookbox_protocol::Timestamp;
use hookbox_protocol::api::DeliveryState;

/// What is known of a delivery that matters for what it waits for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Waiting<'a> {
    pub(crate) state: DeliveryState,
    pub(crate) next_at: Option<Timestamp>,
    pub(crate) now: Timestamp,
    /// The attempt that runs or comes next.
    pub(crate) attempt: i64,
    pub(crate) hook: HookState,
    /// Why it is dead or was put off.
    pub(crate) reason: Option<&'a str>,
    /// What the last attempt ended with.
    pub(crate) last_error: Option<&'a str>,
}

/// What became of a delivery's hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookState {
    Enabled,
    Disabled,
    Deleted,
}

impl Waiting<'_> {
    /// `None` for a delivery that succeeded.
    pub(crate) fn words(self) -> Option<String> {
        match (self.state, self.hook) {
            (DeliveryState::Succeeded, _) => None,
            (DeliveryState::Dead, _) => Some(self.reason.unwrap_or("no reason was recorded").to_owned()),
            (DeliveryState::Leased, _) => Some(format!("attempt {} runs", self.attempt)),
            (DeliveryState::Pending, HookState::Deleted) => Some("the hook was deleted".to_owned()),
            (DeliveryState::Pending, HookState::Disabled) => Some("the hook is disabled".to_owned()),
            (DeliveryState::Pending, HookState::Enabled) => Some(self.turn()),
        }
    }

    fn turn(self) -> String {
        let Some(due) = self.next_at.filter(|due| *due > self.now) else { return "a free slot".to_owned() };
        let why = self.reason.or(self.last_error).map(|why| format!(": {why}")).unwrap_or_default();
        format!("attempt {} is due at {due}{why}", self.attempt)
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(change: impl FnOnce(&mut Waiting<'_>), expected: &Expect) {
        let mut waiting = Waiting {
            state: DeliveryState::Pending,
            next_at: Some(Timestamp(1_790_000_005_000)),
            now: Timestamp(1_790_000_000_000),
            attempt: 2,
            hook: HookState::Enabled,
            reason: None,
            last_error: Some("connection refused"),
        };
        change(&mut waiting);
        expected.assert_eq(&waiting.words().unwrap_or_default());
    }

    #[test]
    fn a_delivery_says_what_it_waits_for() {
        check(|_| {}, &expect!["attempt 2 is due at 2026-09-21T14:13:25.000Z: connection refused"]);
        check(
            |w| w.reason = Some("its secrets cannot be read"),
            &expect!["attempt 2 is due at 2026-09-21T14:13:25.000Z: its secrets cannot be read"],
        );
        check(|w| w.next_at = Some(w.now), &expect!["a free slot"]);
        check(|w| w.hook = HookState::Disabled, &expect!["the hook is disabled"]);
        check(|w| w.hook = HookState::Deleted, &expect!["the hook was deleted"]);
        check(|w| w.state = DeliveryState::Leased, &expect!["attempt 2 runs"]);
        check(|w| w.state = DeliveryState::Succeeded, &expect![""]);
        check(
            |w| (w.state, w.reason) = (DeliveryState::Dead, Some("8 attempts failed")),
            &expect!["8 attempts failed"],
        );
    }
}
