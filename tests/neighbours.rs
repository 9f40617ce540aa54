//! Tenants that do their worst, and the others, which notice nothing.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Api, finished};
use crate::daemon::Setup;
use crate::eventually::block_on;
use crate::{Case, case, guests};

pub(crate) const CASES: &[Case] = &[
    case("a tenant's flood of spinning hooks does not delay another tenant's single event", flood_is_fair),
    case("modules that cannot be taken are refused by name, and the daemon goes on", bad_modules_are_refused),
    case("nothing of one tenant exists for another", tenants_are_apart),
    case("bad events and tokens are refused in words", bad_requests_are_refused),
];

const SPIN: &str = r#"(module
    (memory (export "memory") 1)
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "post_change_password") (param i32 i32) (result i64) (loop (br 0)) (i64.const 0)))"#;

/// The test holds an order, not a time: the neighbour's events are done while the flood still waits.
fn flood_is_fair() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).flag("--runs-at-once", 4).start()?;
        let attacker = daemon.tenant("attacker").await?;
        attacker.create_hook("spin", &wat::parse_str(SPIN)?).await?;
        let mut flood = Vec::new();
        for number in 0..150 {
            flood.push(attacker.password_changed(&format!("{number}@example.com")).await?);
        }
        let neighbour = daemon.tenant("neighbour").await?;
        neighbour.create_hook("starter", &guests::starter()?).await?;
        for number in 0..5 {
            let id = neighbour.password_changed(&format!("{number}@example.com")).await?;
            let event = neighbour.event_when(&id, finished).await?;
            ensure!(event["deliveries"][0]["state"] == "succeeded", "{event:#}");
        }
        let last = attacker.get(&format!("/v1/events/{}", flood.last().context("a flood")?)).await?.json;
        ensure!(last["deliveries"][0]["attempts"] == json!([]), "the flood had ended before: {last:#}");
        let first = attacker.event_when(&flood[0], |delivery| delivery["attempts"][0]["number"] == 1).await?;
        let outcome = &first["deliveries"][0]["attempts"][0]["outcome"];
        ensure!(outcome == "out_of_fuel" || outcome == "timed_out", "{first:#}");
        Ok(())
    })
}

fn bad_modules_are_refused() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let tenant = daemon.tenant("acme").await?;
        let starter = guests::starter()?;
        let module = |text: &str| wat::parse_str(text).map_err(anyhow::Error::from);
        let memory = r#"(memory (export "memory") 1)"#;
        let alloc = r#"(func (export "hookbox_alloc") (param i32) (result i32) (i32.const 0))"#;
        let hook = r#"(func (export "post_change_password") (param i32 i32) (result i64) (i64.const 0))"#;
        let cases: Vec<(&str, Vec<u8>, u16, &str, &str)> = vec![
            ("text", SPIN.as_bytes().to_vec(), 422, "not_wasm", "text"),
            ("elf", b"\x7fELF\x02\x01\x01".to_vec(), 422, "not_wasm", "ELF"),
            ("cut-off", starter[..starter.len() / 2].to_vec(), 422, "not_wasm", ""),
            ("no-hook", module(&format!("(module {memory} {alloc})"))?, 422, "missing_export", "post_change_password"),
            ("no-alloc", module(&format!("(module {memory} {hook})"))?, 422, "missing_export", "hookbox_alloc"),
            (
                "mistyped",
                module(&format!(r#"(module {memory} {alloc} (func (export "post_change_password")))"#))?,
                422,
                "mistyped_export",
                "post_change_password",
            ),
            (
                "import",
                module(&format!(r#"(module (import "env" "steal" (func)) {memory} {alloc} {hook})"#))?,
                422,
                "unknown_import",
                "env",
            ),
            (
                "abi",
                module(&format!(
                    r#"(module {memory} {alloc} {hook} (func (export "hookbox_abi") (result i32) (i32.const 9)))"#
                ))?,
                422,
                "unknown_abi",
                "9",
            ),
            ("bomb", nested_loops(2_000)?, 422, "module_too_complex", "256"),
            ("big", [starter.as_slice(), &vec![0; 5 << 20]].concat(), 413, "too_large", "4194304"),
        ];
        for (name, bytes, status, code, words) in cases {
            let answer = tenant.upload(name, &bytes).await?;
            ensure!(answer.status == status && answer.json["errorCode"] == code, "{name}: {answer:?}");
            ensure!(answer.json["message"].as_str().is_some_and(|m| m.contains(words)), "{name}: {answer:?}");
        }
        tenant.create_hook("starter", &starter).await?;
        let id = tenant.password_changed("user1@example.com").await?;
        tenant.event_when(&id, finished).await?;
        Ok(())
    })
}

/// Loops nested that deep keep an optimising compiler busy for seconds at 7 bytes each.
fn nested_loops(depth: usize) -> Result<Vec<u8>> {
    let text = format!(
        r#"(module (memory (export "memory") 1)
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 0))
            (func (export "post_change_password") (param i32 i32) (result i64) {} {} (i64.const 0)))"#,
        "(loop ".repeat(depth),
        ")".repeat(depth)
    );
    Ok(wat::parse_str(text)?)
}

