//! Whole ways through the product, command by command.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::shell::Shell;
use crate::daemon::{Daemon, OPERATOR_TOKEN, Setup};
use crate::eventually::{block_on, eventually};
use crate::guests;

/// The first script on a machine waits for the JavaScript engine, which an unoptimised build compiles for many seconds.
const PATIENCE: Duration = Duration::from_secs(180);

/// A hook that says what it does, and fails for good for users whose mail address begins with `fail`.
const HOOK: &str = "\
module.exports = function (user, context, cb) {
  const key = context.webtask.secrets.KEY;
  console.log(`first edition, key of ${key.length} letters, for ${user.email}`);
  const error = user.email.startsWith('fail') ? new Error('no such mailbox') : null;
  if (error) error.retryable = false;
  cb(error);
};
";

const HOOK_TOML: &str = r#"name = "notify"
trigger = "post-change-password"
language = "js"
allowed_hosts = ["api.example.com"]

[limits]
wall_ms = 5000

[secrets]
KEY = { env = "THE_KEY" }
SEALED = { env = "THE_KEY", sealed = ["api.example.com"] }
"#;

fn event(email: &str) -> String {
    crate::api::password_change(email).to_string()
}

/// Sends an event and gives its id.
fn send(shell: &Shell, email: &str) -> Result<String> {
    shell.write("event.json", &event(email))?;
    let accepted = shell.json("events send --event event.json")?;
    Ok(accepted["event_id"].as_str().context("an event's id")?.to_owned())
}

/// The only delivery of an event, once it is in that state with so many attempts.
async fn delivery(shell: &Shell, event: &str, state: &str, attempts: usize) -> Result<Value> {
    eventually(&format!("{event} is {state} after {attempts} attempts"), PATIENCE, || async move {
        let shown = shell.json(&format!("events {event}"))?;
        let delivery = &shown["deliveries"][0];
        let is_there =
            delivery["state"] == state && delivery["attempts"].as_array().is_some_and(|a| a.len() == attempts);
        Ok(is_there.then(|| delivery.clone()))
    })
    .await
}

pub(super) fn from_login_to_restore() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let data = directory.path().join("data");
        let daemon = Setup::new(&data).start()?;
        let mut shell = Shell::new()?;
        shell.export("HOOKBOX_OPERATOR_TOKEN", OPERATOR_TOKEN);
        shell.export("THE_KEY", "canary-7f3a1");
        let token = tenant_and_login(&shell, &daemon)?;
        shell.write("notify/hook.js", HOOK)?;
        shell.write("notify/hook.toml", HOOK_TOML)?;

        deploys(&shell)?;
        tokens(&mut shell)?;
        replays(&shell).await?;
        follows(&shell).await?;
        rolls_back(&shell)?;
        let backup = rotates_and_backs_up(&shell, &daemon, &data)?;
        ensure!(daemon.terminate()?.success(), "the daemon ends in good order");

        let restored = directory.path().join("restored");
        let with = |key: &Path| {
            let (backup, restored) = (backup.display(), restored.display());
            format!("restore {backup} --data-dir {restored} --master-key-file {}", key.display())
        };
        shell.fails(&with(&old_key(&data)?), 1, &["nothing was restored", "the time when the backup was made"])?;
        ensure!(!restored.exists(), "a key that does not open it leaves nothing behind");
        let line = with(&data.join("master.key"));
        let told = shell.json(&line)?;
        ensure!(told["tenants"] == 1 && told["master_key"] == true && told["checksum"] == true, "{told}");
        shell.fails(&line, 1, &["restored"])?;

        let daemon = Setup::new(&restored).start()?;
        shell.export("HOOKBOX_URL", &daemon.url);
        shell.export("HOOKBOX_TOKEN", token);
        let id = send(&shell, "user9@example.com")?;
        let done = delivery(&shell, &id, "succeeded", 1).await?;
        let said = &done["attempts"][0]["logs"][0]["message"];
        ensure!(said == "first edition, key of 12 letters, for user9@example.com", "the secret came along: {done:#}");
        Ok(())
    })
}

