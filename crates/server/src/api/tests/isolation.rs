//! A foreign id is the same 404 as an unknown one, for every operation that takes an id.

use serde_json::{Value, json};

use crate::testing::{House, completes, event};

#[tokio::test]
async fn nothing_of_one_tenant_is_there_for_another() {
    let house = House::new().await;
    let (owner, other) = (house.tenant("owner").await, house.tenant("other").await);
    let hook = house.hook(&owner, "mine", completes()).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &owner, &json!({"KEY": "value"})).await.expect(201);
    let path = "/v1/events/post-change-password";
    let accepted = house.post(path, &owner, &event("u1")).await.expect(202);
    let event_id = accepted["event_id"].as_str().expect("an id");

    let before = everything(&house, &owner, &hook, event_id).await;
    let null = Value::Null;
    let calls = [
        ("GET", format!("/v1/hooks/{hook}/versions"), null.clone()),
        ("POST", format!("/v1/hooks/{hook}/versions"), json!({"script": "theirs"})),
        ("GET", format!("/v1/hooks/{hook}/versions/1"), null.clone()),
        ("POST", format!("/v1/hooks/{hook}/versions/1/activate"), null.clone()),
        ("GET", format!("/v1/hooks/{hook}/settings"), null.clone()),
        ("PATCH", format!("/v1/hooks/{hook}/settings"), json!({"retry": "none"})),
        ("GET", format!("/api/v2/hooks/{hook}"), null.clone()),
        ("PATCH", format!("/api/v2/hooks/{hook}"), json!({"enabled": false})),
        ("DELETE", format!("/api/v2/hooks/{hook}"), null.clone()),
        ("GET", format!("/api/v2/hooks/{hook}/secrets"), null.clone()),
        ("POST", format!("/api/v2/hooks/{hook}/secrets"), json!({"NEW": "x"})),
        ("PATCH", format!("/api/v2/hooks/{hook}/secrets"), json!({"KEY": "x"})),
        ("DELETE", format!("/api/v2/hooks/{hook}/secrets"), json!(["KEY"])),
        ("POST", "/v1/runner".to_owned(), json!({"trigger": "post-change-password", "hook_id": hook})),
    ];
    for (method, path, body) in calls {
        let foreign = house.json(method, &path, &other, &body).await;
        foreign.expect_error(404, "HookDoesNotExist", "Error: Hook does not exist");
        // A hook that exists nowhere is answered in the same way.
        let unknown = path.replace(&hook, "01ARZ3NDEKTSV4RRFFQ69G5FAV");
        let body = serde_json::from_str(&body.to_string().replace(&hook, "01ARZ3NDEKTSV4RRFFQ69G5FAV")).expect("JSON");
        assert_eq!(house.json(method, &unknown, &other, &body).await.body, foreign.body, "{method} {path}");
    }
    let module = house.upload("PUT", &format!("/v1/hooks/{hook}/module"), &other, completes()).await;
    module.expect_error(404, "HookDoesNotExist", "");
    let shown = house.get(&format!("/v1/events/{event_id}"), &other).await;
    shown.expect_error(404, "event_does_not_exist", event_id);

    for (path, key) in [("/v1/hooks", "hooks"), ("/v1/events", "events")] {
        assert_eq!(house.get(path, &other).await.expect(200)[key], json!([]), "{path}");
    }
    for path in ["/api/v2/hooks", "/api/v2/logs"] {
        assert_eq!(house.get(path, &other).await.expect(200), json!([]), "{path}");
    }
    assert_eq!(house.get(&format!("/v1/events?hook_id={hook}"), &other).await.expect(200)["events"], json!([]));
    assert_eq!(everything(&house, &owner, &hook, event_id).await, before, "nothing was changed");
}

async fn everything(house: &House, token: &str, hook: &str, event: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for path in [
        format!("/api/v2/hooks/{hook}"),
        format!("/api/v2/hooks/{hook}/secrets"),
        format!("/v1/hooks/{hook}/settings"),
        format!("/v1/hooks/{hook}/versions"),
        format!("/v1/events/{event}"),
    ] {
        all.push(house.get(&path, token).await.expect(200));
    }
    all
}

#[tokio::test]
async fn the_same_idempotency_key_of_two_tenants_is_two_keys() {
    use axum::body::Body;
    use http::Request;

    let house = House::new().await;
    let mut ids = Vec::new();
    for name in ["one", "two"] {
        let token = house.tenant(name).await;
        let request = Request::post("/v1/events/post-change-password").header("idempotency-key", "k");
        let accepted = house.send(request, &token, Body::from(event("u").to_string())).await.expect(202);
        assert_eq!(accepted["duplicate"], false);
        ids.push(accepted["event_id"].clone());
    }
    assert_ne!(ids[0], ids[1]);
}
