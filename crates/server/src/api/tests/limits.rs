//! Limits that an operator moved: what holds for tenants then, and what refusals say.

use axum::body::Body;
use hookbox_protocol::RunLimits;
use hookbox_protocol::limits::{EVENT_BYTES, SECRET_VALUE_BYTES, SECRETS};
use hookbox_store::SecretLimits;
use http::Request;
use serde_json::{Map, Value, json};

use crate::ServerSettings;
use crate::testing::{House, completes, event};

async fn house(change: impl FnOnce(&mut ServerSettings)) -> (House, String) {
    let mut settings = ServerSettings { guest_threads: Some(2), ..ServerSettings::default() };
    change(&mut settings);
    let house = House::with(settings).await;
    let token = house.tenant("acme").await;
    (house, token)
}

fn secrets(count: u64, value: &str) -> Value {
    (0..count).map(|number| (format!("S{number}"), Value::from(value))).collect::<Map<_, _>>().into()
}

#[tokio::test]
async fn ceilings_of_runs_hold_where_the_operator_put_them() {
    let ceilings = RunLimits { cpu_ms: 20_000, wall_ms: 5_000, ..RunLimits::CEILINGS };
    let (house, token) = house(|settings| settings.ceilings = ceilings).await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let shown = house.get(&path, &token).await.expect(200);
    assert_eq!((&shown["ceilings"]["cpu_ms"], &shown["limits"]["cpu_ms"]), (&json!(20_000), &json!(1_000)));
    assert_eq!((&shown["ceilings"]["wall_ms"], &shown["limits"]["wall_ms"]), (&json!(5_000), &json!(5_000)));

    let patch = async |limits: Value| house.json("PATCH", &path, &token, &json!({ "limits": limits })).await;
    assert_eq!(patch(json!({"cpu_ms": 20_000})).await.expect(200)["limits"]["cpu_ms"], 20_000);
    assert_eq!(patch(json!({"wall_ms": null})).await.expect(200)["limits"]["wall_ms"], 5_000);
    let way_up = "between 1 and 5000 (an operator can raise it: `hookbox serve --limit wall_ms=…`)";
    patch(json!({"wall_ms": 5_001})).await.expect_error(400, "invalid_body", way_up);

    let run =
        |limits: Value| json!({"trigger": "post-change-password", "hook_id": path.split('/').nth(3), "limits": limits});
    house.post("/v1/runner", &token, &run(json!({"cpu_ms": 20_000}))).await.expect(200);
    house.post("/v1/runner", &token, &run(json!({"wall_ms": 5_001}))).await.expect_error(400, "invalid_body", way_up);
}

#[tokio::test]
async fn events_are_as_large_as_the_operator_lets_them_be() {
    let path = "/v1/events/post-change-password";
    let mut large = event("u1");
    large["context"]["note"] = "x".repeat(300 << 10).into();
    let (shipped, token) = house(|_| {}).await;
    let way_up = "is 262144 bytes (an operator can raise it: `hookbox serve --limit event_bytes=…`)";
    shipped.post(path, &token, &large).await.expect_error(413, "too_large", way_up);
    let (raised, token) = house(|settings| settings.event_bytes_max = EVENT_BYTES.most).await;
    raised.post(path, &token, &large).await.expect(202);
    large["context"]["note"] = "x".repeat(1 << 20).into();
    let refused = raised.post(path, &token, &large).await;
    refused.expect_error(413, "too_large", "the limit `event_bytes` is 1048576 bytes");
    assert!(!refused.json()["message"].to_string().contains("operator"), "nobody can raise it further");
}

#[tokio::test]
async fn a_fixed_limit_names_no_operator() {
    let (house, token) = house(|_| {}).await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let refused = house.json("PATCH", &path, &token, &json!({"limits": {"x".repeat(3 << 20): 1}})).await;
    refused.expect_error(413, "too_large", "the limit `body_bytes` is 2097152 bytes");
    assert!(!refused.json()["message"].to_string().contains("operator"));
}

