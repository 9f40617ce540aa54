//! The running daemon against its own description: schemathesis makes up calls from `/openapi.json`, good ones and bad
//! ones, for several identities, and holds every answer to the document.
//!
//! No 5xx, no status, content type or body that is not described, nothing bad that is accepted, and nothing of one tenant
//! in what another one is answered. `HOOKBOX_SCHEMA_SECONDS` gives the time for each identity; the default is short, and
//! always begins with the same calls.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::api::{Answer, Api, finished};
use crate::clients::python_packages;
use crate::daemon::{Daemon, OPERATOR_TOKEN, Setup};
use crate::eventually::block_on;
use crate::{Case, Need, case_needing, guests};

pub(crate) const CASES: &[Case] = &[case_needing(
    "schema: what is answered is what is described, for each identity, and nothing of another tenant",
    &[Need::JavaScript, Need::Pip],
    answers_are_as_described,
)];

/// Seconds for each identity, where nobody says otherwise.
const SECONDS: u64 = 20;

/// What only the tenant `acme` writes. In lower case, as names of hooks are kept.
const CANARIES: [&str; 5] = ["canary-hook", "canary-code", "canary-user", "canary-secret", "canary-token"];

/// Who calls, with how many calls of the API he must get through to at least.
struct Identity<'a> {
    name: &'a str,
    token: &'a str,
    is_foreign: bool,
    reached_least: u32,
}

fn answers_are_as_described() -> Result<()> {
    let packages = python_packages(&guests::root().join("tests/schema/requirements.txt"), "schema-python")?;
    let directory = tempfile::tempdir()?;
    // Each identity calls as fast as it can; what is refused for its rate would be tried for nothing.
    let daemon = Setup::new(&directory.path().join("data")).flag("--management-rate", 60_000_000).start()?;
    let (owner, other) = block_on(async { anyhow::Ok((daemon.tenant("acme").await?, daemon.tenant("other").await?)) })?;
    let narrow = block_on(few_scopes(&other))?;
    let spared = block_on(spared(&[&owner, &other]))?;
    let ids = block_on(fill(&owner))?;
    let rules = std::fs::read_to_string(guests::root().join("tests/schema/schemathesis.toml"))?;
    std::fs::write(directory.path().join("rules.toml"), format!("{rules}\n[dictionaries.ids]\nvalues = {ids:?}\n"))?;
    let module = directory.path().join("starter.wasm");
    std::fs::write(&module, guests::starter()?)?;

    let identities = [
        Identity { name: "another tenant", token: other.token(), is_foreign: true, reached_least: 10 },
        Identity { name: "few scopes", token: &narrow, is_foreign: true, reached_least: 3 },
        Identity { name: "the owner", token: owner.token(), is_foreign: false, reached_least: 12 },
        Identity { name: "the operator", token: OPERATOR_TOKEN, is_foreign: false, reached_least: 3 },
    ];
    let before = block_on(possessions(&owner))?;
    for identity in identities {
        let settings = json!({
            "canaries": if identity.is_foreign { &CANARIES[..] } else { &[] },
            "spared": spared,
            "reached_least": identity.reached_least,
            "module": module,
            "event": event("made-up"),
        });
        std::fs::write(directory.path().join("settings.json"), settings.to_string())?;
        fuzz(&daemon, &identity, &packages, directory.path())?;
        if identity.is_foreign {
            let after = block_on(possessions(&owner))?;
            ensure!(after == before, "{} changed what is another tenant's:\n{before:#}\n{after:#}", identity.name);
        }
    }
    let alive = block_on(daemon.operator()?.get("/readyz"))?;
    ensure!(alive.status == 200, "the daemon is not ready after all of this: {alive:?}");
    Ok(())
}

