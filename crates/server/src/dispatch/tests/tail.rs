//! The live log, read while hooks run.

use std::time::Duration;

use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};

use super::{EVENTS, PATIENCE, delivery_when, dispatching, has_attempt};
use crate::ServerSettings;
use crate::testing::{House, completes, event, fails, prints_input, prints_input_often, returns, returns_from};

/// A stream that is being read.
struct Stream {
    body: Body,
    text: String,
}

/// One server-sent event.
#[derive(Debug)]
struct Frame {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Stream {
    async fn open(house: &House, query: &str, token: &str, last_event_id: Option<&str>) -> Self {
        let mut request = Request::get(format!("/v1/logs/tail{query}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response: Response<Body> = house.open(request, token, Body::empty()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        Self { body: response.into_body(), text: String::new() }
    }

    /// The next event, comments passed over; `None` at the end.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let (frame, rest) = (frame.to_owned(), rest.to_owned());
                self.text = rest;
                let field = |name: &str| {
                    frame.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
                };
                if let (Some(name), Some(data)) = (field("event"), field("data")) {
                    let data = serde_json::from_str(&data).expect("JSON");
                    return Some(Frame { name, id: field("id"), data });
                }
                assert!(frame.starts_with(": "), "{frame}");
                continue;
            }
            let next = tokio::time::timeout(PATIENCE, self.body.frame()).await.expect("something comes");
            let data = next?.expect("the stream does not break").into_data().expect("data");
            self.text.push_str(std::str::from_utf8(&data).expect("text"));
        }
    }

    async fn expect(&mut self, name: &str) -> Frame {
        let frame = self.next().await.expect("an event");
        assert_eq!(frame.name, name, "{frame:?}");
        frame
    }
}

#[tokio::test]
async fn lines_come_as_they_are_printed_and_entries_as_they_are_written() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", prints_input()).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &json!({"KEY": "SG.secret-key"})).await.expect(201);
    let mut tail = Stream::open(&house, "", &token, None).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let line = dispatching(&house, tail.expect("line")).await;
    let keys: Vec<_> = line.data.as_object().expect("an object").keys().map(String::as_str).collect();
    let names = ["event_id", "delivery_id", "hook_id", "hook_name", "attempt", "level", "message", "at"];
    assert_eq!((keys, line.id), (names.to_vec(), None));
    assert_eq!((&line.data["event_id"], &line.data["hook_id"]), (&accepted["event_id"], &json!(hook)));
    let message = line.data["message"].as_str().expect("a line");
    assert!(message.contains("[secret KEY]") && !message.contains("secret-key"), "{message}");

    house.upload("PUT", &format!("/v1/hooks/{hook}/module"), &token, fails("for SG.secret-key no")).await.expect(200);
    let accepted = house.post(EVENTS, &token, &event("u2")).await.expect(202);
    let entry = dispatching(&house, tail.expect("entry")).await;
    assert_eq!((&entry.data["type"], &entry.data["description"]), (&json!("fcph"), &json!("for [secret KEY] no")));
    assert_eq!((&entry.data["event_id"], &entry.data["hook_id"]), (&accepted["event_id"], &json!(hook)));
    assert_eq!(entry.id.as_deref(), entry.data["log_id"].as_str());

    house.stop.cancel();
    assert_eq!(tail.expect("end").await.data, json!({"reason": "the daemon is stopping"}));
    assert!(tail.next().await.is_none());
}

#[tokio::test]
async fn a_follower_that_comes_back_gets_the_entries_that_it_missed() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    // Another attempt would be another entry, and when it comes depends on the machine.
    let fails_for_good = || returns(&json!({"error": {"message": "no", "retryable": false}}));
    house.hook(&token, "mine", fails_for_good()).await;
    house.hook(&other, "theirs", fails_for_good()).await;
    let mut ids = Vec::new();
    for (token, user) in [(&token, "u1"), (&other, "u2"), (&token, "u3"), (&token, "u4")] {
        let accepted = house.post(EVENTS, token, &event(user)).await.expect(202);
        dispatching(&house, delivery_when(&house, token, &accepted, has_attempt)).await;
        if token != &other {
            let newest = house.get("/api/v2/logs", token).await.expect(200)[0]["log_id"].clone();
            ids.push(newest.as_str().expect("an id").to_owned());
        }
    }
    let mut tail = Stream::open(&house, "", &token, Some(&ids[0])).await;
    for id in &ids[1..] {
        assert_eq!(tail.expect("entry").await.id.as_ref(), Some(id));
    }
    // What was there before is not repeated, with and without an id that means something.
    let mut fresh = Stream::open(&house, "", &token, Some("nonsense")).await;
    let accepted = house.post(EVENTS, &token, &event("u5")).await.expect(202);
    let entry = dispatching(&house, fresh.expect("entry")).await;
    assert_eq!(entry.data["event_id"], accepted["event_id"]);
}

