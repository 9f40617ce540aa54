//! Uploads of modules: taken, refused, versioned.

use bytes::Bytes;
use serde_json::json;

use crate::ServerSettings;
use crate::testing::{House, completes, echoes, fails};

const CREATE: &str = "/v1/hooks?name=My%20Hook&trigger=post-change-password";

#[tokio::test]
async fn a_module_becomes_a_hook_and_gets_versions() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let created = house.upload("POST", CREATE, &token, completes()).await;
    let hook = created.expect(201);
    assert_eq!((&hook["name"], &hook["kind"], &hook["enabled"]), (&json!("my-hook"), &json!("module"), &json!(true)));
    let id = hook["id"].as_str().expect("an id");

    let module = format!("/v1/hooks/{id}/module");
    assert_eq!(house.upload("PUT", &module, &token, fails("x")).await.expect(200), json!({"version": 2}));
    assert_eq!(house.upload("PUT", &module, &token, fails("x")).await.expect(200), json!({"version": 2}));
    let versions = house.get(&format!("/v1/hooks/{id}/versions"), &token).await.expect(200);
    let numbers: Vec<_> =
        versions["versions"].as_array().expect("a list").iter().map(|v| v["number"].clone()).collect();
    assert_eq!(numbers, [2, 1]);

    let second = house.get(&format!("/v1/hooks/{id}/versions/2"), &token).await.expect(200);
    assert_eq!((&second["number"], &second["live"], &second["kind"]), (&json!(2), &json!(true), &json!("module")));
    house.get(&format!("/v1/hooks/{id}/versions/3"), &token).await.expect_error(404, "not_found", "no version '3'");

    let activate = |number: &str| format!("/v1/hooks/{id}/versions/{number}/activate");
    assert_eq!(house.post(&activate("1"), &token, &json!({})).await.expect(200), json!({"version": 1}));
    let listed = house.get("/v1/hooks", &token).await.expect(200);
    assert_eq!((&listed["hooks"][0]["version"], &listed["hooks"][0]["last_outcomes"]), (&json!(1), &json!([])));
    for number in ["3", "0", "x", "-1"] {
        let refused = house.post(&activate(number), &token, &json!({})).await;
        refused.expect_error(404, "not_found", &format!("no version '{number}'"));
    }
}

#[tokio::test]
async fn a_saved_version_goes_live_only_when_it_is_activated() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let id = house.hook(&token, "one", completes()).await;
    let versions = format!("/v1/hooks/{id}/versions");
    assert_eq!(house.upload("POST", &versions, &token, fails("x")).await.expect(201), json!({"version": 2}));
    let script = json!({"script": "module.exports = (user, context, cb) => cb();"});
    assert_eq!(house.post(&versions, &token, &script).await.expect(201), json!({"version": 3}));
    assert_eq!(house.post(&versions, &token, &script).await.expect(201), json!({"version": 3}));
    let live = async || house.get("/v1/hooks", &token).await.expect(200)["hooks"][0]["version"].clone();
    assert_eq!(live().await, 1);
    house.post(&format!("{versions}/3/activate"), &token, &json!({})).await.expect(200);
    assert_eq!(live().await, 3);

    let post = async |body: serde_json::Value| house.post(&versions, &token, &body).await;
    post(json!({})).await.expect_error(400, "invalid_body", "script");
    post(json!({"script": ""})).await.expect_error(400, "invalid_body", "`script` is empty");
    let text = http::Request::post(&versions).header("content-type", "text/plain");
    let refused = house.send(text, &token, "x".into()).await;
    refused.expect_error(415, "unsupported_media_type", "application/json or application/wasm or");
    let activate = async |kind: &str, body: &'static [u8]| {
        let request = http::Request::post(format!("{versions}/2/activate")).header("content-type", kind);
        house.send(request, &token, body.into()).await
    };
    for (kind, body) in [("application/json", &b"{\"foo\":1}"[..]), ("text/plain", b"x"), ("application/json", b"[]")] {
        activate(kind, body).await.expect_error(400, "invalid_body", "takes no body, or an empty JSON object");
    }
    activate("application/json", b"\xff\xfe").await.expect_error(400, "invalid_body", "takes no body");
    activate("application/x-www-form-urlencoded", b" { } ").await.expect(200);
    post(json!({"script": "", "live": true})).await.expect_error(400, "invalid_body", "live");
    post(json!({"script": "x".repeat(1 << 20) + "y"})).await.expect_error(413, "too_large", "`script_bytes`");
    let foreign = house.tenant("other").await;
    house.post(&versions, &foreign, &script).await.expect_error(404, "HookDoesNotExist", "does not exist");
    let broken = house.upload("POST", &versions, &token, Bytes::from_static(b"(module)")).await;
    broken.expect_error(422, "not_wasm", "");
}

