//! Figures of a tenant, and of all tenants for the operator.

use serde_json::json;

use crate::testing::{House, OPERATOR, completes, event};

#[tokio::test]
async fn a_tenant_sees_its_own_figures() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    house.hook(&token, "mine", completes()).await;
    house.post("/v1/events/post-change-password", &token, &event("u1")).await.expect(202);
    let stats = house.get("/v1/stats", &token).await;
    let keys = ["since", "until", "bucket_ms", "backlog", "dead", "outcomes", "buckets", "wall_ms", "hooks", "sampled"];
    assert_eq!(stats.keys(), keys);
    let stats = stats.expect(200);
    assert_eq!((&stats["backlog"]["pending"], &stats["dead"]), (&json!(1), &json!(0)));
    assert_eq!(stats["buckets"].as_array().map(Vec::len), Some(48));
    assert_eq!(stats["bucket_ms"], 24 * 3_600_000 / 48);
    let foreign = house.get("/v1/stats?buckets=1", &other).await.expect(200);
    assert_eq!((&foreign["backlog"]["pending"], &foreign["outcomes"]), (&json!(0), &json!({})));
    assert_eq!(foreign["buckets"].as_array().map(Vec::len), Some(1));
    for (query, part) in [
        ("buckets=0", "between 1 and 200"),
        ("buckets=201", "between 1 and 200"),
        ("since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "48 ms apart"),
        ("since=2026-01-01T00:00:00Z&until=2026-01-01T00:00:00.001Z&buckets=2", "2 ms apart"),
        ("since=x", "`since` cannot be read"),
        ("hook=x", "no query parameter 'hook'"),
    ] {
        house.get(&format!("/v1/stats?{query}"), &token).await.expect_error(400, "invalid_query_string", part);
    }
}

#[tokio::test]
async fn the_operator_sees_who_is_busy() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    house.tenant("idle").await;
    house.hook(&token, "mine", completes()).await;
    house.post("/v1/events/post-change-password", &token, &event("u1")).await.expect(202);
    let stats = house.get("/v1/stats", OPERATOR).await.expect(200);
    assert_eq!((&stats["tenants"], &stats["suspended"]), (&json!(2), &json!(0)));
    assert_eq!(stats["busiest"][0]["tenant"], "acme");
    assert_eq!(stats["database"]["engine"], "sqlite");
    house.get("/v1/stats?buckets=3", OPERATOR).await.expect_error(400, "invalid_query_string", "this call takes none");
}