/// The tenant's token.
fn tenant_and_login(shell: &Shell, daemon: &Daemon) -> Result<String> {
    let created = shell.json(&format!("tenants create acme --url {}", daemon.url))?;
    let token = created["token"].as_str().context("a token")?.to_owned();
    shell.ok_with(&format!("login --url {}", daemon.url), &token)?;
    ensure!(shell.json("hooks")? == serde_json::json!([]), "no hooks yet");
    Ok(token)
}

fn deploys(shell: &Shell) -> Result<()> {
    let preview = shell.json("deploy notify --dry-run")?;
    ensure!(
        preview["creates"] == true && preview["secrets"]["missing"] == serde_json::json!(["KEY", "SEALED"]),
        "{preview:#}"
    );
    ensure!(shell.json("hooks")? == serde_json::json!([]), "a dry run makes nothing");
    let deployed = shell.json("deploy notify")?;
    ensure!(deployed["created"] == true && deployed["hook"]["enabled"] == true, "{deployed:#}");
    let settings = &deployed["settings"];
    ensure!(settings.as_array().is_some_and(|it| it.iter().any(|word| word == "SEALED: sealed for api.example.com")));
    let same = shell.json("deploy notify --dry-run")?;
    ensure!(same["changes"] == false && same["secrets"]["present"] == serde_json::json!(["KEY", "SEALED"]), "{same:#}");

    shell.write("notify/hook.js", &HOOK.replace("first edition", "second edition"))?;
    shell.write("notify/hook.toml", &HOOK_TOML.replace("5000", "6000").replace("KEY =", "KEY_2 ="))?;
    let preview = shell.ok("deploy notify --dry-run")?;
    for line in [
        "would update notify",
        "-  console.log(`first edition",
        "+  console.log(`second edition",
        "wall_ms: 5000 → 6000",
        "secrets missing, would be added: KEY_2",
        "secrets extra, would stay: KEY",
    ] {
        ensure!(preview.contains(line), "the preview lacks '{line}':\n{preview}");
    }
    ensure!(!preview.contains("canary"), "a preview shows no values:\n{preview}");
    refuses_at_once(shell)?;
    shell.write("notify/hook.toml", HOOK_TOML)?;
    let deployed = shell.json("deploy notify")?;
    ensure!(deployed["version_before"] == 1 && deployed["hook"]["version"] == 2, "{deployed:#}");
    Ok(())
}

/// A preview fails where the deployment would, and neither leaves anything behind.
fn refuses_at_once(shell: &Shell) -> Result<()> {
    let before = shell.json("hooks")?;
    for (change, why) in [
        (("wall_ms = 5000", "wall_ms = 999999"), "between 1 and 60000"),
        (("wall_ms = 5000", "wall_ms = 0"), "between 1 and 60000"),
        (("env = \"THE_KEY\"", "env = \"HOOKBOX_TEST_NEVER_SET\""), "HOOKBOX_TEST_NEVER_SET"),
    ] {
        for name in ["notify", "another"] {
            let toml =
                HOOK_TOML.replace(change.0, change.1).replace("name = \"notify\"", &format!("name = \"{name}\""));
            ensure!(toml.contains(change.1) && toml.contains(name), "the project is changed:\n{toml}");
            shell.write("notify/hook.toml", &toml)?;
            let preview = shell.run_with("deploy notify --dry-run", "")?;
            ensure!(preview.code == 1 && preview.stdout.contains(why), "{preview:?}");
            shell.fails("deploy notify", 1, &[why])?;
        }
    }
    ensure!(shell.json("hooks")? == before, "nothing changed");
    Ok(())
}

fn tokens(shell: &mut Shell) -> Result<()> {
    let created = shell.json("tokens create ci --scope read:hooks --expires 1h")?;
    ensure!(created["scopes"] == serde_json::json!(["read:hooks"]), "{created}");
    let (id, token) = (created["id"].as_str().context("an id")?, created["token"].as_str().context("a token")?);
    shell.export("HOOKBOX_TOKEN", token);
    shell.ok("hooks")?;
    shell.fails("hooks disable notify", 5, &["update:hooks"])?;
    shell.unset("HOOKBOX_TOKEN");
    let listed = shell.ok("tokens")?;
    ensure!(listed.contains("ci") && listed.contains("this one") && !listed.contains(token), "{listed}");
    shell.fails(&format!("tokens revoke {id}"), 1, &["would be worthless", "--yes"])?;
    shell.ok(&format!("tokens revoke {id} --yes"))?;
    shell.fails(&format!("tokens revoke {id} --yes"), 1, &["there is no token", "hookbox tokens"])?;
    shell.export("HOOKBOX_TOKEN", token);
    shell.fails("hooks", 5, &["invalid_token"])?;
    shell.unset("HOOKBOX_TOKEN");
    Ok(())
}

