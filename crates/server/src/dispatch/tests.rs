//! Deliveries from the event to the finished attempt, with real guests and a real store.

mod replay;
mod sealed;
mod suspects;
mod tail;

use std::time::Duration;

use futures_util::future::join;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::ServerSettings;
use crate::testing::{House, completes, event, fails, hangs, prints_input, returns, waits};

/// The first script of a process waits for the JavaScript engine, which an unoptimised build compiles for many seconds.
const PATIENCE: Duration = Duration::from_secs(180);

const EVENTS: &str = "/v1/events/post-change-password";

/// Runs the dispatcher while `during` runs, then stops it and waits until it has.
async fn dispatching<T>(house: &House, during: impl Future<Output = T>) -> T {
    let stop = CancellationToken::new();
    let dispatcher = super::run(house.app.clone(), stop.clone());
    let (result, ()) = join(
        async {
            let result = during.await;
            stop.cancel();
            result
        },
        dispatcher,
    )
    .await;
    result
}

/// The event's first delivery, as soon as `done` holds for it.
async fn delivery_when(house: &House, token: &str, event: &Value, done: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/v1/events/{}", event["event_id"].as_str().expect("an id"));
    let poll = async {
        loop {
            let delivery = house.get(&path, token).await.expect(200)["deliveries"][0].clone();
            if done(&delivery) {
                return delivery;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, poll).await.expect("the delivery gets there in time")
}

/// Waits until a hook runs: a delivery that is leased may still wait for its slot.
async fn until_running(house: &House) {
    let poll = async {
        while !String::from_utf8_lossy(&house.get("/metrics", "").await.body).contains("hookbox_running 1") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), poll).await.expect("the hook runs in time");
}

fn has_attempt(delivery: &Value) -> bool {
    delivery["attempts"].as_array().is_some_and(|attempts| !attempts.is_empty())
}

#[tokio::test]
async fn an_event_becomes_a_finished_delivery() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", prints_input()).await;
    let secrets = json!({"SENDGRID_API_KEY": "SG.secret-key"});
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &secrets).await.expect(201);
    let mut body = event("u1");
    body["initiated_by"] = json!("admin");
    let accepted = house.post(EVENTS, &token, &body).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;

    assert_eq!((&delivery["state"], &delivery["next_attempt_at"]), (&json!("succeeded"), &Value::Null));
    let attempt = &delivery["attempts"][0];
    assert_eq!(
        (&attempt["number"], &attempt["version"], &attempt["outcome"]),
        (&json!(1), &json!(1), &json!("completed"))
    );
    assert!(attempt["fuel_used"].as_u64().is_some_and(|fuel| fuel > 0), "{attempt}");
    let printed: Value = serde_json::from_str(attempt["logs"][0]["message"].as_str().expect("a line")).expect("JSON");
    assert_eq!(printed["user"], event("u1")["user"]);
    assert_eq!(printed["context"]["connection"], event("u1")["context"]["connection"]);
    let webtask = json!({
        "secrets": {"SENDGRID_API_KEY": "[secret SENDGRID_API_KEY]"},
        "event": {"id": accepted["event_id"], "attempt": 1, "initiated_by": "admin"},
    });
    assert_eq!(printed["context"]["webtask"], webtask);
    assert_eq!(house.get("/v1/hooks", &token).await.expect(200)["hooks"][0]["last_outcomes"], json!(["completed"]));
    assert_eq!(house.get("/api/v2/logs", &token).await.expect(200), json!([]), "a success makes no entry");
}

