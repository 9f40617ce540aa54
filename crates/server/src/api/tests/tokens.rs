//! A tenant's own credentials: made, listed, limited, revoked.

use std::time::Duration;

use hookbox_protocol::Scope;
use serde_json::{Value, json};

use crate::testing::{House, completes};

fn scopes() -> Vec<&'static str> {
    Scope::ALL.iter().map(|scope| scope.name()).collect()
}

#[tokio::test]
async fn a_token_is_made_shown_once_listed_and_revoked() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let made = house.post("/v1/tokens", &token, &json!({"name": "ci", "scopes": ["read:hooks"]})).await;
    assert_eq!(made.keys(), ["id", "token", "name", "scopes", "created_at", "expires_at"]);
    let made = made.expect(201);
    assert_eq!((&made["scopes"], &made["expires_at"]), (&json!(["read:hooks"]), &Value::Null));
    let narrow = made["token"].as_str().expect("a token");
    house.get("/api/v2/hooks", narrow).await.expect(200);
    house.get("/api/v2/logs", narrow).await.expect_error(403, "insufficient_scope", "read:logs");

    let listed = house.get("/v1/tokens", &token).await.expect(200);
    let rows = listed["tokens"].as_array().expect("a list");
    let row = |name: &str| rows.iter().find(|row| row["name"] == name).unwrap_or_else(|| panic!("{name}: {listed}"));
    assert_eq!(rows.len(), 3, "the first client, the first token, and this one");
    assert_eq!((&row("first client")["kind"], &row("first token")["kind"]), (&json!("client"), &json!("token")));
    assert_eq!(row("first token")["scopes"], json!(scopes()));
    assert_eq!((&row("first token")["current"], &row("ci")["current"]), (&json!(true), &json!(false)));
    assert_eq!((&row("ci")["id"], &row("ci")["created_at"].is_string()), (&made["id"], &true));
    let keys: Vec<&String> = row("ci").as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "name", "kind", "scopes", "created_at", "expires_at", "last_used_at", "current"]);
    assert!(!listed.to_string().contains(narrow), "no list shows a token");

    let path = format!("/v1/tokens/{}", made["id"].as_str().expect("an id"));
    assert_eq!(house.json("DELETE", &path, &token, &json!({})).await.status, 204);
    house.get("/api/v2/hooks", narrow).await.expect_error(401, "invalid_token", "Invalid token");
    house.json("DELETE", &path, &token, &json!({})).await.expect_error(404, "token_does_not_exist", "no such token");
}

#[tokio::test]
async fn a_token_cannot_make_one_that_may_do_more() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let asked = json!({"name": "maker", "scopes": ["create:tokens", "read:hooks"]});
    let maker = house.post("/v1/tokens", &token, &asked).await.expect(201);
    let maker = maker["token"].as_str().expect("a token");
    let wider = json!({"name": "x", "scopes": ["read:hooks", "update:hooks"]});
    let refused = house.post("/v1/tokens", maker, &wider).await;
    refused.expect_error(403, "insufficient_scope", "the scope update:hooks, which the caller's token lacks");
    let same = house.post("/v1/tokens", maker, &json!({"name": "same"})).await.expect(201);
    assert_eq!(same["scopes"], json!(["create:tokens", "read:hooks"]), "the caller's, where none are named");
    house.get("/v1/tokens", maker).await.expect_error(403, "insufficient_scope", "read:tokens");
    house.json("DELETE", "/v1/tokens/x", maker, &json!({})).await.expect_error(
        403,
        "insufficient_scope",
        "delete:tokens",
    );
}

#[tokio::test]
async fn a_token_cannot_make_one_that_outlives_it() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let made = house.post("/v1/tokens", &token, &json!({"name": "hour", "expires_in_s": 3_600})).await.expect(201);
    let hour = made["token"].as_str().expect("a token");
    let child = house.post("/v1/tokens", hour, &json!({"name": "child"})).await.expect(201);
    assert_eq!(child["expires_at"], made["expires_at"]);
    let longer = house.post("/v1/tokens", hour, &json!({"name": "longer", "expires_in_s": 7_200})).await;
    longer.expect_error(403, "insufficient_scope", "the caller's token ends at");
    let shorter = house.post("/v1/tokens", hour, &json!({"name": "shorter", "expires_in_s": 60})).await.expect(201);
    assert!(shorter["expires_at"].as_str() < made["expires_at"].as_str(), "{shorter}");
}

