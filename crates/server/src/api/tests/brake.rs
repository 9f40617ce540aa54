//! Wrong credentials, again and again.

use std::net::IpAddr;

use axum::body::Body;
use http::Request;
use serde_json::json;

use crate::api::Peer;
use crate::testing::{Answer, House, OPERATOR};

async fn call(house: &House, from: &str, token: &str) -> Answer {
    let address: IpAddr = from.parse().expect("an address");
    let request = Request::get("/v1/hooks").extension(Peer(address)).header("x-forwarded-for", "203.0.113.77");
    house.send(request, token, Body::empty()).await
}

/// Tries wrong tokens until one is not looked at any more; how many were.
async fn until_braked(house: &House, from: &str) -> usize {
    for tried in 0..1_000 {
        let answer = call(house, from, &format!("hbt_0000000000001_{tried}")).await;
        if answer.status == 429 {
            answer.expect_error(429, "too_many_requests", "too many credentials were wrong; wait");
            let seconds: u64 = answer.headers["retry-after"].to_str().expect("digits").parse().expect("a number");
            assert!((1..=60).contains(&seconds), "{seconds}");
            return tried;
        }
        answer.expect_error(401, "invalid_token", "Invalid token");
    }
    panic!("1,000 guesses were let through")
}

#[tokio::test]
async fn guesses_from_one_address_are_braked_and_nobody_else_is_hurt() {
    let house = House::new().await;
    let (token, fresh) = (house.tenant("acme").await, house.tenant("other").await);
    call(&house, "192.0.2.1", &token).await.expect(200);
    assert_eq!(until_braked(&house, "192.0.2.1").await, 20);
    call(&house, "192.0.2.1", &token).await.expect(200);
    assert_eq!(call(&house, "192.0.2.1", &fresh).await.status, 429, "not known here yet: it is not looked at");
    call(&house, "192.0.2.2", &fresh).await.expect(200);
    call(&house, "192.0.2.1", &fresh).await.expect(200);
    call(&house, "192.0.2.3", OPERATOR).await.expect_error(403, "insufficient_scope", "use a tenant's token");
    call(&house, "192.0.2.1", "").await.expect_error(401, "invalid_token", "Missing authentication");
}

#[tokio::test]
async fn guesses_at_a_clients_secret_are_braked_and_its_owner_is_not() {
    let house = House::new().await;
    let tenant = house.tenant_created("acme").await;
    let ask = async |from: &str, secret: &str| {
        let body = json!({"grant_type": "client_credentials", "client_id": tenant.client_id, "client_secret": secret});
        let address: IpAddr = from.parse().expect("an address");
        let request = Request::post("/oauth/token").extension(Peer(address)).header("content-type", "application/json");
        house.send(request, "", Body::from(body.to_string())).await
    };
    for tried in 0..20 {
        assert_eq!(ask("192.0.2.1", &format!("hbs_{tried}")).await.expect(401)["error"], "access_denied");
    }
    let braked = ask("192.0.2.1", &tenant.client_secret).await;
    braked.expect_error(429, "too_many_requests", "too many credentials were wrong");
    ask("192.0.2.2", &tenant.client_secret).await.expect(200);
    ask("192.0.2.1", &tenant.client_secret).await.expect(200);
}
