//! What an operator does to a tenant, and what the tenant notices.

use serde_json::{Value, json};

use crate::testing::{House, OPERATOR, completes, event};

#[tokio::test]
async fn a_tenant_is_shown_with_its_quotas_and_changed_by_name() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let shown = house.get("/v1/tenants/acme", OPERATOR).await;
    assert_eq!(shown.keys(), ["tenant", "created_at", "hooks", "backlog", "dead", "suspended", "quotas"]);
    let shown = shown.expect(200);
    assert_eq!((&shown["suspended"], &shown["quotas"]["hooks"]), (&json!(false), &json!(100)));
    let patch = async |body: Value| house.json("PATCH", "/v1/tenants/acme", OPERATOR, &body).await;
    let changed = patch(json!({"quotas": {"hooks": 1, "backlog": 2}})).await.expect(200);
    assert_eq!((&changed["quotas"]["hooks"], &changed["quotas"]["backlog"]), (&json!(1), &json!(2)));
    assert_eq!(changed["quotas"]["in_flight"], shown["quotas"]["in_flight"], "what is not named stays");

    house.hook(&token, "one", completes()).await;
    let full = house.upload("POST", "/v1/hooks?name=two&trigger=post-change-password", &token, completes()).await;
    full.expect_error(422, "limit_reached", "there is 1 hook and 1 would be added; the limit `hooks` is 1");
    full.expect_error(422, "limit_reached", "operator");

    let back = patch(json!({"quotas": {"hooks": null}})).await.expect(200);
    assert_eq!((&back["quotas"]["hooks"], &back["quotas"]["backlog"]), (&json!(100), &json!(2)));
    for (body, part) in [
        (json!({"quotas": {"disk": 1}}), "there is no quota 'disk'; the quotas are hooks, backlog"),
        (json!({"quotas": {"in_flight": 0}}), "quota in_flight is 0"),
        (json!({"quotas": {"hooks": -1}}), "invalid value"),
        (json!({"suspended": "yes"}), "expected a boolean"),
        (json!({"name": "other"}), "unknown field `name`"),
    ] {
        patch(body).await.expect_error(400, "invalid_body", part);
    }
    for (method, path) in [
        ("GET", "/v1/tenants/nobody"),
        ("PATCH", "/v1/tenants/nobody"),
        ("DELETE", "/v1/tenants/nobody"),
        ("POST", "/v1/tenants/nobody/tokens"),
    ] {
        let body = if method == "POST" { json!({"name": "x"}) } else { json!({}) };
        house.json(method, path, OPERATOR, &body).await.expect_error(404, "tenant_does_not_exist", "no such tenant");
        house.json(method, path, &token, &body).await.expect_error(403, "insufficient_scope", "the operator's");
    }
}

#[tokio::test]
async fn a_suspended_tenant_is_told_so_whatever_it_asks_for() {
    let house = House::new().await;
    let tenant = house.tenant_created("acme").await;
    let token = &tenant.token;
    let other = house.tenant("other").await;
    let credentials = json!({
        "grant_type": "client_credentials", "client_id": tenant.client_id, "client_secret": tenant.client_secret,
    });
    let access = house.post("/oauth/token", "", &credentials).await.expect(200)["access_token"].clone();
    house.hook(token, "mine", completes()).await;
    let suspend = async |on: bool| {
        let body = json!({ "suspended": on });
        house.json("PATCH", "/v1/tenants/acme", OPERATOR, &body).await.expect(200)
    };
    assert_eq!(suspend(true).await["suspended"], true);
    for token in [token.as_str(), access.as_str().expect("a token")] {
        house.get("/v1/hooks", token).await.expect_error(403, "tenant_suspended", "the tenant 'acme' is suspended");
        house.get("/api/v2/hooks", token).await.expect_error(403, "tenant_suspended", "until the operator resumes it");
        let path = "/v1/events/post-change-password";
        house.post(path, token, &event("u")).await.expect_error(403, "tenant_suspended", "suspended");
        house.post("/v1/runner", token, &json!({})).await.expect_error(403, "tenant_suspended", "suspended");
        house.get("/v1/tenants", token).await.expect_error(403, "tenant_suspended", "suspended");
        house.get("/v1/stats", token).await.expect_error(403, "tenant_suspended", "suspended");
    }
    let refused = house.post("/oauth/token", "", &credentials).await.expect(403);
    let description = "the tenant 'acme' is suspended; its deliveries wait until the operator resumes it";
    assert_eq!(refused, json!({"error": "access_denied", "error_description": description}));
    let mut wrong = credentials.clone();
    wrong["client_secret"] = json!("hbs_wrong");
    assert_eq!(
        house.post("/oauth/token", "", &wrong).await.expect(401)["error"],
        "access_denied",
        "a stranger is not told"
    );
    house.get("/v1/hooks", &other).await.expect(200);
    assert_eq!(house.get("/v1/stats", OPERATOR).await.expect(200)["suspended"], 1);
    suspend(false).await;
    house.get("/v1/hooks", token).await.expect(200);
    house.post("/oauth/token", "", &credentials).await.expect(200);
}

