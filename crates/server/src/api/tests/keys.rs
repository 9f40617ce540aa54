//! New keys while everything runs.

use serde_json::json;
use tempfile::TempDir;

use crate::ServerSettings;
use crate::testing::{House, OPERATOR, completes};

#[tokio::test]
async fn keys_are_rotated_and_every_secret_is_still_there() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &json!({"KEY": "value"})).await.expect(201);
    house.tenant("other").await;
    for _ in 0..2 {
        let rotated = house.post("/v1/keys/rotate", OPERATOR, &json!({})).await.expect(200);
        assert_eq!(rotated, json!({"tenants": 2, "secrets": 1, "master_key": "unchanged"}));
    }
    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let id = hook.parse().expect("an id");
    let secrets = house.app.store().tenant(&identity).secrets(&id).await.expect("readable").expect("a hook");
    assert_eq!(secrets[0].1.expose(), "value");
    house.post("/v1/keys/rotate", &token, &json!({})).await.expect_error(403, "insufficient_scope", "the operator's");
    let refused = house.post("/v1/keys/rotate", OPERATOR, &json!({"key": "x"})).await;
    refused.expect_error(400, "invalid_body", "unknown field `key`");
}

#[tokio::test]
async fn a_master_key_in_a_file_is_replaced_there() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("master.key");
    let settings = ServerSettings { master_key_file: Some(file.clone()), ..ServerSettings::default() };
    let house = House::with(settings).await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), &token, &json!({"KEY": "value"})).await.expect(201);
    let mut before = std::fs::read_to_string(&file).expect("the key");
    for _ in 0..2 {
        let rotated = house.post("/v1/keys/rotate", OPERATOR, &json!({})).await.expect(200);
        assert_eq!(rotated, json!({"tenants": 1, "secrets": 1, "master_key": "replaced"}));
        let after = std::fs::read_to_string(&file).expect("the key");
        assert_eq!(after.lines().count(), 1, "the old one is gone");
        assert_ne!(after, before);
        before = after;
    }
    house.get("/v1/hooks", &token).await.expect(200);
    std::fs::remove_file(&file).expect("removed");
    let refused = house.post("/v1/keys/rotate", OPERATOR, &json!({})).await;
    refused.expect_error(500, "internal_error", "request id");
    assert!(!file.exists(), "no key is made that opens nothing");
}
