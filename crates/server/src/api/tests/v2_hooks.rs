//! The Management API for hooks and secrets, key by key.

use axum::body::Body;
use http::Request;
use serde_json::{Value, json};

use crate::testing::{House, completes};

const SCRIPT: &str = "module.exports = function (user, context, cb) { cb(); };";

async fn create(house: &House, token: &str, name: &str) -> Value {
    let body = json!({"name": name, "script": SCRIPT, "triggerId": "post-change-password"});
    house.post("/api/v2/hooks", token, &body).await.expect(201)
}

#[tokio::test]
async fn a_hook_goes_through_its_life_as_in_the_original() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let body = json!({
        "name": "test-hook735",
        "script": SCRIPT,
        "triggerId": "post-change-password",
        "enabled": "false",
        "dependencies": {"auth0": "2.30.0"},
    });
    let created = house.post("/api/v2/hooks", &token, &body).await;
    let hook = created.expect(201);
    assert_eq!(created.keys(), ["id", "name", "script", "dependencies", "triggerId", "enabled"]);
    assert_eq!((&hook["name"], &hook["enabled"]), (&json!("test-hook-735"), &json!(false)));
    let id = hook["id"].as_str().expect("an id");
    assert!(id.len() == 26 && id.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()), "{id}");

    let path = format!("/api/v2/hooks/{id}");
    // The Go client sends `null` as the body of a GET.
    let shown = house.json("GET", &path, &token, &Value::Null).await;
    assert_eq!(shown.keys(), ["id", "name", "script", "dependencies", "enabled", "triggerId"]);
    assert_eq!(shown.expect(200), hook);
    let fields = house.get(&format!("{path}?fields=name,enabled"), &token).await.expect(200);
    assert_eq!(fields, json!({"name": "test-hook-735", "enabled": false}));

    let changed = house.json("PATCH", &path, &token, &json!({"name": "renamed", "enabled": true})).await;
    assert_eq!(changed.keys(), ["id", "name", "script", "dependencies", "triggerId", "enabled"]);
    assert_eq!((&changed.expect(200)["name"], &changed.json()["enabled"]), (&json!("renamed"), &json!(true)));

    // Older clients send `{}` with a DELETE.
    let deleted = house.json("DELETE", &path, &token, &json!({})).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert_eq!(deleted.headers["content-type"], "application/json; charset=utf-8");
    for answer in [
        house.get(&path, &token).await,
        house.json("PATCH", &path, &token, &json!({"enabled": true})).await,
        house.json("DELETE", &path, &token, &json!({})).await,
    ] {
        answer.expect_error(404, "HookDoesNotExist", "Error: Hook does not exist");
    }
}

#[tokio::test]
async fn enabling_a_hook_switches_the_others_of_its_trigger_off() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let (one, two) = (create(&house, &token, "one").await, create(&house, &token, "two").await);
    assert_eq!((&one["enabled"], &two["enabled"]), (&json!(true), &json!(false)));
    let path = |hook: &Value| format!("/api/v2/hooks/{}", hook["id"].as_str().expect("an id"));
    house.json("PATCH", &path(&two), &token, &json!({"enabled": true})).await.expect(200);
    assert_eq!(house.get(&path(&one), &token).await.expect(200)["enabled"], false);
}

