//! Requests as they are built, and answers as they are read.

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::testing::Host;

#[test]
fn a_request_crosses_the_wall_as_it_was_put_together() {
    let request = post("https://a.example/x?a=1#top")
        .query([("b", "ä c")])
        .header("X-Two", "1")
        .header("x-two", "2")
        .basic("user", "pass")
        .json(&json!({"k": [1, null]}))
        .timeout(Duration::from_millis(1_500))
        .redirects(3);
    let wire: serde_json::Value = serde_json::from_slice(&request.to_wire().expect("is valid")).expect("is JSON");
    assert_eq!(
        wire,
        json!({
            "method": "POST", "url": "https://a.example/x?a=1&b=%C3%A4+c#top",
            "headers": {
                "x-two": ["1", "2"], "authorization": ["Basic dXNlcjpwYXNz"], "content-type": ["application/json"],
            },
            "body": r#"{"k":[1,null]}"#, "timeout_ms": 1_500, "redirect": 3,
        })
    );
}

#[test]
fn bodies_are_text_where_they_can_be_and_keep_the_type_that_the_author_gave() {
    let cases = [
        (get("https://a.example"), json!({"method": "GET", "url": "https://a.example", "headers": {}, "redirect": 0})),
        (
            put("https://a.example").body([0xff, 0]),
            json!({"method": "PUT", "url": "https://a.example", "headers": {}, "body_base64": "/wA=", "redirect": 0}),
        ),
        (
            patch("https://a.example").header("Content-Type", "application/scim+json").json(&1),
            json!({
                "method": "PATCH", "url": "https://a.example", "headers": {"content-type": ["application/scim+json"]},
                "body": "1", "redirect": 0,
            }),
        ),
        (
            request("POST", "https://a.example").query([("q", "1")]).form([("To", "+1"), ("Body", "a b")]),
            json!({
                "method": "POST", "url": "https://a.example?q=1",
                "headers": {"content-type": ["application/x-www-form-urlencoded"]},
                "body": "To=%2B1&Body=a+b", "redirect": 0,
            }),
        ),
    ];
    for (request, expected) in cases {
        let wire: serde_json::Value = serde_json::from_slice(&request.to_wire().expect("is valid")).expect("is JSON");
        assert_eq!(wire, expected);
    }
}

#[test]
fn answers_come_back_in_the_order_of_the_requests() {
    let host = Host::new();
    host.on("GET", "https://a.example/1?key=k").after(Duration::from_secs(2)).reply(200, "one");
    host.on("GET", "https://a.example/2").reply(200, [0xff, 0]);
    host.on("GET", "https://a.example/3?key=k").fail(Code::Dns, "the name has no address");
    host.scope(|| {
        let answers = send_all([
            post("https://a.example/4").json(&std::collections::BTreeMap::from([((1, 2), 3)])),
            get("https://a.example/1").query([("key", "k")]),
            get("https://a.example/2"),
            get("https://a.example/3").query([("key", "k")]),
        ]);
        let texts: Vec<String> = answers
            .iter()
            .map(|answer| match answer {
                Ok(response) => format!("{} {:?}", response.status, response.body),
                Err(error) => format!("{}: {error}", error.code().name()),
            })
            .collect();
        assert_eq!(
            texts,
            [
                "invalid: POST https://a.example/4: the body cannot be written as JSON: key must be a string",
                "200 [111, 110, 101]",
                "200 [255, 0]",
                "dns: GET https://a.example/3: the name has no address",
            ]
        );
    });
}

#[test]
fn a_status_that_is_no_success_becomes_an_error_that_knows_whether_to_come_back() {
    for (status, header, retryable, after_s) in [
        (400, None, false, None),
        (304, None, false, None),
        (429, Some("7"), true, Some(7)),
        (503, Some("Thu, 01 Jan 1970 00:01:00 GMT"), true, Some(50)),
        (503, Some("soon"), true, None),
        (500, None, true, None),
    ] {
        let host = Host::new().at(10_000);
        let mut answer = host.on("GET", "https://a.example/");
        if let Some(header) = header {
            answer = answer.header("Retry-After", header);
        }
        answer.reply(status, "");
        let error = host.scope(|| get("https://a.example/").send().and_then(Response::error_for_status));
        let error = error.expect_err("is no success");
        assert_eq!(error.to_string(), format!("GET https://a.example/ answered {status}"));
        assert_eq!((error.status(), error.is_retryable()), (Some(status), Some(retryable)));
        assert_eq!(error.retry_after(), after_s.map(Duration::from_secs));
    }
}

#[test]
fn a_body_that_is_not_the_wanted_json_is_an_error_that_names_the_call() {
    let host = Host::new();
    host.on("GET", "https://a.example/").reply(200, "<html>");
    let error = host.scope(|| get("https://a.example/").send()?.json::<serde_json::Value>()).expect_err("is no JSON");
    let expected = "GET https://a.example/ answered 200 with a body that cannot be read: expected value";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert_eq!((error.code(), error.is_retryable()), (Code::Body, None));
}
