//! Limits that the operator moved, on the real daemon: higher than shipped, lower than the default, and what is refused at
//! the start.

use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::{Map, Value, json};

use crate::api::{Answer, Api, finished, password_change};
use crate::daemon::{Daemon, HOOKBOX, Setup};
use crate::eventually::block_on;
use crate::{Case, case};

pub(crate) const CASES: &[Case] = &[
    case("limits: what the operator raised is taken, and runs", raised_limits_hold),
    case("limits: a ceiling below the default holds for hooks that were set to more", lowered_ceilings_hold),
    case("limits: what cannot be set is refused at the start, with its bounds", wrong_settings_are_refused),
];

/// Raised a little, each in a way that the shipped limits refuse; in two of the three forms. The third is the file's.
const FLAGS: [&str; 4] = ["memory_bytes=512MiB", "module_bytes=6MiB", "shape_nesting=300", "cpu_ms=20000"];
const FILE: &str = "[limits]\nevent_bytes = \"512KiB\"\nscript_bytes = 2_000_000\nsecrets = 25\n\
                    secret_value_bytes = 5_000\ncpu_ms = 5\n";

/// A hook on `post-change-password` whose function is `body`.
fn module(body: &str) -> Result<Vec<u8>> {
    Ok(wat::parse_str(format!(
        r#"(module
            (import "hookbox" "timer_start" (func $timer (param i64) (result i32)))
            (import "hookbox" "next_event" (func $next (result i64)))
            (memory (export "memory") 1)
            (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
            (func (export "post_change_password") (param i32 i32) (result i64) {body} (i64.const 0)))"#
    ))?)
}

/// What fits into the raised limits and not into the shipped ones: a name, and how it is sent.
async fn larger_than_shipped(tenant: &Api, hook: &str) -> Result<Vec<(&'static str, Answer)>> {
    let mut padded = module("")?;
    // A custom section of 5 MiB: its id, its size, a name of no letters, and zeros.
    padded.extend([0, 0x81, 0x80, 0xc0, 0x02, 0]);
    padded.resize(padded.len() + (5 << 20), 0);
    let nested = module(&format!("{}{}", "(block ".repeat(300), ")".repeat(300)))?;
    // 400 MiB and a page.
    let grows = module("(if (i32.eq (memory.grow (i32.const 6400)) (i32.const -1)) (then (unreachable)))")?;
    tenant.create_hook("grows", &grows).await?;
    let grows =
        tenant.get("/v1/hooks").await?.json["hooks"].as_array().and_then(|hooks| Some(hooks.last()?["id"].clone()));
    let run = json!({
        "trigger": "post-change-password", "hook_id": grows, "limits": { "memory_bytes": 500 << 20, "cpu_ms": 20_000 },
    });
    let mut event = password_change("u1@example.com");
    event["context"]["note"] = "x".repeat(300 << 10).into();
    let secrets: Map<String, Value> = (0..25).map(|n| (format!("S{n}"), "v".repeat(5_000).into())).collect();
    let script = json!({ "script": format!("//{}", "x".repeat(1_500_000)) });
    Ok(vec![
        ("module_bytes", tenant.upload("padded", &padded).await?),
        ("shape_nesting", tenant.upload("nested", &nested).await?),
        ("memory_bytes", tenant.post("/v1/runner", &run).await?),
        ("event_bytes", tenant.post("/v1/events/post-change-password", &event).await?),
        ("secrets", tenant.post(&format!("/api/v2/hooks/{hook}/secrets"), &Value::Object(secrets)).await?),
        ("script_bytes", tenant.post(&format!("/v1/hooks/{hook}/versions"), &script).await?),
    ])
}

