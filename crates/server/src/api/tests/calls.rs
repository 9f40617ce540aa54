//! Blocking triggers with one hook, with several, and with one that fails.

use serde_json::{Value, json};

use crate::testing::{House, echoes, returns_from};

const EXCHANGE: &str = "/v1/triggers/credentials-exchange/call";

/// Makes a hook from a module, enabled, in that place of the order.
async fn hook(house: &House, token: &str, trigger: &str, name: &str, order: i64, module: bytes::Bytes) -> String {
    let path = format!("/v1/hooks?name={name}&trigger={trigger}&enabled=true");
    let made = house.upload("POST", &path, token, module).await.expect(201);
    let id = made["id"].as_str().expect("an id").to_owned();
    house.json("PATCH", &format!("/v1/hooks/{id}/settings"), token, &json!({"order": order})).await.expect(200);
    id
}

async fn several(house: &House, token: &str, on: bool) -> crate::testing::Answer {
    house.json("PATCH", "/v1/settings", token, &json!({"several_hooks_per_trigger": on})).await
}

async fn enabled(house: &House, token: &str) -> Vec<String> {
    let hooks = house.get("/api/v2/hooks?enabled=true&fields=name", token).await.expect(200);
    hooks.as_array().into_iter().flatten().map(|hook| hook["name"].as_str().expect("a name").to_owned()).collect()
}

fn names(called: &Value) -> Vec<(&str, &str)> {
    let hooks = called["hooks"].as_array().expect("hooks");
    hooks
        .iter()
        .map(|ran| (ran["hook_name"].as_str().expect("a name"), ran["outcome"].as_str().expect("an outcome")))
        .collect()
}

#[tokio::test]
async fn enabling_a_second_hook_disables_the_first_until_the_tenant_says_otherwise() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    assert_eq!(house.get("/v1/settings", &token).await.expect(200), json!({"several_hooks_per_trigger": false}));
    let value = json!({"value": {}});
    let module = || returns_from("credentials_exchange", &value);
    let one = hook(&house, &token, "credentials-exchange", "one", 0, module()).await;
    let two = hook(&house, &token, "credentials-exchange", "two", 0, module()).await;
    assert_eq!(enabled(&house, &token).await, ["two"]);

    assert_eq!(several(&house, &token, true).await.expect(200), json!({"several_hooks_per_trigger": true}));
    assert_eq!(
        house.json("PATCH", "/v1/settings", &token, &json!({})).await.expect(200)["several_hooks_per_trigger"],
        true
    );
    house.json("PATCH", &format!("/api/v2/hooks/{one}"), &token, &json!({"enabled": true})).await.expect(200);
    assert_eq!(enabled(&house, &token).await, ["one", "two"]);
    assert_eq!(house.get("/v1/settings", &other).await.expect(200)["several_hooks_per_trigger"], false);

    let refused = several(&house, &token, false).await;
    refused.expect_error(409, "conflict", "one");
    refused.expect_error(409, "conflict", "two");
    house.json("PATCH", &format!("/api/v2/hooks/{two}"), &token, &json!({"enabled": false})).await.expect(200);
    several(&house, &token, false).await.expect(200);
    for (body, part) in [
        (json!({"several_hooks_per_trigger": "yes"}), "expected a boolean"),
        (json!({"several": true}), "unknown field `several`"),
    ] {
        house.json("PATCH", "/v1/settings", &token, &body).await.expect_error(400, "invalid_body", part);
    }
    let as_text = house.json("PATCH", "/v1/settings", &token, &json!({"several_hooks_per_trigger": "true"})).await;
    assert_eq!(as_text.expect(200), json!({"several_hooks_per_trigger": true}));
}

#[tokio::test]
async fn a_call_with_other_arguments_is_refused_also_where_no_hook_is_enabled() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for (trigger, body, part) in [
        ("pre-user-registration", json!({"bogus": 1}), "takes no argument `bogus`"),
        ("pre-user-registration", json!({}), "lacks `user`"),
        ("credentials-exchange", json!({"client": "c"}), "lacks `client`"),
        ("send-phone-message", json!({"context": []}), "lacks `context`"),
    ] {
        let path = format!("/v1/triggers/{trigger}/call");
        house.post(&path, &token, &body).await.expect_error(400, "invalid_body", part);
    }
    let path = "/v1/triggers/pre-user-registration/call";
    assert_eq!(house.post(path, &token, &json!({"user": {}})).await.expect(200)["hook_id"], Value::Null);
}

#[tokio::test]
async fn a_call_tells_its_hooks_an_id_of_its_own_and_no_arguments_that_were_not_given() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    hook(&house, &token, "send-phone-message", "echo", 0, echoes("send_phone_message")).await;
    let path = "/v1/triggers/send-phone-message/call";
    let call = async || {
        let input = json!({"recipient": "+15550100", "text": null});
        let got = house.post(path, &token, &input).await.expect(200)["value"].clone();
        assert_eq!((&got["recipient"], got.get("text")), (&json!("+15550100"), None), "{got}");
        got["context"]["webtask"]["event"].clone()
    };
    let (first, second) = (call().await, call().await);
    assert_ne!(first["id"], second["id"]);
    for event in [first, second] {
        let id: hookbox_protocol::EventId = event["id"].as_str().expect("text").parse().expect("an id");
        assert!(id.0 > 0, "{event}");
        assert_eq!(event["attempt"], 1);
    }
}