/// Lets schemathesis make up calls of one identity, and fails with all that it found.
fn fuzz(daemon: &Daemon, identity: &Identity<'_>, packages: &Path, directory: &Path) -> Result<()> {
    let seconds = std::env::var_os("HOOKBOX_SCHEMA_SECONDS").and_then(|n| n.to_str()?.parse::<u64>().ok());
    let source = guests::root().join("tests/schema");
    let mut command = Command::new("python3");
    command
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(directory.join("rules.toml"))
        .args(["run", &format!("{}/openapi.json", daemon.url), "--no-color"])
        .args(["--max-time", &seconds.unwrap_or(SECONDS).to_string()])
        .env("PYTHONPATH", packages)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("NO_PROXY", "127.0.0.1")
        .env("HOOKBOX_SCHEMA", &source)
        .env("HOOKBOX_SCHEMA_TOKEN", identity.token)
        .env("HOOKBOX_SCHEMA_SETTINGS", directory.join("settings.json"))
        .current_dir(directory)
        .stdin(Stdio::null());
    if seconds.is_none() {
        command.args(["--seed", "1"]);
    }
    let output = command.output().context("start python3")?;
    let said = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "as {}:\n{said}{}", identity.name, String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Gives the owner hooks, secrets, events, tokens and log entries, with canaries in all of them; and their ids.
async fn fill(owner: &Api) -> Result<Vec<String>> {
    let module = owner.create_hook("canary-hook", &guests::starter()?).await?;
    let mut hooks = vec![module];
    for (trigger, result) in [("post-user-registration", "null"), ("pre-user-registration", "new Error('canary-code')")]
    {
        let script =
            format!("module.exports = (user, context, cb) => {{ console.log('canary-code'); cb({result}); }};");
        let name = format!("canary-hook-{trigger}");
        let hook = json!({ "name": name, "triggerId": trigger, "script": script, "enabled": true });
        hooks.push(made(&owner.post("/api/v2/hooks", &hook).await?, "id")?);
    }
    for hook in &hooks {
        let secrets = json!({ "canary-secret": "canary-secret-value" });
        let added = owner.post(&format!("/api/v2/hooks/{hook}/secrets"), &secrets).await?;
        ensure!(added.status == 201, "{added:?}");
    }
    let token = json!({ "name": "canary-token", "scopes": ["read:logs"] });
    let token = made(&owner.post("/v1/tokens", &token).await?, "id")?;
    let event = made(&owner.post("/v1/events/post-user-registration", &event("canary-user")).await?, "event_id")?;
    // The first script of a daemon waits for its engine, which no call of the fuzzer would.
    let shown = owner.event_when(&event, finished).await?;
    let delivery = shown["deliveries"][0]["id"].as_str().context("the event has a delivery")?.to_owned();
    let failed = owner.post("/v1/triggers/pre-user-registration/call", &self::event("canary-user")).await?;
    ensure!(failed.json["outcome"] == "failed", "{failed:?}");
    let log = owner.get("/api/v2/logs").await?;
    let log = log.json[0]["log_id"].as_str().with_context(|| format!("a log entry: {log:?}"))?.to_owned();
    let triggers = ["post-change-password", "pre-user-registration", "acme"].map(str::to_owned);
    Ok(hooks.into_iter().chain([token, event, delivery, log]).chain(triggers).collect())
}

fn made(answer: &Answer, id: &str) -> Result<String> {
    let found = answer.json[id].as_str().map(str::to_owned);
    found.with_context(|| format!("the answer has no {id}: {answer:?}"))
}

fn event(user: &str) -> Value {
    json!({
        "user": { "id": user, "username": user, "email": format!("{user}@example.com") },
        "context": { "connection": { "id": "con_1", "name": "users", "tenant": "acme" } },
    })
}

/// A token of the tenant that may only look.
async fn few_scopes(tenant: &Api) -> Result<String> {
    let asked = json!({ "name": "few", "scopes": ["read:hooks", "read:events", "read:logs"] });
    made(&tenant.post("/v1/tokens", &asked).await?, "token")
}

/// The ids of all tokens that there are now, and the tenants' names: the run goes on only while they are there.
async fn spared(tenants: &[&Api]) -> Result<BTreeSet<String>> {
    let mut spared: BTreeSet<String> = ["acme", "other"].map(str::to_owned).into();
    for tenant in tenants {
        let tokens = tenant.get("/v1/tokens").await?;
        let rows = tokens.json["tokens"].as_array().with_context(|| format!("a list of tokens: {tokens:?}"))?;
        spared.extend(rows.iter().filter_map(|row| row["id"].as_str()).map(str::to_owned));
    }
    Ok(spared)
}

/// What another tenant must leave as it is.
async fn possessions(owner: &Api) -> Result<Value> {
    let mut all = Value::Null;
    for path in ["/api/v2/hooks", "/v1/tokens", "/v1/settings", "/v1/audit"] {
        let answer = owner.get(path).await?;
        ensure!(answer.status == 200, "{path}: {answer:?}");
        all[path] = answer.json;
    }
    // When a token was used last changes with each use.
    for token in all["/v1/tokens"]["tokens"].as_array_mut().into_iter().flatten() {
        token["last_used_at"] = Value::Null;
    }
    Ok(all)
}
