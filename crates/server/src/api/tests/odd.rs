//! Input that nobody sends by accident: every answer is a refusal in the envelope, and none is a failure of the daemon.

use axum::body::Body;
use http::Request;

use crate::testing::{Answer, House, OPERATOR, completes};

fn check(answer: &Answer, what: &str) {
    assert!((400..500).contains(&answer.status), "{what}: {answer:?}");
    let body = answer.json();
    let is_envelope = body["errorCode"].is_string() && body["message"].is_string();
    assert!(is_envelope || body["error_description"].is_string(), "{what}: {body}");
}

#[tokio::test]
async fn odd_bodies_are_refused_everywhere() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    let deep = "[".repeat(100_000);
    let deep_object = format!("{}1{}", r#"{"user":"#.repeat(5_000), "}".repeat(5_000));
    let long = format!(r#"{{"{}":1}}"#, "k".repeat(100_000));
    let bodies: [&[u8]; 14] = [
        b"null",
        b"[]",
        b"\"x\"",
        b"1e999",
        b"{",
        b"{\"a\":1}x",
        b"{\"name\":1e999}",
        b"{\"name\":\"\\ud800\"}",
        b"\xef\xbb\xbf{}",
        b"{\"\xff\":1}",
        b"\0",
        deep.as_bytes(),
        deep_object.as_bytes(),
        long.as_bytes(),
    ];
    let calls = [
        ("POST", "/v1/events/post-change-password".to_owned(), &token),
        ("POST", "/v1/tenants".to_owned(), &OPERATOR.to_owned()),
        ("PATCH", format!("/v1/hooks/{hook}/settings"), &token),
        ("POST", "/v1/runner".to_owned(), &token),
        ("POST", "/v1/triggers/send-phone-message/call".to_owned(), &token),
        ("POST", "/oauth/token".to_owned(), &String::new()),
        ("POST", "/api/v2/hooks".to_owned(), &token),
        ("PATCH", format!("/api/v2/hooks/{hook}"), &token),
        ("POST", format!("/api/v2/hooks/{hook}/secrets"), &token),
        ("PATCH", format!("/api/v2/hooks/{hook}/secrets"), &token),
        ("DELETE", format!("/api/v2/hooks/{hook}/secrets"), &token),
    ];
    for (method, path, token) in calls {
        for body in bodies {
            let request = Request::builder().method(method).uri(&path).header("content-type", "application/json");
            let answer = house.send(request, token, Body::from(body.to_vec())).await;
            check(&answer, &format!("{method} {path} {:?}", String::from_utf8_lossy(&body[..body.len().min(40)])));
        }
    }
}

#[tokio::test]
async fn odd_paths_and_queries_are_refused() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for path in [
        "/v1/events/..%2f..%2fetc",
        "/v1/events/%00",
        "/v1/events/%ff%fe",
        "/v1/events//",
        "/v1/EVENTS",
        "/v1/events/evt_0000000000001;x=1",
        "/v1/events/evt_zzzzzzzzzzzzz",
        "/v1/events?take=%ff",
        "/v1/events?take=1&take=2",
        "/v1/events?since=9999999999999999999",
        "/v1/events?from=evt_'%20OR%201=1",
        "/v1/hooks/%F0%9F%92%A5/settings",
        "/v1/hooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/versions/%2e%2e",
        "/api/v2/hooks/%20",
        "/api/v2/hooks?fields=%00",
        "/api/v2/logs/log_%25",
        "/api/v2/logs?q=type:fcph'--%20",
        "/api/v2/logs?q=type:(((((",
        "/api/v2/logs?page=99999999999999999999",
    ] {
        check(&house.get(path, &token).await, path);
    }
}