fn tenants_are_apart() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let (acme, other) = (daemon.tenant("acme").await?, daemon.tenant("other").await?);
        let hook = acme.create_hook("starter", &guests::starter()?).await?;
        let event = acme.password_changed("user1@example.com").await?;
        acme.event_when(&event, finished).await?;
        let unknown = "01ARZ3NDEKTSV4RRFFQ69G5FAV";
        for path in ["/api/v2/hooks/HOOK/secrets", "/v1/hooks/HOOK/versions", "/v1/hooks/HOOK/settings"] {
            let foreign = other.get(&path.replace("HOOK", &hook)).await?;
            let absent = other.get(&path.replace("HOOK", unknown)).await?;
            ensure!(foreign.status == 404 && foreign.json == absent.json, "{path}: {foreign:?} {absent:?}");
        }
        let foreign = other.get(&format!("/v1/events/{event}")).await?;
        ensure!(foreign.status == 404, "{foreign:?}");
        for (path, list) in [("/v1/events", "events"), ("/v1/hooks", ""), ("/api/v2/logs", "")] {
            let answer = other.get(path).await?;
            let items = if list.is_empty() { &answer.json } else { &answer.json[list] };
            let empty = items.as_array().or(answer.json["hooks"].as_array()).is_some_and(Vec::is_empty);
            ensure!(answer.status == 200 && empty, "{path}: {answer:?}");
        }
        let denied = acme.post("/v1/tenants", &json!({ "name": "third" })).await?;
        ensure!(denied.status == 403, "{denied:?}");
        Ok(())
    })
}

fn bad_requests_are_refused() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let tenant = daemon.tenant("acme").await?;
        let path = "/v1/events/post-change-password";
        let connection = json!({ "connection": { "name": "db" } });
        let cases: Vec<(&str, Value, u16, &str, &str)> = vec![
            (path, json!([]), 400, "invalid_body", "object"),
            (path, json!({ "context": connection }), 400, "invalid_body", "`user`"),
            (path, json!({ "user": {} }), 400, "invalid_body", "`context`"),
            (path, json!({ "user": {}, "context": {} }), 400, "invalid_body", "`context.connection`"),
            (
                path,
                json!({ "user": {}, "context": { "connection": { "strategy": "samlp" } } }),
                400,
                "unsupported_connection",
                "samlp",
            ),
            (
                path,
                json!({ "user": { "x": "x".repeat(300 << 10) }, "context": connection }),
                413,
                "too_large",
                "262144",
            ),
            ("/v1/events/post-password", json!({}), 404, "unknown_trigger", "post-change-password"),
        ];
        for (path, body, status, code, words) in cases {
            let answer = tenant.post(path, &body).await?;
            ensure!(answer.status == status && answer.json["errorCode"] == code, "{path}: {answer:?}");
            ensure!(answer.json["message"].as_str().is_some_and(|m| m.contains(words)), "{path}: {answer:?}");
        }
        for token in ["", "nonsense", &format!("{}x", tenant.token())] {
            let answer = Api::new(&daemon.url, token)?.post(path, &json!({})).await?;
            ensure!(answer.status == 401, "'{token}': {answer:?}");
        }
        Ok(())
    })
}
