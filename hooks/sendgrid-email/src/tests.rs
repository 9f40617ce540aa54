//! The hook against the fake host: its golden files, and every way in which the mail can fail.

use hookbox_sdk::http::Code;
use hookbox_sdk::testing::{Failure, Host, check_golden};

use super::*;

const URL: &str = "https://api.sendgrid.com/v3/mail/send";
const EVENT: &str = include_str!("../tests/event.json");

/// How the hook fails when SendGrid gives this answer.
fn failure(status: u16, headers: &[(&str, &str)], body: &str) -> Failure {
    let host = Host::new().secret("SENDGRID_API_KEY", "SG.example");
    let mut reply = host.on("POST", URL);
    for (name, value) in headers {
        reply = reply.header(name, value);
    }
    reply.reply(status, body);
    host.run(send_notice, EVENT).result.expect_err("only 202 is a success")
}

#[test]
fn the_hook_sends_what_the_golden_files_say() {
    check_golden(send_notice, include_str!("../tests/golden/input.json"), include_str!("../tests/golden/output.json"));
}

#[test]
fn a_refusal_fails_with_the_words_of_sendgrid() {
    let body = r#"{"errors": [{"message": "The provided authorization grant is invalid", "field": null}]}"#;
    let failure = failure(401, &[], body);
    assert_eq!(failure.message, "The provided authorization grant is invalid");
    assert_eq!(failure.properties["status"], 401);
    assert_eq!(failure.retryable, Some(false));
}

#[test]
fn trouble_that_passes_is_worth_another_attempt() {
    for (status, headers, seconds) in [
        (429, &[("Retry-After", "30")][..], Some(30.0)),
        (503, &[("Retry-After", "Wed, 27 Feb 2019 14:15:29 GMT")][..], Some(59.794)),
        (500, &[][..], None),
    ] {
        let failure = failure(status, headers, r#"{"errors": [{"message": "too many requests"}]}"#);
        assert_eq!(failure.message, "too many requests");
        assert_eq!((failure.retryable, failure.retry_after_s), (Some(true), seconds), "{status}");
    }
}

#[test]
fn an_answer_without_the_words_of_sendgrid_fails_with_its_status() {
    for (status, body) in [(502, "<html>Bad Gateway</html>"), (400, ""), (400, r#"{"errors": []}"#), (200, "{}")] {
        let failure = failure(status, &[], body);
        assert_eq!(failure.message, format!("POST {URL} answered {status}"));
        assert_eq!(failure.retryable, Some(status == 502));
    }
}

#[test]
fn no_answer_fails_with_the_reason() {
    for (code, retryable) in [(Code::Connect, true), (Code::Timeout, true), (Code::Blocked, false)] {
        let host = Host::new().secret("SENDGRID_API_KEY", "SG.example");
        host.on("POST", URL).fail(code, "a reason");
        let failure = host.run(send_notice, EVENT).result.expect_err("nothing was sent");
        assert_eq!(failure.message, format!("POST {URL}: a reason"));
        assert_eq!(failure.properties["code"], code.name());
        assert_eq!(failure.retryable, Some(retryable));
    }
}

#[test]
fn without_its_secret_the_hook_sends_nothing_and_names_it() {
    let run = Host::new().run(send_notice, EVENT);
    let failure = run.result.expect_err("has no key");
    assert!(failure.message.contains("no secret 'SENDGRID_API_KEY'"), "{}", failure.message);
    assert_eq!(failure.retryable, Some(false));
    assert!(run.requests.is_empty());
}