#[tokio::test]
async fn lists_are_arrays_or_pages_with_totals() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    for name in ["one", "two", "three"] {
        create(&house, &token, name).await;
    }
    let names = |list: &Value| -> Vec<String> {
        list.as_array().expect("a list").iter().map(|hook| hook["name"].as_str().expect("a name").to_owned()).collect()
    };
    let get = async |query: &str| house.get(&format!("/api/v2/hooks{query}"), &token).await;
    assert_eq!(names(&get("").await.expect(200)), ["one", "two", "three"]);
    assert_eq!(names(&get("?per_page=2&page=1").await.expect(200)), ["three"]);
    assert_eq!(names(&get("?enabled=true&include_fields=true&include_totals=false").await.expect(200)), ["one"]);
    assert_eq!(names(&get("?triggerId=credentials-exchange").await.expect(200)), Vec::<String>::new());
    let page = get("?page=1&per_page=2&include_totals=true").await;
    assert_eq!(page.keys(), ["total", "start", "limit", "hooks"]);
    let body = page.json();
    assert_eq!((&body["total"], &body["start"], &body["limit"]), (&json!(3), &json!(2), &json!(2)));
    assert_eq!(names(&body["hooks"]), ["three"]);
    let beyond = get("?page=4000000000&per_page=100&include_totals=true").await.expect(200);
    assert_eq!(beyond["hooks"], json!([]));
    let without = get("?fields=script,dependencies&include_fields=false&per_page=1").await.json();
    let keys: Vec<&String> = without[0].as_object().expect("a hook").keys().collect();
    assert_eq!(keys, ["id", "name", "enabled", "triggerId"]);
    for (query, part) in [
        ("?per_page=101", "between 0 and 100"),
        ("?page=-1", "`page` is '-1'"),
        ("?include_totals=1", "Expected type boolean"),
        ("?triggerId=x", "No enum match for: x"),
        ("?fields=secret", "No such field: secret"),
        ("?foo=1", "Additional properties not allowed: foo"),
    ] {
        get(query).await.expect_error(400, "invalid_query_string", part);
    }
}

#[tokio::test]
async fn bodies_and_paths_that_do_not_fit_are_refused() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    create(&house, &token, "one").await;
    let path = "/api/v2/hooks";
    let taken = json!({"name": "One", "script": SCRIPT, "triggerId": "post-change-password"});
    house.post(path, &token, &taken).await.expect_error(409, "conflict", "named 'one'");
    house.post(path, &token, &json!({})).await.expect_error(400, "invalid_body", "Payload validation error: 'Missing");
    let request = || Request::post(path).header("content-type", "application/json");
    house.send(request(), &token, Body::from("{\n!}")).await.expect_error(400, "invalid_body", "line 2 column 1");
    let form = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
    let body = "name=formed&script=x&triggerId=post-change-password&enabled=false";
    assert_eq!(house.send(form, &token, Body::from(body)).await.expect(201)["name"], "formed");
    house.get("/api/v2/hooks/a_b", &token).await.expect_error(400, "invalid_uri", "^[A-Za-z0-9-]*$");
    house.get("/api/v2/hooks/%ff", &token).await.expect_error(400, "invalid_uri", "Path validation error");
    house.get("/api/v2/hooks/nothing", &token).await.expect_error(404, "HookDoesNotExist", "Error: Hook");
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = create(&house, &token, "one").await;
    let path = format!("/api/v2/hooks/{}/secrets", hook["id"].as_str().expect("an id"));
    assert_eq!(house.get(&path, &token).await.expect(200), json!({}));
    let added = house.post(&path, &token, &json!({"KEY": "value-1", "OTHER": "value-2"})).await;
    assert_eq!(added.expect(201), json!({}));
    let shown = house.get(&path, &token).await.expect(200);
    assert_eq!(shown, json!({"KEY": "_VALUE_NOT_SHOWN_", "OTHER": "_VALUE_NOT_SHOWN_"}));
    house.post(&path, &token, &json!({"KEY": "x"})).await.expect_error(409, "conflict", "'KEY'");
    assert_eq!(house.json("PATCH", &path, &token, &json!({"KEY": "value-3"})).await.expect(201), json!({}));
    let missing = house.json("PATCH", &path, &token, &json!({"NEW": "x"})).await;
    missing.expect_error(404, "SecretDoesNotExist", "'NEW'");

    let deleted = house.json("DELETE", &path, &token, &json!(["KEY", "NEVER"])).await;
    assert_eq!((deleted.status, deleted.body.len()), (204, 0));
    assert_eq!(house.get(&path, &token).await.expect(200), json!({"OTHER": "_VALUE_NOT_SHOWN_"}));

    let many: Value = (0..21).map(|n| (format!("S{n}"), json!("v"))).collect::<serde_json::Map<_, _>>().into();
    for (method, body, part) in [
        ("POST", json!({}), "minimum 1"),
        ("POST", json!([]), "Expected type object but found type array"),
        ("POST", json!({"A": 1}), "Expected type string but found type integer' on property A"),
        ("POST", json!({"A": "_VALUE_NOT_SHOWN_"}), "leave the secret out to keep its value"),
        ("PATCH", json!({"OTHER": "_VALUE_NOT_SHOWN_"}), "leave the secret out to keep its value"),
        ("POST", json!({"A": "x".repeat(4_097)}), "4097 bytes; the limit `secret_value_bytes` is 4096 bytes"),
        ("POST", many, "Too many properties defined (21), maximum 20"),
        ("DELETE", json!([]), "Array is too short"),
        ("DELETE", json!({"KEY": 1}), "Expected type array but found type object"),
    ] {
        house.json(method, &path, &token, &body).await.expect_error(400, "invalid_body", part);
    }
}

