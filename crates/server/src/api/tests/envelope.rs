//! What every answer has in common: the envelope of errors, the request id, odd paths and bodies.

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::testing::{House, OPERATOR};

#[tokio::test]
async fn what_does_not_exist_is_refused_in_the_envelope() {
    let house = House::new().await;
    house.get("/v1/nothing", "").await.expect_error(404, "not_found", "/v1/nothing");
    house.get("/v1", "").await.expect_error(404, "not_found", "there is no address '/v1'");
    let wrong = house.json("DELETE", "/v1/events", "", &json!({})).await;
    wrong.expect_error(405, "method_not_allowed", "'/v1/events' does not take DELETE");
}

#[tokio::test]
async fn every_answer_carries_a_request_id_and_its_type() {
    let house = House::new().await;
    let mut ids = Vec::new();
    for path in ["/healthz", "/v1/nothing", "/v1/hooks", "/readyz"] {
        let answer = house.get(path, "").await;
        let header = |name: &str| answer.headers[name].to_str().expect("text").to_owned();
        assert_eq!(header("content-type"), "application/json; charset=utf-8", "{path}");
        assert_eq!(header("x-content-type-options"), "nosniff");
        ids.push(header("x-request-id"));
    }
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 4, "{ids:?}");
}

#[tokio::test]
async fn every_endpoint_but_those_of_the_orchestrator_asks_for_a_credential() {
    let house = House::new().await;
    let calls = [
        ("GET", "/v1/events"),
        ("GET", "/v1/events/evt_0000000000001"),
        ("POST", "/v1/events/post-change-password"),
        ("GET", "/v1/tenants"),
        ("POST", "/v1/tenants"),
        ("GET", "/v1/hooks"),
        ("POST", "/v1/hooks?name=a&trigger=post-change-password"),
        ("PUT", "/v1/hooks/x/module"),
        ("GET", "/v1/hooks/x/versions"),
        ("GET", "/v1/hooks/x/versions/1"),
        ("POST", "/v1/hooks/x/versions/1/activate"),
        ("GET", "/v1/hooks/x/settings"),
        ("PATCH", "/v1/hooks/x/settings"),
        ("POST", "/v1/runner"),
        ("GET", "/v1/triggers"),
        ("POST", "/v1/triggers/send-phone-message/call"),
        ("GET", "/api/v2/hooks"),
        ("POST", "/api/v2/hooks"),
        ("GET", "/api/v2/hooks/x"),
        ("PATCH", "/api/v2/hooks/x"),
        ("DELETE", "/api/v2/hooks/x"),
        ("GET", "/api/v2/hooks/x/secrets"),
        ("POST", "/api/v2/hooks/x/secrets"),
        ("PATCH", "/api/v2/hooks/x/secrets"),
        ("DELETE", "/api/v2/hooks/x/secrets"),
        ("GET", "/api/v2/logs"),
        ("GET", "/api/v2/logs/x"),
    ];
    for (method, path) in calls {
        let request = || Request::builder().method(method).uri(path);
        house.send(request(), "", Body::empty()).await.expect_error(401, "invalid_token", "Missing authentication");
        let forged = format!("hbt_0000000000001_{}", "0".repeat(52));
        house.send(request(), &forged, Body::empty()).await.expect_error(401, "invalid_token", "Invalid token");
    }
    for path in ["/healthz", "/readyz", "/metrics"] {
        assert_eq!(house.get(path, "").await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn a_token_without_the_scope_is_refused_by_name() {
    use hookbox_protocol::Scope;
    use hookbox_store::NewToken;

    let house = House::new().await;
    let token = house.tenant("acme").await;
    let identity = house.app.store().authenticate(&token).await.expect("a store").expect("a tenant");
    let new = NewToken { name: "logs".into(), scopes: vec![Scope::ReadLogs], expires_at: None };
    let narrow = house.app.store().tenant(&identity).create_token(new).await.expect("a token").token;
    house.get("/api/v2/logs", &narrow).await.expect(200);
    house.get("/v1/triggers", &narrow).await.expect(200);
    let refused = house.get("/api/v2/hooks", &narrow).await;
    refused.expect_error(403, "insufficient_scope", "Insufficient scope, expected any of: read:hooks");
    let refused = house.post("/api/v2/hooks/x/secrets", &narrow, &json!({})).await;
    refused.expect_error(403, "insufficient_scope", "expected any of: update:hooks,create:hooks");
    house.get("/v1/hooks", OPERATOR).await.expect_error(403, "insufficient_scope", "use a tenant's token");
}

#[tokio::test]
async fn a_panic_in_a_handler_is_a_500_that_says_nothing() {
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn breaks() -> &'static str {
        panic!("the secret reason")
    }

    let house = House::new().await;
    let router = axum::Router::new()
        .route("/breaks", get(breaks))
        .layer(from_fn_with_state(house.app.clone(), crate::api::layer::around));
    let request = Request::get("/breaks").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("an answer");
    assert_eq!(response.status(), 500);
    let id = response.headers()["x-request-id"].to_str().expect("text").to_owned();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("text");
    assert!(text.contains("internal_error") && text.contains(&id) && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_daemon_that_stops_or_cannot_write_is_not_ready() {
    let house = House::new().await;
    house.get("/readyz", "").await.expect(200);
    house.stop.cancel();
    assert_eq!(house.get("/readyz", "").await.expect(503)["reason"], "the daemon is stopping");
    house.get("/healthz", "").await.expect(200);
}

#[tokio::test]
async fn metrics_count_by_route_and_never_by_path_or_tenant() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.hook(&token, "mine", crate::testing::completes()).await;
    house.post("/v1/events/post-change-password", &token, &crate::testing::event("u1")).await.expect(202);
    house.get("/v1/events/evt_0000000000001", &token).await.expect(404);
    house.upload("POST", "/v1/hooks?name=b&trigger=post-change-password", &token, "no".into()).await.expect(422);
    let text = String::from_utf8(house.get("/metrics", "").await.body.to_vec()).expect("text");
    for part in [
        r#"hookbox_http_requests_total{method="GET",route="/v1/events/{id}",status="404"} 1"#,
        r#"hookbox_queue{state="pending"} 1"#,
        r#"hookbox_compile_refusals_total{code="not_wasm"} 1"#,
        "hookbox_commits_total",
        "hookbox_oldest_due_seconds",
        "# EOF",
    ] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
    for part in ["acme", "evt_", "u1"] {
        assert!(!text.contains(part), "{part} is in\n{text}");
    }
}

#[tokio::test]
async fn a_compressed_body_is_refused_by_its_header() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let send = async |path: &str, encoding: &str, body: &'static str| {
        let request =
            Request::post(path).header("content-type", "application/json").header("content-encoding", encoding);
        house.send(request, &token, Body::from(body)).await
    };
    for path in
        ["/v1/events/post-change-password", "/v1/events/post-change-password/batch", "/api/v2/hooks", "/oauth/token"]
    {
        let refused = send(path, "gzip", "x").await;
        refused.expect_error(415, "unsupported_media_type", "the header `Content-Encoding` is 'gzip'");
    }
    let event = r#"{"user":{},"context":{"connection":{}}}"#;
    send("/v1/events/post-change-password", "identity", event).await.expect(202);
}

#[tokio::test]
async fn what_was_sent_is_not_sent_back_at_length() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let body = json!({ "\u{e9}".repeat(50_000): 1 });
    for path in ["/v1/events/post-change-password", "/v1/tokens", "/v1/runner"] {
        let answer = house.post(path, &token, &body).await;
        answer.expect_error(400, "invalid_body", "unknown field `\u{e9}");
        answer.expect_error(400, "invalid_body", "at line 1 column ");
        assert!(answer.body.len() < 2_000, "{path}: {} bytes", answer.body.len());
    }
}

#[tokio::test]
async fn a_query_parameter_that_a_call_does_not_know_is_refused_by_name() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let tenant_calls = [
        ("GET", "/v1/hooks?enabled=true", "'enabled'"),
        ("GET", "/v1/hooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/versions?page=2", "'page'"),
        ("GET", "/v1/hooks/01ARZ3NDEKTSV4RRFFQ69G5FAV/settings?x=1", "'x'"),
        ("GET", "/v1/tokens?name=ci", "'name'"),
        ("GET", "/v1/triggers?name=x", "'name'"),
        ("GET", "/v1/settings?x", "'x'"),
        ("POST", "/v1/runner?x=1", "'x'"),
        ("POST", "/v1/deliveries/replay?state=dead", "'state'"),
    ];
    for (method, path, name) in tenant_calls {
        let refused = house.json(method, path, &token, &json!({})).await;
        refused.expect_error(400, "invalid_query_string", &format!("there is no query parameter {name}"));
    }
    for path in ["/v1/tenants?name=acme", "/v1/tenants/acme?x=1"] {
        house.get(path, OPERATOR).await.expect_error(400, "invalid_query_string", "this call takes none");
    }
}
