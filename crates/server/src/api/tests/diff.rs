//! Two versions of a hook beside each other.

use serde_json::{Value, json};

use crate::testing::{House, completes, fails};

#[tokio::test]
async fn scripts_are_compared_by_line_and_modules_by_digest() {
    let house = House::new().await;
    let token = house.tenant("acme").await;
    let script = "module.exports = function (user, context, cb) {\n  cb();\n};\n";
    let body = json!({"name": "mine", "script": script, "triggerId": "post-change-password"});
    let hook = house.post("/api/v2/hooks", &token, &body).await.expect(201)["id"].clone();
    let hook = hook.as_str().expect("an id");
    let changed = json!({"script": script.replace("cb()", "cb(null, 1)")});
    house.json("PATCH", &format!("/api/v2/hooks/{hook}"), &token, &changed).await.expect(200);
    let path = format!("/v1/hooks/{hook}/versions");

    let diff = house.get(&format!("{path}/1/diff"), &token).await;
    assert_eq!(diff.keys(), ["from", "to", "unified", "changed"]);
    let diff = diff.expect(200);
    assert_eq!(
        (&diff["from"]["number"], &diff["to"]["number"], &diff["changed"]),
        (&json!(1), &json!(2), &json!(true))
    );
    assert_eq!(
        (&diff["from"]["live"], &diff["to"]["live"], &diff["to"]["kind"]),
        (&json!(false), &json!(true), &json!("script"))
    );
    let expected = "--- version 1\n+++ version 2\n@@ -1,3 +1,3 @@\n module.exports = function (user, context, cb) {\n\
                    -  cb();\n+  cb(null, 1);\n };\n";
    assert_eq!(diff["unified"], expected);
    let back = house.get(&format!("{path}/2/diff?with=1"), &token).await.expect(200);
    assert!(back["unified"].as_str().is_some_and(|text| text.contains("-  cb(null, 1);\n+  cb();")), "{back}");
    let same = house.get(&format!("{path}/2/diff?with=2"), &token).await.expect(200);
    assert_eq!((&same["unified"], &same["changed"]), (&json!(""), &json!(false)));

    house.upload("PUT", &format!("/v1/hooks/{hook}/module"), &token, completes()).await.expect(200);
    house.upload("PUT", &format!("/v1/hooks/{hook}/module"), &token, fails("x")).await.expect(200);
    for with in [2, 4] {
        let modules = house.get(&format!("{path}/3/diff?with={with}"), &token).await.expect(200);
        assert_eq!((&modules["unified"], &modules["changed"]), (&Value::Null, &json!(true)), "{modules}");
    }
    for (query, status, code, part) in [
        ("9/diff", 404, "not_found", "no version '9'"),
        ("1/diff?with=9", 404, "not_found", "no version '9'"),
        ("x/diff", 404, "not_found", "no version 'x'"),
        ("1/diff?with=x", 400, "invalid_query_string", "`with` is 'x'"),
        ("1/diff?to=2", 400, "invalid_query_string", "no query parameter 'to'"),
    ] {
        house.get(&format!("{path}/{query}"), &token).await.expect_error(status, code, part);
    }
}