#[tokio::test]
async fn the_access_token_goes_from_hook_to_hook_in_their_order() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    several(&house, &token, true).await.expect(200);
    let exchange = |value: Value| returns_from("credentials_exchange", &json!({ "value": value }));
    let trigger = "credentials-exchange";
    let claims = json!({"https://example.com/two": 2, "sub": "dropped"});
    hook(&house, &token, trigger, "second", 2, exchange(claims)).await;
    hook(&house, &token, trigger, "first", 1, exchange(json!({"scope": ["a"], "https://example.com/one": 1}))).await;
    let input = json!({"client": {"id": "c"}, "scope": ["asked"], "audience": "x"});
    let called = house.post(EXCHANGE, &token, &input).await;
    assert_eq!(called.keys(), ["hook_id", "outcome", "value", "hooks"]);
    let called = called.expect(200);
    assert_eq!(names(&called), [("first", "completed"), ("second", "completed")]);
    let expected = json!({"scope": ["a"], "https://example.com/one": 1, "https://example.com/two": 2});
    assert_eq!((&called["value"], &called["hook_id"]), (&expected, &called["hooks"][1]["hook_id"]));
}

#[tokio::test]
async fn a_later_hook_sees_what_those_before_it_have_set() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    several(&house, &token, true).await.expect(200);
    let trigger = "pre-user-registration";
    let first = json!({"value": {"user": {"user_metadata": {"a": 1}, "app_metadata": {"plan": "free"}}}});
    hook(&house, &token, trigger, "first", 1, returns_from("pre_user_registration", &first)).await;
    // It returns what it got, and so its metadata are those of the first hook and of the call.
    hook(&house, &token, trigger, "echo", 2, echoes("pre_user_registration")).await;
    let input = json!({"user": {"email": "ada@example.com", "user_metadata": {"sent": true}}, "context": {}});
    let called = house.post("/v1/triggers/pre-user-registration/call", &token, &input).await.expect(200);
    let expected = json!({"user": {"user_metadata": {"a": 1, "sent": true}, "app_metadata": {"plan": "free"}}});
    assert_eq!(called["value"], expected);
}

#[tokio::test]
async fn the_first_hook_that_fails_ends_the_call() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    several(&house, &token, true).await.expect(200);
    let trigger = "credentials-exchange";
    let ends = |result: Value| returns_from("credentials_exchange", &result);
    hook(&house, &token, trigger, "good", 1, ends(json!({"value": {"scope": ["a"]}}))).await;
    let error = json!({"error": {"message": "not this one", "name": "InvalidScopeError"}});
    let bad = hook(&house, &token, trigger, "bad", 2, ends(error)).await;
    hook(&house, &token, trigger, "never", 3, ends(json!({"value": {}}))).await;
    let input = json!({"client": {"id": "c1", "name": "App"}, "audience": "x"});
    let called = house.post(EXCHANGE, &token, &input).await;
    assert_eq!(called.keys(), ["hook_id", "outcome", "value", "error", "refusal", "hooks"]);
    let called = called.expect(200);
    assert_eq!(
        (&called["hook_id"], &called["outcome"], &called["value"]),
        (&json!(bad), &json!("failed"), &Value::Null)
    );
    assert_eq!(names(&called), [("good", "completed"), ("bad", "failed")]);
    let refusal = json!({"status_code": 400, "error": "invalid_scope", "error_description": "not this one"});
    assert_eq!(called["refusal"], refusal);

    let logs = house.get("/api/v2/logs", &token).await.expect(200);
    assert_eq!(logs.as_array().map(Vec::len), Some(1), "{logs}");
    assert_eq!((&logs[0]["type"], &logs[0]["description"]), (&json!("feccft"), &json!("not this one")));
    assert_eq!(
        (&logs[0]["client_id"], &logs[0]["client_name"], &logs[0]["hook_id"]),
        (&json!("c1"), &json!("App"), &json!(bad))
    );
}

#[tokio::test]
async fn a_failed_voice_call_is_not_a_failed_text_message() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let error = json!({"error": {"message": "no line", "name": "SendPhoneMessageError", "properties": {"friendlyMessage": "try later"}}});
    hook(&house, &token, "send-phone-message", "call", 0, returns_from("send_phone_message", &error)).await;
    for (kind, code) in [("sms", "gd_send_sms_failure"), ("voice", "gd_send_voice_failure")] {
        let user = json!({"user_id": "u1", "name": "Ada", "email": "ada@example.com"});
        let input = json!({"recipient": "+15550100", "text": "1", "context": {"message_type": kind, "user": user}});
        let called = house.post("/v1/triggers/send-phone-message/call", &token, &input).await.expect(200);
        let refusal = json!({"status_code": 400, "error": "message_not_sent", "error_description": "try later"});
        assert_eq!(called["refusal"], refusal);
        let logs = house.get("/api/v2/logs?take=1", &token).await.expect(200);
        assert_eq!(
            (&logs[0]["type"], &logs[0]["user_id"], &logs[0]["user_name"]),
            (&json!(code), &json!("u1"), &json!("Ada"))
        );
    }
}

#[tokio::test]
async fn calls_that_cannot_be_are_refused_in_words() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let empty = json!({"value": {}});
    hook(&house, &token, "credentials-exchange", "one", 0, returns_from("credentials_exchange", &empty)).await;
    for (path, body, status, code, part) in [
        ("/v1/triggers/nothing/call", json!({}), 404, "unknown_trigger", "no trigger 'nothing'"),
        ("/v1/triggers/post-change-password/call", json!({}), 400, "wrong_trigger_kind", "POST /v1/events/"),
        (EXCHANGE, json!({}), 400, "invalid_body", "lacks `client`"),
        (EXCHANGE, json!({"client": {}, "user": {}}), 400, "invalid_body", "takes no argument `user`"),
        ("/v1/triggers/credentials-exchange/call?x=1", json!({"client": {}}), 400, "invalid_query_string", "'x'"),
    ] {
        house.post(path, &token, &body).await.expect_error(status, code, part);
    }
}
