//! Who changed what, for the tenant and for the operator.

use serde_json::{Value, json};

use crate::testing::{House, OPERATOR, completes};

fn actions(audit: &Value) -> Vec<(String, String)> {
    let entries = audit["entries"].as_array().expect("a list");
    let text = |entry: &Value, key: &str| -> String { entry[key].as_str().unwrap_or_default().to_owned() };
    entries.iter().map(|entry| (text(entry, "action"), text(entry, "token_name"))).collect()
}

#[tokio::test]
async fn changes_are_listed_newest_first_with_who_made_them() {
    let house = House::new().await;
    let (token, other) = (house.tenant("acme").await, house.tenant("other").await);
    let made = house.post("/v1/tokens", &token, &json!({"name": "deploy"})).await.expect(201);
    let deploy = made["token"].as_str().expect("a token");
    let hook = house.hook(deploy, "mine", completes()).await;
    house.post(&format!("/api/v2/hooks/{hook}/secrets"), deploy, &json!({"KEY": "hidden"})).await.expect(201);

    let audit = house.get("/v1/audit", &token).await.expect(200);
    let found = actions(&audit);
    assert_eq!(found[0], ("add secrets".into(), "deploy".into()), "{audit}");
    assert_eq!(found[1], ("create hook".into(), "deploy".into()), "{audit}");
    assert_eq!(found[2], ("create token".into(), "first token".into()), "{audit}");
    let entry = audit["entries"][1].as_object().expect("an object");
    let keys: Vec<&String> = entry.keys().collect();
    assert_eq!(keys, ["id", "at", "token_id", "token_name", "action", "subject", "details"]);
    assert_eq!((&entry["subject"], &entry["token_id"]), (&json!(hook), &made["id"]));
    assert!(!audit.to_string().contains("hidden"), "never a value: {audit}");

    let foreign = house.get("/v1/audit", &other).await.expect(200);
    assert!(!foreign.to_string().contains(&hook), "{foreign}");
    let operators = house.get("/v1/audit", OPERATOR).await.expect(200);
    let found: Vec<Value> = operators["entries"].as_array().expect("a list").clone();
    assert_eq!(found.len(), 2, "two tenants were made: {operators}");
    assert_eq!((&found[0]["action"], &found[0]["subject"]), (&json!("create tenant"), &json!("other")));
    assert_eq!((&found[0]["token_id"], &found[0]["token_name"]), (&Value::Null, &json!("operator")));
}

#[tokio::test]
async fn the_trail_is_walked_in_parts() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for number in 0..5 {
        house.post("/v1/tokens", &token, &json!({"name": format!("t{number}")})).await.expect(201);
    }
    let (mut from, mut names) = (String::new(), Vec::new());
    loop {
        let audit = house.get(&format!("/v1/audit?take=2{from}"), &token).await.expect(200);
        let entries = audit["entries"].as_array().expect("a list");
        assert!(entries.len() <= 2, "{audit}");
        names.extend(entries.iter().map(|entry| entry["details"]["name"].as_str().unwrap_or("-").to_owned()));
        let Some(next) = audit["next"].as_str() else { break };
        from = format!("&from={next}");
    }
    assert_eq!(names[..5], ["t4", "t3", "t2", "t1", "t0"], "{names:?}");
    let future = house.get("/v1/audit?since=2999-01-01T00:00:00Z", &token).await.expect(200);
    assert_eq!(future, json!({"entries": []}));
    for (query, part) in [
        ("take=0", "between 1 and 100"),
        ("take=101", "between 1 and 100"),
        ("from=evt_0000000000001", "is not an audit id"),
        ("since=yesterday", "`since` cannot be read"),
        ("token_id=x", "no query parameter 'token_id'"),
    ] {
        house.get(&format!("/v1/audit?{query}"), &token).await.expect_error(400, "invalid_query_string", part);
    }
}