async fn replays(shell: &Shell) -> Result<()> {
    let id = send(shell, "fail1@example.com")?;
    delivery(shell, &id, "dead", 1).await?;
    let listed = shell.ok("events --user fail1@example.com --since 1h")?;
    ensure!(listed.contains(&id) && listed.contains("dead"), "{listed}");
    let listed = shell.ok("events --user nobody@example.com")?;
    ensure!(listed.contains("There are no such events"), "{listed}");

    ensure!(
        shell.json("replay --hook notify --since 1h --dry-run")? == serde_json::json!({"matched": 1, "replayed": 0})
    );
    shell.fails("replay --hook notify --since 1h", 1, &["1 delivery would run again", "--yes"])?;
    ensure!(shell.json("replay --state dead --yes")? == serde_json::json!({"matched": 1, "replayed": 1}));
    let dead = delivery(shell, &id, "dead", 2).await?;
    let said = shell.ok(&format!("replay {}", dead["id"].as_str().context("an id")?))?;
    ensure!(said.contains("the delivery is due at once"), "{said}");
    delivery(shell, &id, "dead", 3).await?;
    let log = shell.ok("logs --hook notify")?;
    ensure!(log.contains("fcph") && log.contains("no such mailbox"), "{log}");
    Ok(())
}

async fn follows(shell: &Shell) -> Result<()> {
    let mut tail = shell.start("logs -f --hook notify --take 1")?;
    tail.said("Waiting for what comes")?;
    let id = send(shell, "user2@example.com")?;
    tail.wrote("second edition, key of 12 letters, for user2@example.com")?;
    delivery(shell, &id, "succeeded", 1).await?;
    send(shell, "fail2@example.com")?;
    tail.wrote("fcph")?;
    let (code, _) = tail.interrupt()?;
    ensure!(code == 0, "Ctrl-C is how it ends: {code}");
    Ok(())
}

fn rolls_back(shell: &Shell) -> Result<()> {
    let diff = shell.ok("versions notify --diff 1")?;
    for line in ["-  console.log(`first edition", "+  console.log(`second edition"] {
        ensure!(diff.contains(line), "the diff lacks '{line}':\n{diff}");
    }
    ensure!(shell.json("versions notify --diff 2 1")?["changed"] == true);
    ensure!(shell.ok("versions notify --diff 2")?.contains("are the same code"));
    shell.fails("versions notify --diff 7", 1, &["does not have version 7"])?;
    ensure!(shell.json("rollback notify")?["version"] == 1);
    shell.fails("rollback notify", 1, &["does not have an earlier version"])
}

fn rotates_and_backs_up(shell: &Shell, daemon: &Daemon, data: &Path) -> Result<std::path::PathBuf> {
    let key = std::fs::read_to_string(data.join("master.key"))?;
    let rotated = shell.json(&format!("keys rotate --url {}", daemon.url))?;
    ensure!(rotated["tenants"] == 1 && rotated["secrets"] == 2, "{rotated}");
    ensure!(rotated["master_key"] == "replaced" && std::fs::read_to_string(data.join("master.key"))? != key);

    let checked = shell.json(&format!("doctor --data-dir {}", data.display()))?;
    let bad: Vec<&Value> = checked.as_array().context("findings")?.iter().filter(|it| it["state"] == "bad").collect();
    ensure!(bad.is_empty(), "{bad:?}");

    let file = shell.home().join("acme.backup");
    let line = format!("backup --to {} --data-dir {}", file.display(), data.display());
    let told = shell.json(&line)?;
    ensure!(told["tenants"] == 1 && told["bytes"].as_u64() == Some(std::fs::metadata(&file)?.len()), "{told}");
    shell.fails(&line, 1, &["acme.backup"])?;
    Ok(file)
}