#[tokio::test]
async fn a_script_that_differs_in_white_space_only_is_a_new_one() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let hook = create(&house, &token, "one").await;
    let path = format!("/api/v2/hooks/{}", hook["id"].as_str().expect("an id"));
    for (script, version) in [(format!("{SCRIPT}\n"), 2), (format!("{SCRIPT}\n"), 2), (SCRIPT.to_owned(), 3)] {
        let changed = house.json("PATCH", &path, &token, &json!({"script": script})).await.expect(200);
        assert_eq!(changed["script"], script);
        assert_eq!(house.get("/v1/hooks", &token).await.expect(200)["hooks"][0]["version"], version);
    }
}

#[tokio::test]
async fn a_module_hook_shows_a_line_that_changes_nothing_when_it_comes_back() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let id = house.hook(&token, "mine", completes()).await;
    let (path, versions) = (format!("/api/v2/hooks/{id}"), format!("/v1/hooks/{id}/versions"));
    let line = house.get(&path, &token).await.expect(200)["script"].clone();
    assert!(
        line.as_str().is_some_and(|line| line.starts_with("// hookbox:module sha256:") && line.len() == 89),
        "{line}"
    );
    let same = house.json("PATCH", &path, &token, &json!({"script": line, "name": "other"})).await.expect(200);
    assert_eq!((&same["script"], &same["name"]), (&line, &json!("other")));
    assert_eq!(house.get("/v1/hooks", &token).await.expect(200)["hooks"][0]["version"], 1);

    let with_line_end = format!("{}\r\n", line.as_str().expect("text"));
    for same in [line.as_str().expect("text"), &with_line_end] {
        let same = json!({ "script": same });
        house.json("PATCH", &path, &token, &same).await.expect(200);
        assert_eq!(house.post(&versions, &token, &same).await.expect(201), json!({"version": 1}));
    }
    assert_eq!(house.get(&versions, &token).await.expect(200)["versions"].as_array().map(Vec::len), Some(1));

    let foreign = json!({"script": format!("// hookbox:module sha256:{}", "0".repeat(64))});
    house.json("PATCH", &path, &token, &foreign).await.expect_error(400, "invalid_body", "PUT /v1/hooks/");
    house.post(&versions, &token, &foreign).await.expect_error(400, "invalid_body", "PUT /v1/hooks/");
    let new = json!({"name": "new", "script": line, "triggerId": "post-change-password"});
    house.post("/api/v2/hooks", &token, &new).await.expect_error(400, "invalid_body", "POST /v1/hooks?name=");

    house.json("PATCH", &path, &token, &json!({"script": SCRIPT})).await.expect(200);
    let hook = house.get("/v1/hooks", &token).await.expect(200)["hooks"][0].clone();
    assert_eq!((&hook["kind"], &hook["version"]), (&json!("script"), &json!(2)));
}