#[tokio::test]
async fn a_tenant_that_lost_its_tokens_gets_a_new_one_from_the_operator() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let listed = house.get("/v1/tokens", &token).await.expect(200);
    for row in listed["tokens"].as_array().expect("a list") {
        let path = format!("/v1/tokens/{}", row["id"].as_str().expect("an id"));
        drop(house.json("DELETE", &path, &token, &json!({})).await);
    }
    house.get("/v1/hooks", &token).await.expect_error(401, "invalid_token", "Invalid token");
    let body = json!({"name": "way back in"});
    let made = house.post("/v1/tenants/acme/tokens", OPERATOR, &body).await.expect(201);
    let again = made["token"].as_str().expect("a token");
    let listed = house.get("/v1/tokens", again).await.expect(200);
    let row = listed["tokens"].as_array().and_then(|rows| rows.last()).cloned().expect("a token");
    assert_eq!((&row["id"], &row["name"], &row["scopes"]), (&made["id"], &json!("way back in"), &made["scopes"]));
    let narrow = json!({"name": "narrow", "scopes": ["read:logs"]});
    let made = house.post("/v1/tenants/acme/tokens", OPERATOR, &narrow).await.expect(201);
    assert_eq!(made["scopes"], json!(["read:logs"]));
}

#[tokio::test]
async fn a_deleted_tenant_is_gone_and_its_name_is_free() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let hook = house.hook(&token, "mine", completes()).await;
    let path = "/v1/events/post-change-password";
    let accepted = house.post(path, &token, &event("u")).await.expect(202);
    assert_eq!(house.json("DELETE", "/v1/tenants/acme", OPERATOR, &json!({})).await.status, 204);
    house.get("/v1/hooks", &token).await.expect_error(401, "invalid_token", "Invalid token");
    house.get("/v1/tenants/acme", OPERATOR).await.expect_error(404, "tenant_does_not_exist", "");
    let again = house.json("DELETE", "/v1/tenants/acme", OPERATOR, &json!({})).await;
    again.expect_error(404, "tenant_does_not_exist", "");
    house.get("/v1/hooks", &other).await.expect(200);

    let new = house.tenant("acme").await;
    assert_eq!(house.get("/v1/hooks", &new).await.expect(200)["hooks"], json!([]));
    house.get(&format!("/api/v2/hooks/{hook}"), &new).await.expect_error(404, "HookDoesNotExist", "");
    let event_id = accepted["event_id"].as_str().expect("an id");
    house.get(&format!("/v1/events/{event_id}"), &new).await.expect_error(404, "event_does_not_exist", "");
    let operators = house.get("/v1/audit", OPERATOR).await.expect(200);
    assert!(
        operators["entries"].as_array().is_some_and(|entries| entries.iter().any(|e| e["action"] == "delete tenant"))
    );
}