#[tokio::test]
async fn a_failed_attempt_is_logged_and_tried_again_later() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", fails("mail for SG.secret-key refused")).await;
    let secrets = json!({"KEY": "SG.secret-key"});
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &secrets).await.expect(201);
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;

    assert_eq!(delivery["state"], "pending");
    assert!(delivery["next_attempt_at"].is_string() && delivery["waiting_for"].is_string(), "{delivery}");
    let error = &delivery["attempts"][0]["error"];
    assert_eq!(*error, json!({"message": "mail for [secret KEY] refused", "name": "Error", "stack": "at notify"}));
    let logs = house.get("/api/v2/logs?q=type:fcph", &token).await.expect(200);
    let entry = &logs[0];
    for (key, value) in [
        ("type", "fcph"),
        ("description", "mail for [secret KEY] refused"),
        ("user_id", "u1"),
        ("user_name", "ada"),
        ("connection", "users"),
        ("connection_id", "con_1"),
        ("hook_id", &hook),
    ] {
        assert_eq!(entry[key], value, "{key}: {entry}");
    }
    assert_eq!((&entry["details"]["attempt"], &entry["details"]["event_id"]), (&json!(1), &accepted["event_id"]));
    assert!(!logs.to_string().contains("secret-key"), "{logs}");
}

#[tokio::test]
async fn the_log_names_a_user_beside_what_no_value_can_hold() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", fails("no mail")).await;
    let body = r#"{"user": {"id": "u1", "n": 1e999, "\udfff": 1, "username": "ada\ud83d"},
                   "context": {"connection": {"id": "con_1", "name": "users", "n": 1e999}}}"#;
    let request = http::Request::post(EVENTS).header("content-type", "application/json");
    let accepted = house.send(request, &token, body.into()).await.expect(202);
    let logged = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tick.tick().await;
            let logs = house.get("/api/v2/logs?q=type:fcph", &token).await.expect(200);
            if logs[0].is_object() {
                return logs[0].clone();
            }
        }
    };
    let logged = tokio::time::timeout(PATIENCE, logged);
    let entry = dispatching(&house, logged).await.expect("an entry in time");
    let named = ["user_id", "user_name", "connection", "connection_id"].map(|key| entry[key].as_str());
    assert_eq!(named, [Some("u1"), Some("ada\u{fffd}"), Some("users"), Some("con_1")], "{entry}");
    let found = house.get("/v1/events?user=u1", &token).await;
    let found = String::from_utf8(found.body.to_vec()).expect("text");
    assert!(accepted["event_id"].as_str().is_some_and(|id| found.contains(id)), "{found}");
}

#[tokio::test]
async fn a_hook_that_forbids_another_attempt_leaves_a_dead_delivery_with_the_reason() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", returns(&json!({"error": {"message": "no such user", "retryable": false}}))).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    assert_eq!((&delivery["state"], &delivery["next_attempt_at"]), (&json!("dead"), &Value::Null));
    assert!(delivery["waiting_for"].as_str().is_some_and(|reason| reason.contains("retryable: false")), "{delivery}");
}

#[tokio::test]
async fn a_hook_that_hangs_is_stopped_at_its_limit() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", hangs()).await;
    let limits = json!({"limits": {"wall_ms": 50}});
    house.json("PATCH", &format!("/v1/hooks/{hook}/settings"), &token, &limits).await.expect(200);
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    assert_eq!(delivery["attempts"][0]["outcome"], "timed_out");
}

/// What a build without the engine says of a script; `None` where there is one.
fn lacks_engine(delivery: &Value) -> bool {
    let message = delivery["attempts"][0]["error"]["message"].as_str().unwrap_or_default();
    let lacks = !hookbox_javascript::Engine::available();
    assert_eq!(lacks, message.contains("no JavaScript engine"), "{delivery}");
    lacks
}

#[tokio::test]
async fn a_script_runs_as_a_module_does() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let source =
        "module.exports = function (user, context, cb) { console.log(user.id, context.webtask.secrets.KEY); cb(); };";
    let script = json!({"name": "js", "script": source, "triggerId": "post-change-password"});
    let hook = house.post("/api/v2/hooks", &token, &script).await.expect(201)["id"].as_str().expect("an id").to_owned();
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &json!({"KEY": "a-secret-value"})).await.expect(201);
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    if lacks_engine(&delivery) {
        return;
    }
    assert_eq!(delivery["state"], "succeeded", "{delivery}");
    let line = delivery["attempts"][0]["logs"][0]["message"].as_str().expect("a line");
    assert!(line.contains("[secret KEY]"), "{line}");
}