/// A script that is as large as it may be, with each letter written in the longest way that JSON has.
#[tokio::test]
async fn a_script_within_its_limit_is_taken_however_it_is_written() {
    let (house, token) = house(|_| {}).await;
    let largest = |bytes: usize| format!("//{}", "\\u0061".repeat(bytes - 2));
    let send = async |path: &str, body: String| {
        let request = Request::post(path).header("content-type", "application/json");
        house.send(request, &token, Body::from(body)).await
    };
    let create = |name: &str, bytes: usize| {
        format!(r#"{{"name": "{name}", "triggerId": "post-change-password", "script": "{}"}}"#, largest(bytes))
    };
    let hook = send("/api/v2/hooks", create("mine", 1 << 20)).await.expect(201);
    let too_large = "the script has 1048577 bytes; the limit `script_bytes` is 1048576 bytes";
    send("/api/v2/hooks", create("other", (1 << 20) + 1)).await.expect_error(413, "too_large", too_large);

    let versions = format!("/v1/hooks/{}/versions", hook["id"].as_str().expect("an id"));
    let version = |bytes: usize| format!(r#"{{"script": "{}"}}"#, largest(bytes));
    send(&versions, version(1 << 20)).await.expect(201);
    send(&versions, version((1 << 20) + 1)).await.expect_error(413, "too_large", too_large);

    let run = |bytes: usize| format!(r#"{{"trigger": "post-change-password", "script": "{}"}}"#, largest(bytes));
    send("/v1/runner", run(1 << 20)).await.expect(200);
    send("/v1/runner", run((1 << 20) + 1)).await.expect_error(413, "too_large", too_large);
}

#[tokio::test]
async fn secrets_are_as_many_and_as_long_as_the_operator_lets_them_be() {
    let most = SecretLimits { count_max: SECRETS.most, value_bytes_max: SECRET_VALUE_BYTES.most };
    let (house, token) = house(|settings| settings.secrets = most).await;
    let path = format!("/api/v2/hooks/{}/secrets", house.hook(&token, "mine", completes()).await);
    let longest = "v".repeat(usize::try_from(SECRET_VALUE_BYTES.most).expect("small"));
    house.post(&path, &token, &secrets(SECRETS.most, &longest)).await.expect(201);
    let full = "there are 100 secrets and 1 would be added; the limit `secrets` is 100";
    house.post(&path, &token, &json!({"ONE_MORE": "v"})).await.expect_error(400, "invalid_body", full);
    let long = json!({"S0": format!("{longest}v")});
    let too_long = "has 65537 bytes; the limit `secret_value_bytes` is 65536 bytes";
    house.json("PATCH", &path, &token, &long).await.expect_error(400, "invalid_body", too_long);

    let run = |secrets: Value| json!({"trigger": "post-change-password", "hook_id": path.split('/').nth(4), "secrets": secrets});
    house.post("/v1/runner", &token, &run(secrets(SECRETS.most, "other"))).await.expect(200);
    house.post("/v1/runner", &token, &run(json!({"ONE_MORE": "v"}))).await.expect_error(400, "invalid_body", full);
}

#[tokio::test]
async fn the_runner_holds_given_secrets_to_the_limits_of_saved_ones() {
    let (house, token) = house(|_| {}).await;
    let run = async |secrets: Value| {
        let body =
            json!({"trigger": "post-change-password", "script": "module.exports = () => {}", "secrets": secrets});
        house.post("/v1/runner", &token, &body).await
    };
    run(secrets(20, &"v".repeat(4_096))).await.expect(200);
    let too_many =
        "there are 21 secrets; the limit `secrets` is 20 (an operator can raise it: `hookbox serve --limit secrets=…`)";
    run(secrets(21, "v")).await.expect_error(400, "invalid_body", too_many);
    let too_long = "the value of secret 'S0' has 4097 bytes; the limit `secret_value_bytes` is 4096 bytes (an operator";
    run(secrets(1, &"v".repeat(4_097))).await.expect_error(400, "invalid_body", too_long);
}