#[tokio::test]
async fn a_follower_hears_the_hook_that_it_asked_for() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let hook = house.hook(&token, "mine", prints_input()).await;
    let silent = house.hook(&token, "silent", completes()).await;
    let mut tail = Stream::open(&house, &format!("?hook_id={silent}"), &token, None).await;
    let mut heard = Stream::open(&house, &format!("?hook_id={hook}"), &token, None).await;
    house.post(EVENTS, &token, &event("u1")).await.expect(202);
    dispatching(&house, heard.expect("line")).await;
    house.stop.cancel();
    tail.expect("end").await;

    let get = |query: String, token: String| async move { house.get(&format!("/v1/logs/tail{query}"), &token).await };
    get(format!("?hook_id={hook}"), other).await.expect_error(404, "HookDoesNotExist", "does not exist");
}

#[tokio::test]
async fn a_follower_hears_at_once_of_a_call_that_fails() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let module = returns_from("credentials_exchange", &json!({"error": {"message": "not this client"}}));
    let made = house.upload("POST", "/v1/hooks?name=h&trigger=credentials-exchange&enabled=true", &token, module).await;
    made.expect(201);
    let mut tail = Stream::open(&house, "", &token, None).await;
    let arguments = json!({"client": {}, "scope": [], "audience": "a", "context": {}});
    house.post("/v1/triggers/credentials-exchange/call", &token, &arguments).await.expect(200);
    let entry = tail.expect("entry").await.data;
    assert_eq!((&entry["type"], &entry["description"]), (&json!("feccft"), &json!("not this client")));
}

#[tokio::test]
async fn followers_are_counted_and_a_revoked_token_hears_no_more() {
    let settings = ServerSettings { followers_per_tenant: 2, guest_threads: Some(1), ..ServerSettings::default() };
    let house = House::with(settings).await;
    let token = house.tenant("acme").await;
    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let tenant = house.app.store().tenant(&identity);
    let scopes = identity.scopes.to_vec();
    let new = hookbox_store::NewToken { name: "second".to_owned(), scopes, expires_at: None };
    let second = tenant.create_token(new).await.expect("a token");
    let _first = Stream::open(&house, "", &token, None).await;
    let mut tail = Stream::open(&house, "", &second.token, None).await;
    let refused = house.get("/v1/logs/tail", &token).await;
    refused.expect_error(429, "too_many_requests", "2 followers of this tenant's log");
    let metrics = String::from_utf8(house.get("/metrics", "").await.body.to_vec()).expect("text");
    assert!(metrics.contains("\nhookbox_followers 2\n"), "{metrics}");

    tenant.revoke_token(second.id).await.expect("a store");
    let end = tokio::time::timeout(Duration::from_secs(20), tail.expect("end")).await.expect("soon");
    assert_eq!(end.data, json!({"reason": "the token no longer holds"}));
    drop(tail);
    let _again = Stream::open(&house, "", &token, None).await;
}

#[tokio::test]
async fn lines_over_a_limit_are_counted_in_a_last_one_on_disk_and_live() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", prints_input_often(4)).await;
    let change = json!({"limits": {"log_lines": 1}});
    house.json("PATCH", &format!("/v1/hooks/{hook}/settings"), &token, &change).await.expect(200);
    let mut tail = Stream::open(&house, "", &token, None).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    let logs = delivery["attempts"][0]["logs"].as_array().expect("lines").clone();
    let last = json!(["warn", "3 more lines were over the limit `log_lines`, and are not kept"]);
    assert_eq!((logs.len(), json!([logs[1]["level"], logs[1]["message"]])), (2, last.clone()), "{delivery}");
    tail.expect("line").await;
    let heard = tail.expect("line").await.data;
    assert_eq!(json!([heard["level"], heard["message"]]), last);
}
