//! The document against the router: what is served is described, and the other way round.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use expect_test::expect_file;
use hookbox_protocol::Scope;
use hookbox_store::NewToken;
use http::Request;
use serde_json::Value;

use crate::testing::{House, OPERATOR};

const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// What is for the eyes: pages and their files are no calls of the API.
const PAGES: [&str; 2] = ["/console", "/docs"];

fn document() -> Value {
    serde_json::to_value(super::document(crate::api::routes().into_openapi())).expect("JSON")
}

/// The operations of the document: path, method, and what is said of them.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().expect("a path").clone();
        item.into_iter().map(|(method, operation)| (path.clone(), method, operation)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of_path).collect()
}

/// A call of an operation that gives each part of its path some value.
async fn call(house: &House, method: &str, path: &str, token: &str) -> crate::testing::Answer {
    let path: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part }).collect();
    let request = Request::builder().method(method.to_uppercase().as_str()).uri(path.join("/"));
    house.send(request, token, Body::empty()).await
}

#[test]
fn the_golden_file_is_the_document() {
    let mut text = serde_json::to_string_pretty(&document()).expect("JSON");
    text.push('\n');
    // What differs is what clients will see; `UPDATE_EXPECT=1 cargo test -p hookbox-server openapi` accepts it.
    expect_file!["../../../openapi.json"].assert_eq(&text);
}

#[tokio::test]
async fn what_is_served_is_described_and_the_other_way_round() {
    let house = House::new().await;
    let mut described: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, method, _) in operations(&document()) {
        described.entry(path).or_default().insert(method);
    }
    // A router tells its paths in this form alone; a form without them would be no path at all, and fail here.
    let router = format!("{:?}", crate::router(house.app.clone()));
    let served: BTreeSet<String> = router
        .split('"')
        .filter(|text| text.starts_with('/') && *text != "/" && !text.contains("axum_fallback"))
        .filter(|path| PAGES.iter().all(|page| !path.starts_with(page)))
        .map(str::to_owned)
        .collect();
    assert_eq!(served, described.keys().cloned().collect(), "served on the left, described on the right");
    for (path, methods) in described {
        for method in METHODS {
            let status = call(&house, method, &path, "").await.status;
            assert_eq!(status != 405, methods.contains(method), "{method} {path} answers {status}");
        }
    }
}

#[tokio::test]
async fn each_call_asks_for_the_credential_and_the_scopes_that_are_described() {
    let house = House::new().await;
    let full = house.tenant("acme").await;
    let identity = house.app.store().authenticate(&full).await.expect("a store").expect("a tenant");
    let narrow = async |scope: Scope| {
        let new = NewToken { name: scope.name().into(), scopes: vec![scope], expires_at: None };
        house.app.store().tenant(&identity).create_token(new).await.expect("a token").token
    };
    let (logs, hooks) = (narrow(Scope::ReadLogs).await, narrow(Scope::ReadHooks).await);
    for (path, method, operation) in operations(&document()) {
        let what = format!("{method} {path}");
        let scopes: Vec<&str> = requirements(&operation, "token").flatten().collect();
        let is_operators = requirements(&operation, "operator").next().is_some();
        let is_tenants = requirements(&operation, "token").next().is_some();
        let status = call(&house, &method, &path, "").await.status;
        assert_eq!(status == 401, is_operators || is_tenants, "{what} without a credential answers {status}");
        if is_tenants {
            let other = if scopes.contains(&Scope::ReadLogs.name()) { &hooks } else { &logs };
            let answer = call(&house, &method, &path, other).await;
            if scopes.is_empty() {
                assert!(answer.status < 400, "{what} takes any token: {answer:?}");
            } else {
                let expected = format!("Insufficient scope, expected any of: {}", scopes.join(","));
                answer.expect_error(403, "insufficient_scope", &expected);
            }
        } else if is_operators {
            call(&house, &method, &path, &full).await.expect_error(403, "insufficient_scope", "the operator's");
        }
        if is_tenants && !is_operators {
            call(&house, &method, &path, OPERATOR).await.expect_error(403, "insufficient_scope", "a tenant's token");
        }
    }
}

/// The scopes of each requirement of that scheme.
fn requirements<'a>(operation: &'a Value, scheme: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
    let all = operation["security"].as_array().into_iter().flatten();
    all.filter_map(move |requirement| {
        let scopes = requirement.get(scheme)?.as_array()?;
        Some(scopes.iter().filter_map(Value::as_str).collect())
    })
}

#[test]
fn every_reference_leads_somewhere_and_every_name_is_said_once() {
    let document = document();
    let mut references = Vec::new();
    collect_references(&document, &mut references);
    for reference in references {
        let pointer = reference.strip_prefix('#').expect("inside of the document");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let tags: Vec<&Value> = document["tags"].as_array().expect("tags").iter().map(|tag| &tag["name"]).collect();
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&document) {
        assert!(operation["summary"].is_string(), "{method} {path} has no summary");
        assert!(tags.contains(&&operation["tags"][0]), "{method} {path} has the tag {}", operation["tags"]);
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        assert!(ids.insert(id.clone()), "two operations are called {id}");
        assert!(operation.get(super::shared::ERRORS).is_none(), "{id} keeps its list of codes");
        for (name, parameter) in operation["parameters"].as_array().into_iter().flatten().map(|p| (&p["name"], p)) {
            assert!(parameter["description"].is_string(), "{id}: {name} has no description");
        }
    }
}

fn collect_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(reference) if name == "$ref" => found.push(reference.clone()),
                    member => collect_references(member, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_served_with_a_tag_and_not_twice() {
    let house = House::new().await;
    let first = house.get("/openapi.json", "").await;
    assert_eq!(first.expect(200), document());
    let etag = first.headers["etag"].to_str().expect("text").to_owned();
    for (sent, status) in [(etag.clone(), 304), (format!("\"other\", W/{etag}"), 304), ("\"other\"".to_owned(), 200)] {
        let request = Request::get("/openapi.json").header("if-none-match", &sent);
        let answer = house.send(request, "", Body::empty()).await;
        assert_eq!((answer.status, answer.headers["etag"].to_str().expect("text")), (status, etag.as_str()), "{sent}");
    }
}
