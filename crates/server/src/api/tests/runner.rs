//! The runner: what it runs, what it answers, what it keeps to itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::ServerSettings;
use crate::testing::{House, completes, echoes, event, fails, hangs, prints_input};

fn module(wasm: &[u8]) -> String {
    STANDARD.encode(wasm)
}

fn request(wasm: &[u8]) -> Value {
    json!({"trigger": "post-change-password", "module": module(wasm), "input": event("u1")})
}

#[tokio::test]
async fn a_module_runs_without_being_saved() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let answer = house.post("/v1/runner", &token, &request(&echoes("post_change_password"))).await;
    let report = answer.expect(200);
    assert_eq!(
        answer.keys(),
        ["outcome", "value", "logs", "http", "wall_ms", "cpu_ms", "fuel_used", "memory_bytes_peak"]
    );
    assert_eq!(report["outcome"], "completed");
    assert_eq!(report["value"]["user"], event("u1")["user"]);
    assert_eq!(
        report["value"]["context"]["webtask"],
        json!({"secrets": {}, "event": {"id": "evt_0000000000000", "attempt": 1}})
    );
    assert_eq!(house.get("/v1/hooks", &token).await.expect(200), json!({"hooks": []}));
    assert_eq!(house.get("/v1/events", &token).await.expect(200)["events"], json!([]));
}

#[tokio::test]
async fn what_a_run_shows_is_without_its_secrets() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let secret = "SG.very-secret/value";
    for wasm in [prints_input(), echoes("post_change_password")] {
        let mut body = request(&wasm);
        body["secrets"] = json!({"KEY": secret});
        let answer = house.post("/v1/runner", &token, &body).await;
        answer.expect(200);
        let text = String::from_utf8(answer.body.to_vec()).expect("text");
        assert!(text.contains("[secret KEY]") && !text.contains("very-secret"), "{text}");
    }
}

#[tokio::test]
async fn failures_and_limits_are_outcomes() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let failed = house.post("/v1/runner", &token, &request(&fails("no mail today"))).await.expect(200);
    assert_eq!((&failed["outcome"], &failed["value"]), (&json!("failed"), &Value::Null));
    assert_eq!(failed["error"], json!({"message": "no mail today", "name": "Error", "stack": "at notify"}));

    let mut body = request(&hangs());
    body["limits"] = json!({"wall_ms": 50});
    let late = house.post("/v1/runner", &token, &body).await.expect(200);
    assert_eq!((&late["outcome"], &late["error"]["name"]), (&json!("timed_out"), &json!("TimedOut")));

    let script = json!({"trigger": "post-change-password", "script": "module.exports = () => {}"});
    let silent = house.post("/v1/runner", &token, &script).await.expect(200);
    if hookbox_javascript::Engine::available() {
        assert_eq!(silent["outcome"], "never_finished", "{silent}");
    } else {
        assert_eq!(silent["error"]["name"], "NoJavaScriptEngine", "{silent}");
    }
}