/// Where a rotation keeps the key that it put out of use.
fn old_key(data: &Path) -> Result<std::path::PathBuf> {
    let files = std::fs::read_dir(data)?.collect::<Result<Vec<_>, _>>()?;
    let mut old = files.iter().filter(|file| file.file_name().to_string_lossy().starts_with("master.key.2"));
    Ok(old.next().context("the old key is kept")?.path())
}

/// Fails for good, without a script.
const FAILS: &str = r#"(module
    (memory (export "memory") 1)
    (data (i32.const 0) "{\"error\":{\"message\":\"no such mailbox\",\"retryable\":false}}")
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "post_change_password") (param i32 i32) (result i64) (i64.const 57)))"#;

pub(super) fn the_live_log_goes_on() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let tenant = daemon.tenant("acme").await?;
        tenant.create_hook("fails", &wat::parse_str(FAILS)?).await?;
        let mut shell = Shell::new()?;
        let address = daemon.url.trim_start_matches("http://").to_owned();
        shell.export("HOOKBOX_URL", &daemon.url);
        shell.export("HOOKBOX_TOKEN", tenant.token());

        let mut tail = shell.start("logs -f --json")?;
        tail.said("Waiting for what comes")?;
        let first = send(&shell, "user1@example.com")?;
        let entry: Value = serde_json::from_str(&tail.wrote(&first)?)?;
        ensure!(entry["type"] == "fcph", "{entry}");

        daemon.kill()?;
        tail.said("trying again")?;
        // What happened while nobody listened is told after all, and once.
        let daemon = Setup::new(directory.path()).listen(&address).start()?;
        let second = send(&shell, "user2@example.com")?;
        tail.wrote(&second)?;
        let third = send(&shell, "user3@example.com")?;
        tail.wrote(&third)?;
        let (code, rest) = tail.interrupt()?;
        ensure!(code == 0 && !rest.contains(&first) && !rest.contains(&second), "{code}\n{rest}");
        drop(daemon);
        shell.fails("logs -f", 4, &["cannot reach the daemon"])
    })
}

pub(super) fn an_operators_day() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let daemon = Setup::new(directory.path()).start()?;
        let mut shell = Shell::new()?;
        shell.export("HOOKBOX_URL", &daemon.url);
        shell.export("HOOKBOX_OPERATOR_TOKEN", OPERATOR_TOKEN);
        let token = shell.json("tenants create acme")?["token"].as_str().context("a token")?.to_owned();
        shell.export("HOOKBOX_TOKEN", token.as_str());
        std::fs::write(shell.home().join("starter.wasm"), guests::starter()?)?;
        let deploy = "deploy starter.wasm --trigger post-change-password --name";
        let preview = shell.ok(&format!("{deploy} starter --dry-run"))?;
        ensure!(preview.contains("would create starter") && preview.contains("sha256:"), "{preview}");
        shell.ok(&format!("{deploy} starter"))?;

        let quotas = shell.json("tenants quota acme hooks=1 backlog=100_000")?;
        ensure!(quotas["hooks"] == 1 && quotas["backlog"] == 100_000, "{quotas}");
        shell.fails(&format!("{deploy} another"), 1, &["hooks"])?;
        shell.ok("tenants quota acme hooks=default")?;
        shell.ok(&format!("{deploy} another"))?;

        ensure!(shell.ok("tenants suspend acme")?.contains("suspended"));
        shell.fails("hooks", 5, &["tenant_suspended"])?;
        let shown = shell.ok("tenants show acme")?;
        ensure!(shown.contains("suspended") && shown.contains("retention_bytes"), "{shown}");
        ensure!(shell.ok("tenants resume acme")?.contains("active"));
        shell.ok("hooks")?;

        let made = shell.json("tenants token acme spare --scope read:hooks")?;
        shell.export("HOOKBOX_TOKEN", made["token"].as_str().context("a token")?);
        shell.ok("hooks")?;

        shell.fails("tenants delete acme", 1, &["would be deleted for good", "--yes"])?;
        shell.ok("tenants delete acme --yes")?;
        shell.fails("tenants show acme", 1, &["tenant_does_not_exist", "`hookbox tenants` lists"])?;
        shell.fails("hooks", 5, &["invalid_token"])
    })
}
