//! The tenant log in both paging forms.

use hookbox_protocol::HookId;
use hookbox_store::LogEntry;
use serde_json::{Value, json};

use crate::testing::{House, completes};

async fn filled(house: &House, token: &str) -> String {
    let hook = house.hook(token, "mine", completes()).await;
    let identity = house.app.store().authenticate(token).await.expect("a store").expect("a tenant");
    let store = house.app.store().tenant(&identity);
    let id: HookId = hook.parse().expect("an id");
    for (index, code) in ["fcph", "fpurh", "fcph"].into_iter().enumerate() {
        let entry = LogEntry {
            code: code.to_owned(),
            description: format!("entry {index}"),
            user_id: Some("u1".to_owned()),
            user_email: Some("ada@example.com".to_owned()),
            connection: Some("users".to_owned()),
            connection_id: Some("con_1".to_owned()),
            details: json!({"error": {"message": "no"}}),
            ..LogEntry::default()
        };
        store.add_log(Some(&id), None, entry).await.expect("a line");
    }
    hook
}

fn descriptions(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|entry| entry["description"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn the_log_has_the_form_of_the_original() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = filled(&house, &token).await;
    let list = house.get("/api/v2/logs?per_page=1", &token).await.expect(200);
    let entry = &list[0];
    for key in ["type", "log_id", "tenant_name", "environment_name", "client_name", "ip", "is_mobile", "strategy_type"]
    {
        assert!(!entry[key].is_null(), "{key}: {entry}");
    }
    for (key, value) in [
        ("type", "fcph"),
        ("description", "entry 2"),
        ("connection", "users"),
        ("connection_id", "con_1"),
        ("user_id", "u1"),
        ("user_name", "ada@example.com"),
        ("hook_id", &hook),
        ("hook_name", "mine"),
        ("tenant_name", "acme"),
    ] {
        assert_eq!(entry[key], value, "{key}");
    }
    assert_eq!((&entry["_id"], &entry["details"]["error"]["message"]), (&entry["log_id"], &json!("no")));
    let path = format!("/api/v2/logs/{}", entry["log_id"].as_str().expect("an id"));
    assert_eq!(house.get(&path, &token).await.expect(200), *entry);
    house.get("/api/v2/logs/nothing", &token).await.expect_error(404, "log_does_not_exist", "");
}

#[tokio::test]
async fn the_log_is_read_by_page_by_checkpoint_and_by_query() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = filled(&house, &token).await;
    let get = async |query: &str| house.get(&format!("/api/v2/logs?{query}"), &token).await;
    assert_eq!(descriptions(&get("").await.expect(200)), ["entry 2", "entry 1", "entry 0"]);
    assert_eq!(descriptions(&get("page=1&per_page=2").await.expect(200)), ["entry 0"]);
    assert_eq!(descriptions(&get("q=type:fcph").await.expect(200)), ["entry 2", "entry 0"]);
    let query = format!("q=type:fpurh%20AND%20hook_id:{hook}");
    assert_eq!(descriptions(&get(&query).await.expect(200)), ["entry 1"]);
    let totals = get("include_totals=true&per_page=1&q=type:fcph").await.expect(200);
    assert_eq!((&totals["total"], &totals["length"], &totals["limit"]), (&json!(2), &json!(1), &json!(1)));

    let oldest = get("page=2&per_page=1").await.expect(200)[0]["log_id"].clone();
    let from = oldest.as_str().expect("an id");
    assert_eq!(descriptions(&get(&format!("from={from}&take=1")).await.expect(200)), ["entry 1"]);
    assert_eq!(descriptions(&get(&format!("from={from}")).await.expect(200)), ["entry 1", "entry 2"]);
    assert_eq!(get("fields=type&take=1").await.expect(200), json!([{"type": "fcph"}]));
    assert_eq!(get("fields=type,location_info&take=1").await.expect(200), json!([{"type": "fcph"}]));
    let whole = get("take=1").await.expect(200);
    let names: Vec<&str> = whole[0].as_object().expect("an entry").keys().map(String::as_str).collect();
    assert_eq!(get(&format!("take=1&fields={}", names.join(","))).await.expect(200), whole, "each of them is known");
    let today = get("take=1&fields=date").await.expect(200)[0]["date"].as_str().expect("a time")[..10].to_owned();
    assert_eq!(descriptions(&get(&format!("q=date:[{today}%20TO%20{today}]")).await.expect(200)).len(), 3);
    for (query, part) in [
        ("q=user:x", "the query cannot be read at user:x"),
        ("from=x", "is not a log id"),
        ("take=0", "between 1 and 100"),
        ("foo=1", "Additional properties not allowed: foo"),
        ("fields=type,nope", "No such field: nope (the fields are date, type"),
        ("q=date:[*%20TO%20*]%20date:[*%20TO%20*]", "cannot be read at date:"),
    ] {
        get(query).await.expect_error(400, "invalid_query_string", part);
    }
}