#[tokio::test]
async fn a_saved_hook_runs_with_its_own_secrets_and_settings() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let id = house.hook(&token, "mine", prints_input()).await;
    let secrets = json!({"KEY": "own-secret-1", "OTHER": "own-secret-2"});
    house.post(&format!("/api/v2/hooks/{id}/secrets"), &token, &secrets).await.expect(201);
    let body = json!({"trigger": "post-change-password", "hook_id": id, "secrets": {"KEY": "given-secret"}});
    let report = house.post("/v1/runner", &token, &body).await.expect(200);
    let line = report["logs"][0]["message"].as_str().expect("a line");
    assert!(line.contains(r#""secrets":{"OTHER":"[secret OTHER]","KEY":"[secret KEY]"}"#), "{line}");
    assert!(line.contains("user1@example.com"), "without an input it is the trigger's sample: {line}");

    let other = json!({"trigger": "post-user-registration", "hook_id": id});
    house.post("/v1/runner", &token, &other).await.expect_error(400, "invalid_body", "bound to post-change-password");
}

#[tokio::test]
async fn requests_that_cannot_be_run_are_refused_with_a_reason() {
    let house = House::with(ServerSettings { script_bytes_max: 10, ..ServerSettings::default() }).await;
    let token = house.tenant("acme").await;
    let with = |key: &str, value: Value| {
        let mut body = request(&completes());
        body[key] = value;
        body
    };
    for (body, status, code, part) in [
        (json!({"trigger": "post-change-password"}), 400, "invalid_body", "exactly one of"),
        (with("script", json!("x")), 400, "invalid_body", "exactly one of"),
        (with("trigger", json!("x")), 404, "unknown_trigger", "no trigger 'x'"),
        (with("module", json!("%%")), 400, "invalid_body", "`module` is not base64"),
        (with("module", json!(" bm\r\n8= ")), 422, "not_wasm", ""),
        (with("module", json!(module(b"no"))), 422, "not_wasm", ""),
        (with("secrets", json!({"A": 1})), 400, "invalid_body", "secret 'A' must be a string"),
        (with("limits", json!({"fuel": "much"})), 400, "invalid_body", "limit fuel is"),
        (with("limits", json!({"wall_ms": 60_001})), 400, "invalid_body", "between 1 and 60000"),
        (with("input", json!({"user": {}, "x": 1})), 400, "invalid_body", "takes no argument `x`"),
        (with("input", json!({"context": {}})), 400, "invalid_body", "lacks `user`"),
        (with("save", json!(true)), 400, "invalid_body", "unknown field `save`"),
        (json!({"trigger": "post-change-password", "hook_id": "x"}), 404, "HookDoesNotExist", "does not exist"),
        (
            json!({"trigger": "post-change-password", "script": "more than ten"}),
            413,
            "too_large",
            "the script has 13 bytes; the limit `script_bytes` is 10 bytes",
        ),
    ] {
        house.post("/v1/runner", &token, &body).await.expect_error(status, code, part);
    }
}

#[tokio::test]
async fn blocking_triggers_are_called_and_answer_their_hooks_result() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let path = "/v1/triggers/send-phone-message/call";
    let input = json!({"recipient": "1-000", "text": "123", "context": {"code": "1"}});
    let nothing = house.post(path, &token, &input).await.expect(200);
    assert_eq!(nothing, json!({"hook_id": null, "outcome": "completed", "value": null}));

    let create = "/v1/hooks?name=sms&trigger=send-phone-message";
    let hook = house.upload("POST", create, &token, echoes("send_phone_message")).await.expect(201);
    let called = house.post(path, &token, &input).await.expect(200);
    assert_eq!((&called["hook_id"], &called["outcome"]), (&hook["id"], &json!("completed")));
    assert_eq!(called["value"]["recipient"], "1-000");
    let wrong = house.post("/v1/triggers/post-change-password/call", &token, &input).await;
    wrong.expect_error(400, "wrong_trigger_kind", "POST /v1/events/post-change-password");
}

#[tokio::test]
async fn a_script_takes_the_place_of_a_saved_hooks_code_and_gets_all_else_of_it() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let id = house.hook(&token, "mine", completes()).await;
    house
        .post(&format!("/api/v2/hooks/{id}/secrets"), &token, &json!({"KEY": "own-secret-1", "SEAL": "own-secret-2"}))
        .await
        .expect(201);
    let settings = json!({"limits": {"log_lines": 2}, "sealed_secrets": {"SEAL": {"hosts": ["api.example.com"]}}});
    house.json("PATCH", &format!("/v1/hooks/{id}/settings"), &token, &settings).await.expect(200);
    let script = "module.exports = function (user, context, cb) {
        const secrets = context.webtask.secrets;
        console.log(secrets.KEY, secrets.SEAL); console.log(2); console.log(3); cb();
    };";
    let body = json!({"trigger": "post-change-password", "hook_id": id, "script": script});
    let report = house.post("/v1/runner", &token, &body).await.expect(200);
    if hookbox_javascript::Engine::available() {
        let line = report["logs"][0]["message"].as_str().expect("a line");
        assert!(line.starts_with("[secret KEY] hookbox_sealed_"), "{report}");
        assert_eq!((report["logs"].as_array().map(Vec::len), &report["log_lines_dropped"]), (Some(2), &json!(1)));
    } else {
        assert_eq!(report["error"]["name"], "NoJavaScriptEngine", "{report}");
    }

    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let scopes = vec![hookbox_protocol::Scope::CreateRuns];
    let new = hookbox_store::NewToken { name: "runs".to_owned(), scopes, expires_at: None };
    let runs = house.app.store().tenant(&identity).create_token(new).await.expect("a token").token;
    house.post("/v1/runner", &runs, &body).await.expect_error(403, "insufficient_scope", "update:hooks");
    let mut saved = json!({"trigger": "post-change-password", "hook_id": id});
    house.post("/v1/runner", &runs, &saved).await.expect(200);
    saved["secrets"] = json!({});
    house.post("/v1/runner", &runs, &saved).await.expect(200);
    saved["secrets"] = json!({"BASE_URL": "https://elsewhere.example.com"});
    house.post("/v1/runner", &runs, &saved).await.expect_error(403, "insufficient_scope", "update:hooks");
    house.post("/v1/runner", &token, &saved).await.expect(200);
}