#[tokio::test]
async fn an_error_of_a_script_shows_its_line_with_a_caret() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let source = "module.exports = function (user, context, cb) {\n  cb(new Error('no ' + user.missing.name));\n};";
    let script = json!({"name": "js", "script": source, "triggerId": "post-change-password"});
    house.post("/api/v2/hooks", &token, &script).await.expect(201);
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    let delivery = dispatching(&house, delivery_when(&house, &token, &accepted, has_attempt)).await;
    if lacks_engine(&delivery) {
        return;
    }
    let error = &delivery["attempts"][0]["error"];
    let stack = error["stack"].as_str().expect("a stack");
    assert_eq!(error["name"], "TypeError", "{error}");
    assert!(stack.contains("hook.js:2:") && stack.contains("cb(new Error('no ' + user.missing.name));"), "{stack}");
    assert!(stack.lines().any(|line| line.trim() == "^"), "{stack}");
}

#[tokio::test]
async fn a_script_that_does_not_compile_is_stored_with_a_warning_in_the_log() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let script = json!({"name": "js", "script": "module.exports = function ( {", "triggerId": "post-change-password"});
    house.post("/api/v2/hooks", &token, &script).await.expect(201);
    house.app.background().close();
    house.app.background().wait().await;
    let warning = &house.get("/api/v2/logs", &token).await.expect(200)[0];
    let words = warning["description"].as_str().expect("a description");
    assert!(warning["type"] == "w" && words.starts_with("hook 'js': "), "{warning}");
}

#[tokio::test]
async fn a_stop_gives_back_what_runs_longer_than_the_drain_time_and_what_waits() {
    let settings = ServerSettings {
        runs_at_once: 1,
        drain: Duration::from_millis(50),
        guest_threads: Some(1),
        ..ServerSettings::default()
    };
    let house = House::with(settings).await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", hangs()).await;
    let mut accepted = Vec::new();
    for user in ["u1", "u2", "u3"] {
        accepted.push(house.post(EVENTS, &token, &event(user)).await.expect(202));
    }
    dispatching(&house, until_running(&house)).await;
    for event in &accepted {
        let delivery = delivery_when(&house, &token, event, |_| true).await;
        assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("pending"), &json!([])), "{delivery}");
    }
    assert_eq!(house.app.store().backlog().leased, 0);
}

#[tokio::test]
async fn many_events_of_many_tenants_are_all_delivered_once() {
    let house = House::new().await;
    let mut expected = Vec::new();
    for name in ["one", "two", "three"] {
        let token = house.tenant(name).await;
        house.hook(&token, "mine", completes()).await;
        for index in 0..40 {
            let accepted = house.post(EVENTS, &token, &event(&format!("u{index}"))).await.expect(202);
            expected.push((token.clone(), accepted));
        }
    }
    dispatching(&house, async {
        for (token, accepted) in &expected {
            let delivery = delivery_when(&house, token, accepted, |delivery| delivery["state"] == "succeeded").await;
            assert_eq!(delivery["attempts"].as_array().map(Vec::len), Some(1), "{delivery}");
        }
    })
    .await;
    assert_eq!(house.app.store().backlog().total(), 0);
}

#[tokio::test]
async fn a_stop_lets_a_run_end_within_the_drain_time() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", waits(200)).await;
    let accepted = house.post(EVENTS, &token, &event("u1")).await.expect(202);
    dispatching(&house, until_running(&house)).await;
    let delivery = delivery_when(&house, &token, &accepted, |_| true).await;
    assert_eq!(
        (&delivery["state"], &delivery["attempts"][0]["number"]),
        (&json!("succeeded"), &json!(1)),
        "{delivery}"
    );
}
