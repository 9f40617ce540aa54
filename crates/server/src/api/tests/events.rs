//! Events on their way in, and as they are shown.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::ServerSettings;
use crate::testing::{Answer, House, completes, event};

const PATH: &str = "/v1/events/post-change-password";

async fn post_raw(house: &House, token: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
    let request = headers.iter().fold(Request::post(PATH), |request, (name, value)| request.header(*name, *value));
    house.send(request, token, Body::from(body.to_owned())).await
}

#[tokio::test]
async fn an_event_is_accepted_and_shown_as_it_came() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    let body =
        r#"{"user":{"id":"u1","n":1.50},"context":{"connection":{"name":"db"},"x":[ 1 ]},"initiated_by":"user"}"#;
    // Without a content type, as a simple client sends it.
    let accepted = post_raw(&house, &token, body, &[]).await;
    let answer = accepted.expect(202);
    assert_eq!(accepted.keys(), ["event_id", "deliveries", "duplicate"]);
    assert_eq!((&answer["deliveries"], &answer["duplicate"]), (&json!(1), &json!(false)));

    let id = answer["event_id"].as_str().expect("an id");
    let shown = house.get(&format!("/v1/events/{id}"), &token).await;
    assert_eq!(shown.expect(200)["initiated_by"], "user");
    assert!(String::from_utf8_lossy(&shown.body).contains(r#"{"id":"u1","n":1.50}"#), "bytes are kept: {shown:?}");
    let delivery = &shown.json()["deliveries"][0];
    assert_eq!(delivery["hook_id"], hook);
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("pending"), &json!([])));
    let keys: Vec<&String> = delivery.as_object().expect("an object").keys().collect();
    for key in ["id", "hook_id", "hook_name", "state", "next_attempt_at", "attempts"] {
        assert!(keys.iter().any(|found| *found == key), "{key}: {delivery}");
    }
}

#[tokio::test]
async fn an_idempotency_key_makes_a_repeated_event_the_same_event() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let body = event("u1").to_string();
    let key = [("idempotency-key", "k1")];
    let first = post_raw(&house, &token, &body, &key).await.expect(202);
    let second = post_raw(&house, &token, &body, &key).await.expect(202);
    assert_eq!(first["event_id"], second["event_id"]);
    assert_eq!((&first["duplicate"], &second["duplicate"]), (&json!(false), &json!(true)));
    let other = post_raw(&house, &token, &event("u2").to_string(), &key).await;
    other.expect_error(409, "idempotency_conflict", "'k1' came before");
    let long = "k".repeat(256);
    let refused = post_raw(&house, &token, &body, &[("idempotency-key", &long)]).await;
    refused.expect_error(400, "invalid_body", "between 1 and 255");
}

