//! What a dry run says, by what is there and what is wanted.

use std::fs;

use expect_test::{Expect, expect};
use hookbox_protocol::Trigger;
use serde_json::json;

use super::*;
use crate::code::Code;
use crate::project::{self, Project};

fn wanted(kind: Kind, lines: &str) -> Wanted {
    let folder = tempfile::tempdir().expect("temporary folder");
    let text = format!("name = \"notify\"\ntrigger = \"post-change-password\"\n{lines}");
    fs::write(folder.path().join(project::FILE), text).expect("writes");
    let project = Some(Project::load(folder.path()).expect("loads"));
    let code =
        Code { path: "hook.js".into(), kind, dependencies: BTreeMap::new(), is_bundle: false, warnings: Vec::new() };
    Wanted { name: "notify".to_owned(), trigger: Trigger::PostChangePassword, code, project }
}

fn current(version: Value, secrets: &[&str]) -> Current {
    let hook = json!({
        "id": "01ARZ3NDEKTSV4RRFFQ69G5FAV", "name": "notify", "trigger": "post-change-password", "enabled": true,
        "kind": version["kind"], "version": 3, "created_at": "2026-11-23T17:04:05.123Z",
        "updated_at": "2026-11-23T17:04:05.123Z", "last_outcomes": []
    });
    Current {
        hook: serde_json::from_value(hook).expect("a hook"),
        version: serde_json::from_value(version).expect("a version"),
        dependencies: BTreeMap::new(),
        settings: settings::defaults(),
        secrets: secrets.iter().map(|name| (*name).to_owned()).collect(),
    }
}

fn script(text: &str) -> Value {
    json!({ "kind": "script", "digest": null, "bytes": text.len(), "script": text })
}

fn check(current: Option<&Current>, wanted: &Wanted, expected: &Expect) {
    let difference = Difference::between(current, wanted);
    let text = format!("{}\nchanges: {}", difference.lines().join("\n"), difference.changes);
    expected.assert_eq(&anstream::adapter::strip_str(&text).to_string());
}

#[test]
fn what_is_deployed_already_makes_no_difference() {
    let wanted = wanted(Kind::Script("one\n".to_owned()), "");
    check(
        Some(&current(script("one\n"), &[])),
        &wanted,
        &expect![[r#"
        notify is deployed as it is here
          code: as version 3
        changes: false"#]],
    );
}

#[test]
fn a_new_hook_is_shown_with_all_that_it_brings() {
    let lines = "[limits]\nwall_ms = 5000\n[secrets]\nKEY = { env = \"HOOKBOX_TEST_NEVER_SET\", sealed = [\"a.example.com\"] }\n";
    check(
        None,
        &wanted(Kind::Script("one\n".to_owned()), lines),
        &expect![[r#"
        would create notify for post-change-password
          code: script, 4 bytes
          wall_ms: 20000 → 5000
          KEY: sealed for a.example.com
          secrets missing, would be added: KEY
          secret KEY is to come from the variable HOOKBOX_TEST_NEVER_SET, which is not set
        changes: true"#]],
    );
}

#[test]
fn scripts_are_compared_by_lines_and_secrets_by_name() {
    let lines = "enabled = false\n[secrets]\nSAME = { file = \"/dev/null\" }\nNEW = { file = \"/dev/null\" }\n";
    let wanted = wanted(Kind::Script("one\n2\n".to_owned()), lines);
    check(
        Some(&current(script("one\ntwo\n"), &["SAME", "OLD"])),
        &wanted,
        &expect![[r#"
        would update notify
        --- version 3
        +++ hook.js
        @@ -1,2 +1,2 @@
         one
        -two
        +2
          enabled: true → false
          secrets present, would be set again: SAME
          secrets missing, would be added: NEW
          secrets extra, would stay: OLD
        changes: true"#]],
    );
}

#[test]
fn modules_are_compared_by_digest_and_size() {
    let wanted = wanted(Kind::Module(bytes::Bytes::from_static(b"\0asm")), "");
    let module = json!({ "kind": "module", "digest": "sha256:aa", "bytes": 2048 });
    check(
        Some(&current(module, &[])),
        &wanted,
        &expect![[r#"
        would update notify
          - version 3: module, 2 KiB, sha256:aa
          + module, 4 bytes, sha256:cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f
        changes: true"#]],
    );
    check(
        Some(&current(script("one\n"), &[])),
        &wanted,
        &expect![[r#"
        would update notify
          - version 3: script, 4 bytes
          + module, 4 bytes, sha256:cd5d4935a48c0672cb06407bb443bc0087aff947c6b864bac886982c73b3027f
        changes: true"#]],
    );
}
