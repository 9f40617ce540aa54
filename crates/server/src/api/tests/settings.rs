//! Settings of a hook and their bounds.

use futures_util::future::join_all;
use serde_json::json;

use crate::testing::{House, completes};

#[tokio::test]
async fn settings_are_changed_by_name_and_fall_back_to_their_defaults() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let shown = house.get(&path, &token).await;
    assert_eq!(shown.keys(), ["limits", "ceilings", "allowed_hosts", "retry", "sealed_secrets", "order"]);
    let defaults = shown.expect(200);
    assert_eq!((&defaults["limits"]["wall_ms"], &defaults["retry"]), (&json!(20_000), &json!("safe")));

    let change = json!({
        "limits": {"wall_ms": 500, "fuel": 7},
        "allowed_hosts": ["api.example.com", "*.example.org"],
        "retry": "always",
    });
    let changed = house.json("PATCH", &path, &token, &change).await.expect(200);
    assert_eq!(changed, house.get(&path, &token).await.expect(200));
    assert_eq!((&changed["limits"]["wall_ms"], &changed["limits"]["fuel"]), (&json!(500), &json!(7)));
    assert_eq!(changed["allowed_hosts"], change["allowed_hosts"]);

    let back = json!({"limits": {"wall_ms": null, "fuel": 1_000_000_000}, "allowed_hosts": null, "retry": "safe"});
    assert_eq!(house.json("PATCH", &path, &token, &back).await.expect(200), defaults);
    assert_eq!(house.json("PATCH", &path, &token, &json!({})).await.expect(200), defaults, "nothing said");
}

#[tokio::test]
async fn changes_at_the_same_time_lose_nothing() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let seal = |name: &str| json!({"sealed_secrets": {name: {"hosts": ["api.example.com"]}}});
    let changes = [seal("ONE"), seal("TWO"), json!({"limits": {"fuel": 7}}), json!({"retry": "none"})];
    for changed in join_all(changes.iter().map(|change| house.json("PATCH", &path, &token, change))).await {
        changed.expect(200);
    }
    let settings = house.get(&path, &token).await.expect(200);
    let sealed = json!({"ONE": {"hosts": ["api.example.com"]}, "TWO": {"hosts": ["api.example.com"]}});
    assert_eq!((&settings["sealed_secrets"], &settings["limits"]["fuel"]), (&sealed, &json!(7)));
    assert_eq!(settings["retry"], "none");
}

#[tokio::test]
async fn settings_out_of_bounds_are_refused_and_change_nothing() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let before = house.get(&path, &token).await.expect(200);
    for (change, part) in [
        (json!({"limits": {"wall_ms": 60_001}}), "limit wall_ms is 60001 ms; it must be between 1 and 60000"),
        (json!({"limits": {"wall_ms": 0}}), "between 1 and 60000"),
        (json!({"limits": {"wall_ms": -1}}), "must be a whole number"),
        (json!({"limits": {"gas": 1}}), "there is no limit 'gas'"),
        (json!({"limits": {"gas": null}}), "limit gas is null"),
        (json!({"limits": {"fuel": 7, "gas": 1}}), "gas"),
        (json!({"allowed_hosts": ["a b"]}), "`allowed_hosts`"),
        (json!({"retry": "sometimes"}), "unknown variant `sometimes`"),
        (json!({"retries": 1}), "unknown field `retries`"),
    ] {
        house.json("PATCH", &path, &token, &change).await.expect_error(400, "invalid_body", part);
    }
    assert_eq!(house.get(&path, &token).await.expect(200), before);
}

#[tokio::test]
async fn secrets_are_sealed_and_unsealed_by_name() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let path = format!("/v1/hooks/{}/settings", house.hook(&token, "mine", completes()).await);
    let change = |sealed| json!({ "sealed_secrets": sealed });
    let (one, two) = (json!({"hosts": ["api.example.com"]}), json!({"hosts": ["*.example.org", "203.0.113.9"]}));
    for (sealed, expected) in [
        (json!({"ONE": one, "TWO": two}), json!({"ONE": one, "TWO": two})),
        (json!({"ONE": two}), json!({"ONE": two, "TWO": two})),
        (json!({"ONE": null, "NOT_THERE": null}), json!({"TWO": two})),
        (json!({}), json!({"TWO": two})),
    ] {
        let changed = house.json("PATCH", &path, &token, &change(sealed)).await.expect(200);
        assert_eq!(changed["sealed_secrets"], expected);
    }
    for (sealed, part) in [
        (json!({"ONE": {"hosts": ["a b"]}}), "`sealed_secrets.ONE.hosts`"),
        (json!({"ONE": {"hosts": []}}), "between 1 and"),
        (json!({"ONE": {"host": "a"}}), "unknown field `host`"),
        (json!({"ONE": ["a"]}), "sealed_secrets"),
        (json!({"": {"hosts": ["a.example"]}}), "secret"),
    ] {
        let refused = house.json("PATCH", &path, &token, &change(sealed)).await;
        refused.expect_error(400, "invalid_body", "");
        assert!(String::from_utf8_lossy(&refused.body).contains(part) || part == "sealed_secrets", "{refused:?}");
    }
    assert_eq!(house.json("PATCH", &path, &token, &json!({"order": -5})).await.expect(200)["order"], -5);
}

#[tokio::test]
async fn a_value_that_could_be_guessed_is_not_sealed() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = house.hook(&token, "mine", completes()).await;
    let (settings, secrets) = (format!("/v1/hooks/{hook}/settings"), format!("/api/v2/hooks/{hook}/secrets"));
    let seal = |name: &str| json!({"sealed_secrets": {name: {"hosts": ["api.example.com"]}}});
    let values = json!({"PIN": "4711", "KEY": "twelve-bytes"});
    house.post(&secrets, &token, &values).await.expect(201);
    let part = "has 4 bytes, and a sealed one at least 12";
    house.json("PATCH", &settings, &token, &seal("PIN")).await.expect_error(400, "invalid_body", part);
    house.json("PATCH", &settings, &token, &seal("KEY")).await.expect(200);
    house.json("PATCH", &settings, &token, &seal("LATER")).await.expect(200);
    house.json("PATCH", &secrets, &token, &json!({"PIN": "4712"})).await.expect(201);
    let refused = house.json("PATCH", &secrets, &token, &json!({"KEY": "1234"})).await;
    refused.expect_error(400, "invalid_body", part);
    house.post(&secrets, &token, &json!({"LATER": "1234"})).await.expect_error(400, "invalid_body", part);
    house.post(&secrets, &token, &json!({"LATER": "1234-5678-90"})).await.expect(201);
}
