//! How fast a token may call `/api/v2`, and what it is told.

use http::HeaderMap;
use serde_json::json;

use crate::testing::House;
use crate::{CallRate, ServerSettings};

async fn slow_house() -> House {
    let management_rate = CallRate { per_minute: 1, burst: 2 };
    House::with(ServerSettings { management_rate, guest_threads: Some(1), ..ServerSettings::default() }).await
}

fn remaining(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-ratelimit-remaining").map(|value| value.to_str().expect("digits"))
}

#[tokio::test]
async fn calls_of_the_management_api_are_counted_whatever_they_are_answered() {
    let house = slow_house().await;
    let token = house.tenant("acme").await;
    let found = house.get("/api/v2/hooks", &token).await;
    assert_eq!((found.status, remaining(&found.headers)), (200, Some("1")));
    assert_eq!(found.headers["x-ratelimit-limit"], "2");
    let refused = house.get("/api/v2/hooks?sort=x", &token).await;
    assert_eq!((refused.status, remaining(&refused.headers)), (400, Some("0")));
    let too_many = house.post("/api/v2/hooks", &token, &json!({})).await;
    too_many.expect_error(429, "too_many_requests", "Global limit has been reached");
    assert_eq!(remaining(&too_many.headers), Some("0"));
    let seconds: u64 = too_many.headers["retry-after"].to_str().expect("digits").parse().expect("a number");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn one_tenant_does_not_use_up_the_calls_of_another_nor_those_of_the_native_api() {
    let house = slow_house().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    for status in [200, 200, 429] {
        assert_eq!(house.get("/api/v2/hooks", &token).await.status, status);
    }
    assert_eq!(remaining(&house.get("/api/v2/hooks", &other).await.headers), Some("1"));
    let native = house.get("/v1/hooks", &token).await;
    assert_eq!((native.status, remaining(&native.headers)), (200, None));
    let nobody = house.get("/api/v2/hooks", "nonsense").await;
    assert_eq!((nobody.status, remaining(&nobody.headers)), (401, None));
}