#[tokio::test]
async fn an_access_token_makes_none_that_outlives_it() {
    let house = House::new().await;
    let tenant = house.tenant_created("acme").await;
    let body = json!({
        "grant_type": "client_credentials", "client_id": tenant.client_id, "client_secret": tenant.client_secret,
    });
    let access = house.post("/oauth/token", "", &body).await.expect(200)["access_token"].clone();
    let access = access.as_str().expect("a token");
    let child = house.post("/v1/tokens", access, &json!({"name": "child"})).await.expect(201);
    let child_token = child["token"].as_str().expect("a token");
    let longer = house.post("/v1/tokens", access, &json!({"name": "longer", "expires_in_s": 86_500})).await;
    longer.expect_error(403, "insufficient_scope", "the caller's token ends at");
    house.get("/v1/hooks", child_token).await.expect(200);
    house.app.store().clock().advance(Duration::from_secs(24 * 60 * 60));
    for ended in [access, child_token] {
        house.get("/v1/hooks", ended).await.expect_error(401, "invalid_token", "Invalid token");
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let made = house.post("/v1/tokens", &token, &json!({"name": "short", "expires_in_s": 60})).await.expect(201);
    let short = made["token"].as_str().expect("a token");
    assert!(made["expires_at"].as_str() > made["created_at"].as_str(), "{made}");
    house.get("/v1/hooks", short).await.expect(200);
    house.app.store().clock().advance(Duration::from_secs(61));
    house.get("/v1/hooks", short).await.expect_error(401, "invalid_token", "Invalid token");
    house.get("/v1/hooks", &token).await.expect(200);
}

#[tokio::test]
async fn the_list_says_when_a_token_was_last_used() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let made = house.post("/v1/tokens", &token, &json!({"name": "ci"})).await.expect(201);
    let used = async |house: &House| {
        let listed = house.get("/v1/tokens", &token).await.expect(200);
        let row = listed["tokens"].as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "ci").cloned());
        row.expect("the token")["last_used_at"].clone()
    };
    assert_eq!(used(&house).await, Value::Null);
    house.get("/v1/hooks", made["token"].as_str().expect("a token")).await.expect(200);
    // Nobody waits for that write.
    let written = async { while used(&house).await.is_null() {} };
    tokio::time::timeout(Duration::from_secs(10), written).await.expect("it is written in time");
}

#[tokio::test]
async fn tokens_that_cannot_be_are_refused_in_words() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for (body, part) in [
        (json!({}), "missing field `name`"),
        (json!({"name": ""}), "`name` has 0 characters"),
        (json!({"name": "x".repeat(101)}), "`name` has 101 characters"),
        (json!({"name": "a\nb"}), "no control characters"),
        (json!({"name": "x", "scopes": []}), "`scopes` is empty"),
        (json!({"name": "x", "scopes": ["root"]}), "there is no scope 'root'"),
        (json!({"name": "x", "scopes": "read:hooks"}), "expected a sequence"),
        (json!({"name": "x", "expires_in_s": 0}), "must be between 1 and"),
        (json!({"name": "x", "expires_in_s": u64::MAX}), "must be between 1 and"),
        (json!({"name": "x", "tenant": "other"}), "unknown field `tenant`"),
    ] {
        house.post("/v1/tokens", &token, &body).await.expect_error(400, "invalid_body", part);
    }
}

#[tokio::test]
async fn a_revoked_client_takes_its_access_tokens_along() {
    let house = House::new().await;
    let tenant = house.tenant_created("acme").await;
    let body = json!({
        "grant_type": "client_credentials", "client_id": tenant.client_id, "client_secret": tenant.client_secret,
    });
    let access = house.post("/oauth/token", "", &body).await.expect(200)["access_token"].clone();
    let access = access.as_str().expect("a token");
    house.hook(access, "mine", completes()).await;
    let id = tenant.client_id.strip_prefix("hbc_").expect("a client");
    assert_eq!(house.json("DELETE", &format!("/v1/tokens/{id}"), &tenant.token, &json!({})).await.status, 204);
    house.get("/v1/hooks", access).await.expect_error(401, "invalid_token", "Invalid token");
    assert_eq!(house.post("/oauth/token", "", &body).await.expect(401)["error"], "access_denied");
}