#[tokio::test]
async fn a_second_hook_of_a_trigger_starts_switched_off() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "one", completes()).await;
    let path = "/v1/hooks?name=two&trigger=post-change-password";
    assert_eq!(house.upload("POST", path, &token, completes()).await.expect(201)["enabled"], false);
    house.upload("POST", path, &token, completes()).await.expect_error(409, "conflict", "named 'two'");
}

#[tokio::test]
async fn modules_that_cannot_be_taken_are_refused_with_a_reason() {
    let house = House::with(ServerSettings { module_bytes_max: 2_000, ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    let foreign = wat::parse_str(r#"(module (import "env" "x" (func)))"#).expect("a module");
    for (body, status, code, part) in [
        (Bytes::new(), 422, "not_wasm", ""),
        (Bytes::from_static(b"(module)"), 422, "not_wasm", ""),
        (echoes("send_phone_message"), 422, "missing_export", "post_change_password"),
        (foreign.into(), 422, "unknown_import", "env"),
        (vec![0; 2_001].into(), 413, "too_large", "the limit `module_bytes` is 2000 bytes"),
    ] {
        house.upload("POST", CREATE, &token, body).await.expect_error(status, code, part);
    }
    house.post(CREATE, &token, &json!({})).await.expect_error(415, "unsupported_media_type", "application/wasm");
    for (path, code, part) in [
        ("/v1/hooks?trigger=post-change-password", "invalid_query_string", "`name` is missing"),
        ("/v1/hooks?name=a", "invalid_query_string", "`trigger` is missing"),
        ("/v1/hooks?name=a_b&trigger=post-change-password", "invalid_query_string", "use letters"),
        ("/v1/hooks?name=a&trigger=post-change-password&x=1", "invalid_query_string", "'x'"),
    ] {
        house.upload("POST", path, &token, completes()).await.expect_error(400, code, part);
    }
    let unknown = house.upload("POST", "/v1/hooks?name=a&trigger=b", &token, completes()).await;
    unknown.expect_error(404, "unknown_trigger", "there is no trigger 'b'");
    assert_eq!(house.get("/v1/hooks", &token).await.expect(200), json!({"hooks": []}), "nothing was stored");
}

#[tokio::test]
async fn triggers_come_with_starter_code_and_samples() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let triggers = house.get("/v1/triggers", &token).await.expect(200);
    assert_eq!(triggers["ceilings"]["wall_ms"], hookbox_protocol::RunLimits::CEILINGS.wall_ms);
    let first = &triggers["triggers"][0];
    assert_eq!((&first["name"], &first["blocking"]), (&json!("post-change-password"), &json!(false)));
    assert!(first["starter"]["javascript"].as_str().is_some_and(|code| code.contains("module.exports")));
    assert!(first["sample"]["user"].is_object());
    assert_eq!(triggers["triggers"].as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn a_tenant_that_compiles_too_much_at_once_is_sent_away_and_others_are_not() {
    let house = House::with(ServerSettings { waiting_per_tenant: 0, ..ServerSettings::default() }).await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let turn = house.app.compiles().enter(identity.tenant).await;
    let refused = house.upload("POST", CREATE, &token, completes()).await;
    refused.expect_error(429, "too_many_requests", "try again when one has ended");
    assert_eq!(refused.headers["retry-after"], "1");
    house.upload("POST", CREATE, &other, completes()).await.expect(201);
    drop(turn);
    house.upload("POST", CREATE, &token, completes()).await.expect(201);
}
