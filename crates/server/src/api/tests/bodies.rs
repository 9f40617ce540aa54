//! Bodies that are hard to read, at every call that takes one. The calls are those of the API's own description, so that
//! a new one is among them.

use axum::body::Body;
use http::Request;
use serde_json::Value;

use crate::testing::{Answer, House, OPERATOR, completes};

/// Every call that takes JSON, as `METHOD PATH` with the parts of the path filled in, and the token for it.
async fn calls(house: &House) -> Vec<(String, String, String)> {
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    let document = house.get("/openapi.json", "").await.expect(200);
    let mut calls = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            if operation["requestBody"]["content"]["application/json"].is_null() {
                continue;
            }
            let is_operators =
                operation["security"].as_array().is_some_and(|any| any.iter().any(|s| s["operator"].is_array()));
            let trigger = if path.ends_with("/call") { "send-phone-message" } else { "post-change-password" };
            let filled = path.replace("{trigger}", trigger).replace("{name}", "acme").replace("{number}", "1");
            let filled = filled.replace("/events/{id}", "/events/post-change-password").replace("{id}", &hook);
            let token = if is_operators { OPERATOR } else { &token };
            calls.push((method.to_uppercase(), filled, token.to_owned()));
        }
    }
    assert!(calls.len() >= 15, "{calls:?}");
    calls
}

async fn send(house: &House, (method, path, token): &(String, String, String), body: &str) -> Answer {
    let request = Request::builder().method(method.as_str()).uri(path).header("content-type", "application/json");
    house.send(request, token, Body::from(body.to_owned())).await
}

#[tokio::test]
async fn a_hundred_thousand_levels_are_a_clean_refusal_everywhere() {
    let house = House::new().await;
    let levels = 100_000;
    // Small enough for every limit, and closed, so that only the depth is wrong.
    let arrays = format!(r#"{{"x":{}{}}}"#, "[".repeat(levels), "]".repeat(levels));
    let objects = format!("{}1{}", r#"{"":"#.repeat(levels / 4), "}".repeat(levels / 4));
    for call in calls(&house).await {
        for body in [&arrays, &objects] {
            let answer = send(&house, &call, body).await;
            assert_eq!(answer.status, 400, "{call:?}: {answer:?}");
            let json = answer.json();
            assert!(json["message"].is_string() || json["error_description"].is_string(), "{call:?}: {json}");
        }
    }
}

#[tokio::test]
async fn a_member_that_is_there_twice_is_refused_by_the_native_api() {
    let house = House::new().await;
    for call in calls(&house).await {
        if call.1.starts_with("/v1/") {
            let answer = send(&house, &call, r#"{"name":"a","name":"b"}"#).await;
            assert_eq!(answer.status, 400, "{call:?}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn of_two_members_the_last_one_counts_in_the_management_api() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let call = ("POST".to_owned(), "/api/v2/hooks".to_owned(), token);
    let body = r#"{"name":"first","name":"second","script":"x","triggerId":"post-change-password"}"#;
    let made: Value = send(&house, &call, body).await.expect(201);
    assert_eq!(made["name"], "second");
}