#[tokio::test]
async fn events_that_cannot_be_taken_are_refused_with_a_reason() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for (body, part) in [
        ("", "EOF while parsing"),
        ("[]", "must be a JSON object, and is an array"),
        ("{\n\"user\": {},}", "line 2 column 12"),
        (r#"{"user":{},"context":{"connection":{}},"usr":1}"#, "unknown field `usr`"),
        (r#"{"user":{},"context":{}}"#, "lacks `context.connection`"),
    ] {
        post_raw(&house, &token, body, &[]).await.expect_error(400, "invalid_body", part);
    }
    let strategy = json!({"user": {}, "context": {"connection": {"strategy": "google-oauth2"}}});
    house.post(PATH, &token, &strategy).await.expect_error(400, "unsupported_connection", "google-oauth2");
    let misspelt = house.post("/v1/events/post-change-pasword", &token, &event("u")).await;
    misspelt.expect_error(404, "unknown_trigger", "post-change-password, post-user-registration");
    let blocking = house.post("/v1/events/send-phone-message", &token, &event("u")).await;
    blocking.expect_error(400, "wrong_trigger_kind", "POST /v1/triggers/send-phone-message/call");
    let text = post_raw(&house, &token, "{}", &[("content-type", "text/plain")]).await;
    text.expect_error(415, "unsupported_media_type", "'text/plain'; this call takes application/json");
    let query = house.post(&format!("{PATH}?wait=true"), &token, &event("u")).await;
    query.expect_error(400, "invalid_query_string", "'wait'; this call takes none");
}

#[tokio::test]
async fn an_event_over_its_limit_is_refused_and_one_at_the_limit_is_taken() {
    let house = House::with(ServerSettings { event_bytes_max: 1_000, ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    let sized = |bytes: usize| {
        let body = event("").to_string();
        body.replace(r#""id":"""#, &format!(r#""id":"{}""#, "x".repeat(bytes - body.len())))
    };
    post_raw(&house, &token, &sized(1_000), &[]).await.expect(202);
    let refused = post_raw(&house, &token, &sized(1_001), &[]).await;
    refused.expect_error(413, "too_large", "the limit `event_bytes` is 1000 bytes");
    let announced = post_raw(&house, &token, "", &[("content-length", "1001")]).await;
    announced.expect_error(413, "too_large", "the body has 1001 bytes");
}

#[tokio::test]
async fn a_full_queue_refuses_before_the_body_is_read() {
    let house = House::with(ServerSettings { backlog_per_tenant_max: 1, ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", completes()).await;
    post_raw(&house, &token, &event("u1").to_string(), &[]).await.expect(202);
    let refused = post_raw(&house, &token, "not read", &[]).await;
    refused.expect_error(429, "backlog_full", "1 deliveries wait, and the most for this tenant is 1");
    assert_eq!(refused.headers["retry-after"], "10");
    let other = house.tenant("other").await;
    post_raw(&house, &other, &event("u1").to_string(), &[]).await.expect(202);

    let house = House::with(ServerSettings { backlog_max: 0, ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    let refused = post_raw(&house, &token, "not read", &[]).await;
    refused.expect_error(503, "unavailable", "try again later");
    assert_eq!(refused.headers["retry-after"], "10");
}

#[tokio::test]
async fn events_are_listed_by_filter_and_page() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let before = house.post(PATH, &token, &event("u0")).await.expect(202)["event_id"].clone();
    let hook = house.hook(&token, "mine", completes()).await;
    let mut ids: Vec<Value> = Vec::new();
    for user in ["u1", "u2", "u3"] {
        ids.push(house.post(PATH, &token, &event(user)).await.expect(202)["event_id"].clone());
    }
    let list = async |query: &str| -> (Vec<Value>, Value) {
        let answer = house.get(&format!("/v1/events{query}"), &token).await.expect(200);
        let events = answer["events"].as_array().expect("a list");
        (events.iter().map(|event| event["id"].clone()).collect(), answer["next"].clone())
    };
    let newest_first = vec![ids[2].clone(), ids[1].clone(), ids[0].clone()];
    assert_eq!(list("").await.0, [newest_first.clone(), vec![before]].concat());
    assert_eq!(list(&format!("?hook_id={hook}")).await.0, newest_first);
    assert_eq!(list("?state=pending&trigger=post-change-password").await.0, newest_first);
    assert_eq!(list("?state=dead").await.0, Vec::<Value>::new());
    assert_eq!(list("?until=2020-01-01T00:00:00Z").await.0, Vec::<Value>::new());
    let (first, next) = list("?take=2").await;
    assert_eq!(first, newest_first[..2]);
    let (second, _) = list(&format!("?take=2&from={}", next.as_str().expect("more"))).await;
    assert_eq!(second[0], newest_first[2]);

    for (query, part) in [
        ("?take=0", "between 1 and 100"),
        ("?state=done", "the states are pending, leased, succeeded, dead"),
        ("?since=yesterday", "expected RFC 3339"),
        ("?from=x", "is not an event id"),
        ("?page=1", "there is no query parameter 'page'"),
    ] {
        let refused = house.get(&format!("/v1/events{query}"), &token).await;
        refused.expect_error(400, "invalid_query_string", part);
    }
    let missing = house.get("/v1/events?trigger=x", &token).await;
    missing.expect_error(404, "unknown_trigger", "there is no trigger 'x'");
    house.get("/v1/events/nonsense", &token).await.expect_error(404, "event_does_not_exist", "'nonsense'");
}
