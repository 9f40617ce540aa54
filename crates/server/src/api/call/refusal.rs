//! What the identity system is to answer when a hook fails.
//!
//! A hook that refuses on purpose, with one of the trigger's error classes, says with it what the client or the person
//! at the screen is to read. Any other failure is the hook's own trouble: it ends the transaction as well, and what it
//! says is for the log.

use hookbox_protocol::{HookError, Outcome, Trigger};
use serde::Serialize;

/// An answer in the form of OAuth's errors, for the one who waits.
#[derive(Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Refusal {
    /// The HTTP status.
    status_code: u16,
    /// A code, for programs.
    error: &'static str,
    /// What the one who waits is to read.
    error_description: String,
}

/// The answer to a run that did not complete.
pub(super) fn of(trigger: Trigger, outcome: &Outcome, error: &HookError) -> Refusal {
    let refusal =
        |status_code, code, text: &str| Refusal { status_code, error: code, error_description: text.to_owned() };
    let friendly = || error.properties.get("friendlyMessage").and_then(|text| text.as_str()).unwrap_or(&error.message);
    match (trigger, error.name.as_str()) {
        (Trigger::CredentialsExchange, "InvalidScopeError") => refusal(400, "invalid_scope", &error.message),
        (Trigger::CredentialsExchange, "InvalidRequestError") => refusal(400, "invalid_request", &error.message),
        // As in the original: whatever else a hook fails with is the server's, with the hook's own words.
        (Trigger::CredentialsExchange, _) if matches!(outcome, Outcome::Failed { .. }) => {
            refusal(500, "server_error", &error.message)
        }
        (Trigger::PreUserRegistration, "PreUserRegistrationError") => refusal(400, "invalid_signup", friendly()),
        (Trigger::PreUserRegistration, _) => refusal(500, "server_error", "the sign-up cannot be completed"),
        (Trigger::SendPhoneMessage, "SendPhoneMessageError") => refusal(400, "message_not_sent", friendly()),
        (Trigger::SendPhoneMessage, _) => refusal(500, "server_error", "the message cannot be sent"),
        (_, _) => refusal(500, "server_error", "the request cannot be completed"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::*;

    fn check(trigger: Trigger, name: &str, friendly: Option<&str>, expected: (u16, &str, &str)) {
        let mut properties = Map::new();
        properties.extend(friendly.map(|text| ("friendlyMessage".to_owned(), json!(text))));
        let error = HookError { message: "for the log".into(), name: name.into(), properties, ..HookError::default() };
        let outcome = Outcome::Failed { error: error.clone() };
        let Refusal { status_code, error, error_description } = of(trigger, &outcome, &error);
        assert_eq!((status_code, error, error_description.as_str()), expected, "{trigger} {name}");
    }

    #[test]
    fn the_errors_of_the_original_have_their_answers() {
        use Trigger::{CredentialsExchange, PreUserRegistration, SendPhoneMessage};
        check(CredentialsExchange, "InvalidScopeError", None, (400, "invalid_scope", "for the log"));
        check(CredentialsExchange, "InvalidRequestError", None, (400, "invalid_request", "for the log"));
        check(CredentialsExchange, "ServerError", None, (500, "server_error", "for the log"));
        check(CredentialsExchange, "TypeError", None, (500, "server_error", "for the log"));
        let both = Some("for people");
        check(PreUserRegistration, "PreUserRegistrationError", both, (400, "invalid_signup", "for people"));
        check(PreUserRegistration, "PreUserRegistrationError", None, (400, "invalid_signup", "for the log"));
        check(PreUserRegistration, "Error", both, (500, "server_error", "the sign-up cannot be completed"));
        check(SendPhoneMessage, "SendPhoneMessageError", both, (400, "message_not_sent", "for people"));
        check(SendPhoneMessage, "Error", None, (500, "server_error", "the message cannot be sent"));
    }

    #[test]
    fn a_limit_that_was_reached_is_not_told_to_strangers() {
        let outcome = Outcome::OutOfFuel { limit: 7 };
        let error = outcome.error().expect("an error");
        let refusal = of(Trigger::CredentialsExchange, &outcome, &error);
        assert_eq!((refusal.status_code, refusal.error), (500, "server_error"));
        assert!(!refusal.error_description.contains('7'), "{refusal:?}");
    }
}
