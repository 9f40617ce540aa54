//! Tenants, and who may make them.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::testing::{House, OPERATOR};

#[tokio::test]
async fn the_operator_makes_tenants_and_lists_them() {
    let house = House::new().await;
    let created = house.post("/v1/tenants", OPERATOR, &json!({"name": "acme"})).await;
    assert_eq!(created.expect(201)["tenant"], "acme");
    assert_eq!(created.keys(), ["tenant", "client_id", "client_secret", "token"]);
    let listed = house.get("/v1/tenants", OPERATOR).await.expect(200);
    assert_eq!(listed["tenants"][0]["tenant"], "acme");
    let taken = house.post("/v1/tenants", OPERATOR, &json!({"name": "acme"})).await;
    taken.expect_error(409, "conflict", "already a tenant named 'acme'");
    for (body, part) in [
        (json!({"name": "Acme"}), "lower-case letters"),
        (json!({"nam": "acme"}), "unknown field `nam`"),
        (json!({}), "missing field `name`"),
        (json!(["acme"]), "must be a JSON object, and is an array"),
        (json!("acme"), "must be a JSON object, and is something else"),
    ] {
        house.post("/v1/tenants", OPERATOR, &body).await.expect_error(400, "invalid_body", part);
    }
}

#[tokio::test]
async fn a_tenant_is_no_operator() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let refused = house.post("/v1/tenants", &token, &json!({"name": "other"})).await;
    refused.expect_error(403, "insufficient_scope", "the operator's");
    house.get("/v1/tenants", &token).await.expect_error(403, "insufficient_scope", "the operator's");
    house.get("/v1/tenants", "hbo_operato").await.expect_error(401, "invalid_token", "Invalid token");
}

#[tokio::test]
async fn a_client_gets_a_token_for_its_credentials() {
    let house = House::new().await;
    let tenant = house.tenant_created("acme").await;
    let (id, secret) = (&tenant.client_id, &tenant.client_secret);
    let body = json!({
        "grant_type": "client_credentials",
        "client_id": id,
        "client_secret": secret,
        "audience": "https://localhost/api/v2/",
    });
    let json_answer = house.post("/oauth/token", "", &body).await;
    assert_eq!(json_answer.keys(), ["access_token", "token_type", "expires_in", "scope"]);
    assert_eq!(json_answer.headers["cache-control"], "no-store");
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&audience=x");
    let request = Request::post("/oauth/token").header("content-type", "application/x-www-form-urlencoded");
    let form_answer = house.send(request, "", Body::from(form)).await;
    for answer in [json_answer, form_answer] {
        let token = answer.expect(200)["access_token"].as_str().expect("a token").to_owned();
        house.get("/api/v2/hooks", &token).await.expect(200);
    }

    let mut wrong = body.clone();
    wrong["client_secret"] = json!("hbs_wrong");
    assert_eq!(house.post("/oauth/token", "", &wrong).await.expect(401)["error"], "access_denied");
    for (key, value, status, error) in [
        ("grant_type", json!("password"), 403, "unsupported_grant_type"),
        ("grant_type", json!(null), 400, "invalid_request"),
        ("client_id", json!(null), 400, "invalid_request"),
        ("client_id", json!(7), 400, "invalid_request"),
    ] {
        let mut refused = body.clone();
        refused[key] = value;
        assert_eq!(house.post("/oauth/token", "", &refused).await.expect(status)["error"], error);
    }
}
