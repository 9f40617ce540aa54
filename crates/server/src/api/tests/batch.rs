//! Batches: each line for itself, in their order, within their limits.

use std::convert::Infallible;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Request;
use serde_json::{Value, json};

use crate::ServerSettings;
use crate::testing::{Answer, House, completes, event};

const PATH: &str = "/v1/events/post-change-password/batch";

async fn post(house: &House, token: &str, body: impl Into<Body>) -> Answer {
    let request = Request::post(PATH).header("content-type", "application/x-ndjson");
    house.send(request, token, body.into()).await
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/x-ndjson");
    let text = String::from_utf8(answer.body.to_vec()).expect("text");
    assert!(text.ends_with('\n') || text.is_empty(), "{text}");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn codes(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["errorCode"].as_str().unwrap_or("accepted")).collect()
}

#[tokio::test]
async fn each_line_is_answered_for_itself_and_in_its_place() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", completes()).await;
    let keyed = |user: &str| {
        let mut line = event(user);
        line["idempotency_key"] = json!("k1");
        line
    };
    let long = json!({"user": {"x": "x".repeat(300 << 10)}, "context": {"connection": {}}});
    let body = [
        event("u1").to_string(),
        "not json".to_owned(),
        String::new(),
        format!("{}\r", keyed("u2")),
        r#"{"user":{}}"#.to_owned(),
        long.to_string(),
        keyed("u2").to_string(),
        keyed("u3").to_string(),
        "   ".to_owned(),
        event("u4").to_string(),
    ]
    .join("\n");
    let answer = post(&house, &token, body).await;
    let lines = lines(&answer);
    let expected = [
        "accepted",
        "invalid_body",
        "accepted",
        "invalid_body",
        "too_large",
        "accepted",
        "idempotency_conflict",
        "accepted",
    ];
    assert_eq!(codes(&lines), expected, "{lines:#?}");
    assert_eq!((&lines[2]["event_id"], &lines[2]["duplicate"]), (&lines[5]["event_id"], &json!(false)));
    assert_eq!((&lines[5]["duplicate"], &lines[0]["deliveries"]), (&json!(true), &json!(1)));
    let message = lines[4]["message"].as_str().expect("a message");
    assert!(message.contains("the limit `event_bytes` is 262144 bytes"), "{message}");
    let first = house.get(&format!("/v1/events/{}", lines[0]["event_id"].as_str().expect("an id")), &token).await;
    assert_eq!(first.expect(200)["user"]["id"], "u1");
    let listed = house.get("/v1/events", &token).await.expect(200);
    let users: Vec<_> = listed["events"].as_array().expect("a list").iter().map(|event| &event["user"]["id"]).collect();
    assert_eq!(users, ["u4", "u2", "u1"], "newest first: as the lines stood");
}

#[tokio::test]
async fn a_line_may_come_in_pieces_and_an_empty_batch_has_no_answers() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let text = format!("{}\n{}", event("u1"), event("u2"));
    let pieces: Vec<_> =
        text.as_bytes().chunks(7).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))).collect();
    let answer = post(&house, &token, Body::from_stream(stream::iter(pieces))).await;
    assert_eq!(codes(&lines(&answer)), ["accepted", "accepted"]);
    for empty in ["", "\n\r\n \n"] {
        assert_eq!(lines(&post(&house, &token, empty).await), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_batch_ends_at_its_limits() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let answer = post(&house, &token, format!("{}\n", event("u")).repeat(1_002)).await;
    let all = lines(&answer);
    assert_eq!((all.len(), codes(&all)[999], codes(&all)[1_000]), (1_001, "accepted", "too_large"));
    assert!(all[1_000]["message"].as_str().is_some_and(|words| words.contains("1000 lines, the limit `batch_lines`")));
    assert_eq!(answer.headers["connection"], "close");

    let request = Request::post(PATH).header("content-length", (32 << 20) + 1);
    let whole = house.send(request, &token, Body::empty()).await;
    whole.expect_error(413, "too_large", "the limit `batch_bytes` is 33554432 bytes");
    // Without a length it shows while the lines come: those before are taken.
    let line = Bytes::from(format!("{}\n", event(&"u".repeat(200 << 10))));
    let endless = stream::repeat_with(move || Ok::<_, Infallible>(line.clone()));
    let all = lines(&post(&house, &token, Body::from_stream(endless)).await);
    assert_eq!((codes(&all)[0], codes(&all)[all.len() - 1]), ("accepted", "too_large"));
    assert!(all.len() > 150 && all.len() < 170, "{}", all.len());
}

#[tokio::test]
async fn a_full_backlog_refuses_the_lines_that_are_too_many() {
    let settings = ServerSettings { backlog_per_tenant_max: 3, ..ServerSettings::default() };
    let house = House::with(settings).await;
    let token = house.tenant("acme").await;
    let body = format!("{}\n", event("u")).repeat(5);
    let without_a_hook = lines(&post(&house, &token, body.clone()).await);
    assert_eq!(codes(&without_a_hook), ["accepted"; 5], "they make no delivery");
    house.hook(&token, "mine", completes()).await;
    let all = lines(&post(&house, &token, body.clone()).await);
    let full = "backlog_full";
    assert_eq!(codes(&all), ["accepted", "accepted", "accepted", full, full]);
    post(&house, &token, body).await.expect_error(429, full, "quota `backlog`");
    let metrics = String::from_utf8(house.get("/metrics", "").await.body.to_vec()).expect("text");
    assert!(metrics.contains("hookbox_refusals_total{code=\"backlog_full\"} 3"), "{metrics}");
}

#[tokio::test]
async fn calls_that_are_no_batch_are_refused_as_a_whole() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let sent = |path: &str, headers: &[(&str, &str)]| {
        headers.iter().fold(Request::post(path), |request, (name, value)| request.header(*name, *value))
    };
    for (path, headers, status, code, part) in [
        (PATH, vec![("content-type", "application/json")], 415, "unsupported_media_type", "application/x-ndjson"),
        (PATH, vec![("idempotency-key", "k")], 400, "invalid_body", "`idempotency_key` of its own"),
        ("/v1/events/nothing/batch", vec![], 404, "unknown_trigger", "nothing"),
        ("/v1/events/send-phone-message/batch", vec![], 400, "wrong_trigger_kind", "call"),
        ("/v1/events/post-change-password/batch?x=1", vec![], 400, "invalid_query_string", "'x'"),
    ] {
        let answer = house.send(sent(path, &headers), &token, Body::from("{}")).await;
        answer.expect_error(status, code, part);
    }
}