fn raised_limits_hold() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let start = |setup: Setup| -> Result<Daemon> { setup.start() };
        let shipped = start(Setup::new(&directory.path().join("shipped")))?;
        let tenant = shipped.tenant("acme").await?;
        let hook = tenant.create_hook("mine", &module("")?).await?;
        for (limit, answer) in larger_than_shipped(&tenant, &hook).await? {
            ensure!((400..500).contains(&answer.status), "{limit}: {answer:?}");
            let message = answer.json["message"].as_str().unwrap_or_default();
            let is_named = message.contains(limit) || message.contains("Too many properties defined (25), maximum 20");
            ensure!(is_named, "{limit}: {message}");
        }

        let (file, log) = (directory.path().join("hookbox.toml"), directory.path().join("log"));
        std::fs::write(&file, FILE)?;
        let setup = Setup::new(&directory.path().join("raised")).logged("info", &log).flag("--config", file.display());
        let raised = start(FLAGS.iter().fold(setup, |setup, limit| setup.flag("--limit", limit)))?;
        let tenant = raised.tenant("acme").await?;
        let hook = tenant.create_hook("mine", &module("")?).await?;
        for (limit, answer) in larger_than_shipped(&tenant, &hook).await? {
            ensure!((200..300).contains(&answer.status), "{limit}: {answer:?}");
            ensure!(limit != "memory_bytes" || answer.json["outcome"] == "completed", "{limit}: {answer:?}");
        }
        let log = std::fs::read_to_string(log)?;
        for part in ["the operator moved limits", "cpu_ms 20,000 (shipped 10,000)", "secrets 25 (shipped 20)"] {
            ensure!(log.contains(part), "the log does not say '{part}':\n{log}");
        }
        Ok(())
    })
}

fn lowered_ceilings_hold() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let tenant = daemon.tenant("acme").await?;
        let waits = module("(drop (call $timer (i64.const 120000))) (drop (call $next))")?;
        let settings = format!("/v1/hooks/{}/settings", tenant.create_hook("waits", &waits).await?);
        let changed = tenant.patch(&settings, &json!({ "limits": { "wall_ms": 60_000 }, "retry": "none" })).await?;
        ensure!(changed.status == 200, "{changed:?}");
        daemon.terminate()?;

        let daemon =
            Setup::new(directory.path()).flag("--limit", "wall_ms=300").flag("--limit", "memory_bytes=1MiB").start()?;
        let tenant = Api::new(&daemon.url, tenant.token())?;
        let shown = tenant.get(&settings).await?.json;
        ensure!(shown["limits"]["wall_ms"] == 300 && shown["ceilings"]["wall_ms"] == 300, "{shown}");
        ensure!(shown["limits"]["memory_bytes"] == 1 << 20, "{shown}");
        let refused = tenant.patch(&settings, &json!({ "limits": { "wall_ms": 301 } })).await?;
        let way_up = "between 1 and 300 (an operator can raise it: `hookbox serve --limit wall_ms=…`)";
        ensure!(refused.json["message"].as_str().is_some_and(|text| text.contains(way_up)), "{refused:?}");
        let event = tenant.password_changed("u1@example.com").await?;
        let event = tenant.event_when(&event, finished).await?;
        let attempt = &event["deliveries"][0]["attempts"][0];
        ensure!(attempt["outcome"] == "timed_out", "{attempt:#}");
        ensure!(attempt["error"]["message"].as_str().is_some_and(|text| text.contains("300 ms")), "{attempt:#}");
        Ok(())
    })
}

fn wrong_settings_are_refused() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("hookbox.toml");
    std::fs::write(&file, "listen = \"127.0.0.1:0\"\n[limits]\nwall_ms = 5_000\nversions = 5\n")?;
    let serve = |arguments: &[&str], variable: &str| -> Result<String> {
        let output = Command::new(HOOKBOX)
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(directory.path().join("data"))
            .args(arguments)
            .env("HOOKBOX_LIMITS", variable)
            .output()?;
        ensure!(!output.status.success(), "it started with {arguments:?} and '{variable}'");
        Ok(String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for (arguments, variable, parts) in [
        (&["--limit", "gas=5"][..], "", &["there is no limit 'gas'", "fuel", "shape_functions"][..]),
        (&["--limit", "cpu_ms=0"], "", &["limit cpu_ms is 0 ms; it must be between 1 and 600000"]),
        (&["--limit", "hooks=200"], "", &["`hookbox tenants quota TENANT hooks=…`"]),
        (&["--limit", "fuel=5", "--limit", "fuel=6"], "", &["--limit: the limit fuel is set twice"]),
        (&[], "secrets=101", &["HOOKBOX_LIMITS: limit secrets is 101 secrets; it must be between 1 and 100"]),
        (&[], "event_bytes=much", &["HOOKBOX_LIMITS: limit event_bytes: 'much' is not a number of bytes"]),
        (
            &["--config", &file.display().to_string()],
            "",
            &["hookbox.toml", "line ", "the limit versions is fixed at 50"],
        ),
    ] {
        let words = serve(arguments, variable)?;
        for part in parts {
            ensure!(words.contains(part), "{arguments:?} '{variable}' does not say '{part}': {words}");
        }
    }
    Ok(())
}
