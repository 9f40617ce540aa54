//! The fake host: what it records, scripts and refuses.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::log::Level;
use crate::{
    Client, Context, Error, ExchangeContext, PhoneContext, User, http, log, now, now_ms, random, secret, sleep,
};

fn sample() -> Value {
    json!({ "user": { "email": "user1@example.com" }, "context": { "connection": { "name": "db" } } })
}

#[expect(clippy::needless_pass_by_value, reason = "a hook owns its arguments")]
fn hook(user: User, context: Context) -> Result<String, Error> {
    log::info!("{} in {}", user.email, context.connection.name);
    log::debug("done");
    let attempt = context.event().map_or(0, |event| event.attempt);
    Ok(format!("{} {} {attempt}", context.secret("A")?, secret("B")?))
}

#[test]
fn a_hook_gets_secrets_and_event_and_leaves_value_and_lines() {
    let run = Host::new().secret("A", "a").secret("B", "b").event("evt_1", 3).run(hook, sample());
    assert_eq!(run.result.expect("completes"), "a b 3");
    let lines: Vec<_> = run.logs.iter().map(|line| (line.level, line.message.as_str())).collect();
    assert_eq!(lines, [(Level::Info, "user1@example.com in db"), (Level::Debug, "done")]);

    let failure = Host::new().run(hook, sample().to_string()).result.expect_err("has no secret");
    assert_eq!((failure.name.as_str(), failure.retryable), ("MissingSecret", Some(false)));
}

#[test]
fn hooks_of_every_trigger_run() {
    let host = Host::new();
    let exchange = |client: Client, scope: Option<Vec<String>>, audience: String, _: ExchangeContext| {
        Ok::<_, Error>((client.id, scope, audience))
    };
    let input = json!({"client": {"id": "c"}, "scope": ["s"], "audience": "a", "context": {}});
    assert_eq!(host.run(exchange, input).result, Ok(json!(["c", ["s"], "a"])));

    let phone = |recipient: String, text: String, context: PhoneContext| {
        if context.code.is_empty() { Err("no code") } else { Ok((recipient, text)) }
    };
    let input = json!({"recipient": "1", "text": "t", "context": {"code": "5"}});
    assert_eq!(host.run(phone, input).result, Ok(json!(["1", "t"])));
    let input = json!({"recipient": "1", "text": "t", "context": {}});
    assert_eq!(host.run(phone, input).result.expect_err("has no code").message, "no code");
}

#[test]
fn an_input_of_another_trigger_is_an_error_of_the_run() {
    let failure = Host::new().run(hook, json!({"context": {}})).result.expect_err("has no user");
    assert_eq!(failure.name, "InputError");
}

#[test]
fn answers_are_given_once_and_in_order_and_a_request_without_one_says_so() {
    let host = Host::new();
    host.on("get", "https://a.example/").reply(200, "first");
    host.on("GET", "https://a.example/").reply(200, "second");
    let fetch = || http::get("https://a.example/").send().map(|answer| answer.text().into_owned());
    assert_eq!(host.scope(fetch).as_deref(), Ok("first"));
    assert_eq!(host.scope(fetch).as_deref(), Ok("second"));
    let error = host.scope(fetch).expect_err("is not scripted");
    assert!(error.to_string().contains(r#"add `host.on("GET", "https://a.example/").reply(…)`"#), "{error}");
}

#[test]
fn the_clock_moves_only_by_waiting() {
    let host = Host::new().at(1_000);
    host.on("GET", "https://slow.example/").after(Duration::from_secs(9)).reply(200, "");
    host.scope(|| {
        assert_eq!(now_ms(), 1_000);
        sleep(Duration::from_millis(500));
        assert_eq!(now(), std::time::SystemTime::UNIX_EPOCH + Duration::from_millis(1_500));
        let error = http::get("https://slow.example/").timeout(Duration::from_secs(2)).send().expect_err("is slow");
        assert_eq!((error.code(), now_ms()), (Code::Timeout, 3_500));
    });
}

#[test]
fn randomness_is_the_same_in_each_run() {
    let roll = || {
        let mut bytes = [0; 8];
        random(&mut bytes);
        bytes
    };
    let host = Host::new();
    assert_eq!(host.scope(roll), host.scope(roll));
    assert_ne!(host.scope(roll), [0; 8]);
}

#[test]
#[should_panic(expected = "a log line needs a host; in a test, run the hook with `hookbox_sdk::testing::Host`")]
fn without_a_host_the_way_out_is_named() {
    log::info("nobody hears it");
}

#[test]
#[should_panic(expected = "the hook did something else than the golden output says")]
fn a_golden_output_that_differs_fails_the_test() {
    let input = json!({"input": sample(), "secrets": {"A": "a", "B": "b"}}).to_string();
    check_golden(hook, &input, r#"{"outcome": "completed", "value": "a b 0", "requests": [], "logs": []}"#);
}

#[test]
fn a_golden_output_holds_result_requests_and_lines() {
    fn send(_: User, _: Context) -> Result<(), Error> {
        http::post("https://a.example/").header("X-A", "1").json(&json!({"k": 1})).send()?.error_for_status()?;
        Ok(())
    }
    let request = json!({
        "method": "POST", "url": "https://a.example/", "headers": {"content-type": "application/json", "x-a": "1"},
        "body": {"k": 1},
    });
    for (status, result) in [
        (200, json!({"outcome": "completed", "value": null})),
        (
            503,
            json!({"outcome": "failed", "error": {
                "message": "POST https://a.example/ answered 503", "name": "HttpError", "retryable": true,
                "retry_after_s": 2.0, "properties": {"code": "status", "status": 503},
            }}),
        ),
    ] {
        let answer = json!({
            "method": "POST", "url": "https://a.example/", "status": status, "headers": {"retry-after": "2"}, "body": {},
        });
        let mut output = result;
        output["requests"] = json!([request]);
        output["logs"] = json!([]);
        check_golden(send, &json!({"input": sample(), "answers": [answer]}).to_string(), &output.to_string());
    }
}
