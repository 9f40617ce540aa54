//! `hookbox deploy [DIR|FILE]`

use std::collections::BTreeMap;
use std::path::PathBuf;

use hookbox_javascript::Engine;
use hookbox_protocol::api::Hook;
use hookbox_protocol::{RunLimits, Trigger, name};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::client::{Body, Client, Connection};
use crate::code::{Code, Kind};
use crate::command::{build, hooks, logs, secrets};
use crate::failure::{Exit, Failure};
use crate::output::{FAINT, GOOD, Output, STRONG, printable};
use crate::project::{Project, Retry};
use crate::{local, script};

/// Puts a hook on a daemon: a new hook, or a new version of one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The hook is found by its name. Code that is live already makes no new version. Limits, allowed \
                  hosts, retry and secrets are set as hook.toml says.\n\nExamples:\n  hookbox deploy my-hook\n  \
                  hookbox deploy notify.wasm --name notify --trigger post-change-password"
)]
pub(crate) struct Args {
    /// The folder with the hook.toml, or a module, or a script (.js)
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    path: PathBuf,
    /// The hook's name, for a file
    #[arg(long)]
    name: Option<String>,
    /// What the hook is bound to, for a file
    #[arg(long)]
    trigger: Option<Trigger>,
    #[command(flatten)]
    connection: Connection,
}

/// What is deployed.
struct Wanted {
    name: String,
    trigger: Trigger,
    code: Code,
    /// `None` leaves the hook's settings as they are.
    settings: Option<Settings>,
    secrets: BTreeMap<String, String>,
}

/// What `hook.toml` says beside the code.
struct Settings {
    limits: BTreeMap<String, u64>,
    allowed_hosts: Option<Vec<String>>,
    retry: Option<Retry>,
}

/// What a deployment changed, for people and programs.
#[derive(Debug, serde::Serialize)]
struct Deployed {
    hook: Hook,
    created: bool,
    version_before: Option<u32>,
    settings: Vec<String>,
    secrets: secrets::Changed,
    warnings: Vec<String>,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    // Before the build, which takes a while: without a token nothing can come of it.
    let client = Client::new(&args.connection)?;
    let wanted = wanted(args).await?;
    let deployed = deploy(&client, wanted).await?;
    if output.is_json() {
        output.json(&deployed)?;
    } else {
        show(&deployed, output)?;
    }
    Ok(Exit::Done)
}

async fn wanted(args: &Args) -> anyhow::Result<Wanted> {
    if args.path.is_file() {
        let (Some(hook_name), Some(trigger)) = (&args.name, args.trigger) else {
            return Err(Failure::new("a file does not say what the hook is called and what it is bound to")
                .hint("give --name NAME and --trigger TRIGGER, or the folder of a hook project")
                .into());
        };
        let code = checked(Code::read(&args.path)?).await?;
        let secrets = BTreeMap::new();
        return Ok(Wanted { name: name::hook(hook_name)?, trigger, code, settings: None, secrets });
    }
    let project = Project::load(&args.path)?;
    if args.name.is_some() || args.trigger.is_some() {
        return Err(Failure::new("--name and --trigger are for files; a project has them in its hook.toml")
            .hint(format!("change {}", project.folder.join(crate::project::FILE).display()))
            .into());
    }
    // Secrets that are missing are found before the build, too.
    let secrets = project.secrets()?;
    let code = checked(Code::build(&project).await?).await?;
    let settings = Settings { limits: project.limits, allowed_hosts: project.allowed_hosts, retry: project.retry };
    Ok(Wanted { name: project.name, trigger: project.trigger, code, settings: Some(settings), secrets })
}

/// A script that does not compile would be stored all the same, and be live: it is found here.
async fn checked(code: Code) -> anyhow::Result<Code> {
    if let Kind::Script(source) = &code.kind
        && Engine::available()
    {
        script::compile(&local::runtime()?, build::shown_from_here(&code.path), source).await?;
    }
    Ok(code)
}

async fn deploy(client: &Client, wanted: Wanted) -> anyhow::Result<Deployed> {
    let Wanted { name, trigger, code, settings, secrets } = wanted;
    let before = hooks::find_for(client, &name, trigger).await?;
    let (created, version_before) = (before.is_none(), before.as_ref().map(|hook| hook.version));
    let mut warnings = Vec::new();
    let mut log_before = None;
    if let Kind::Script(source) = &code.kind {
        warnings = script::warnings(source, code.is_bundle);
        // A token that may not read the log can deploy all the same.
        log_before = logs::latest(client, 1).await.ok();
    }
    match (before, code.kind) {
        (None, Kind::Module(wasm)) => {
            let query = [("name", name.as_str()), ("trigger", trigger.name())];
            client.send(Method::POST, &["v1", "hooks"], &query, Body::Wasm(wasm)).await?;
        }
        (Some(hook), Kind::Module(wasm)) => {
            let path = ["v1", "hooks", hook.id.as_str(), "module"];
            client.send(Method::PUT, &path, &[], Body::Wasm(wasm)).await?;
        }
        (None, Kind::Script(script)) => {
            let mut body = script_body(script, code.dependencies);
            body.extend([("name".to_owned(), Value::from(name.as_str())), ("triggerId".to_owned(), json!(trigger))]);
            client.send(Method::POST, &["api", "v2", "hooks"], &[], Body::json(&body)?).await?;
        }
        (Some(hook), Kind::Script(script)) => {
            let body = Body::json(&script_body(script, code.dependencies))?;
            client.send(Method::PATCH, &["api", "v2", "hooks", hook.id.as_str()], &[], body).await?;
        }
    }
    let hook = hooks::find(client, &name).await?;
    if let Some(before) = &log_before
        && let Ok(said) = warnings_since(client, &hook, before.last()).await
        && !said.is_empty()
    {
        // The daemon knows best which modules it has. Just started, it says nothing yet.
        warnings = said;
    }
    let settings = match settings {
        Some(settings) => apply_settings(client, &hook, &settings).await?,
        None => Vec::new(),
    };
    let secrets = secrets::set(client, &hook, secrets).await?;
    Ok(Deployed { hook, created, version_before, settings, secrets, warnings })
}

/// The body that carries a script, with the versions of built-in modules that its project asks for.
fn script_body(script: String, mut dependencies: BTreeMap<String, String>) -> Map<String, Value> {
    // The others are part of the script.
    dependencies.retain(|name, _| Engine::modules().contains(&name.as_str()));
    let mut body = Map::from_iter([("script".to_owned(), Value::from(script))]);
    if !dependencies.is_empty() {
        body.insert("dependencies".to_owned(), json!(dependencies));
    }
    body
}

/// What the daemon wrote into the tenant log about the script that it stored.
async fn warnings_since(client: &Client, hook: &Hook, last: Option<&logs::Entry>) -> anyhow::Result<Vec<String>> {
    let entries = match last {
        Some(last) => logs::after(client, &logs::id(last)).await?,
        None => logs::latest(client, logs::TAKE_MAX).await?,
    };
    let is_ours = |entry: &logs::Entry| {
        let of = |key: &str| entry.get(key).and_then(Value::as_str);
        of("type") == Some("w") && of("hook_id") == Some(hook.id.as_str())
    };
    let warning = |entry: &logs::Entry| Some(entry.get("details")?.get("warning")?.as_str()?.to_owned());
    Ok(entries.iter().filter(|entry| is_ours(entry)).filter_map(warning).collect())
}

/// Sends the settings that differ from what the daemon has; what was changed, in words.
async fn apply_settings(client: &Client, hook: &Hook, wanted: &Settings) -> anyhow::Result<Vec<String>> {
    let path = ["v1", "hooks", hook.id.as_str(), "settings"];
    let current: Map<String, Value> = client.get(&path, &[]).await?;
    let (change, words) = wanted.change(&current);
    if !change.is_empty() {
        client.send(Method::PATCH, &path, &[], Body::json(&change)?).await?;
    }
    Ok(words)
}

impl Settings {
    /// The body of the PATCH that leads from `current` to these settings, and each difference in words.
    ///
    /// A limit that `hook.toml` does not name goes back to its default: the file says all there is.
    fn change(&self, current: &Map<String, Value>) -> (Map<String, Value>, Vec<String>) {
        let (mut change, mut words) = (Map::new(), Vec::new());
        let current_of = |name: &str| current.get(name).unwrap_or(&Value::Null);
        let mut limits = Map::new();
        for limit in RunLimits::TABLE {
            let own = self.limits.get(limit.name).copied();
            let wanted = Value::from(own.unwrap_or(limit.default));
            let before = &current_of("limits")[limit.name];
            if *before != wanted {
                words.push(format!("{}: {before} → {wanted}", limit.name));
                limits.insert(limit.name.to_owned(), own.map_or(Value::Null, Value::from));
            }
        }
        if !limits.is_empty() {
            change.insert("limits".to_owned(), limits.into());
        }
        let mut others = vec![("allowed_hosts", Value::from(self.allowed_hosts.clone()))];
        others.extend(self.retry.map(|retry| ("retry", Value::from(retry.name()))));
        for (name, wanted) in others {
            let before = current_of(name);
            if *before != wanted {
                words.push(format!("{name}: {before} → {wanted}"));
                change.insert(name.to_owned(), wanted);
            }
        }
        (change, words)
    }
}

fn show(deployed: &Deployed, output: Output) -> anyhow::Result<()> {
    let hook = &deployed.hook;
    let name = printable(&hook.name);
    let version = hook.version;
    match deployed.version_before {
        None => {
            let state = if hook.enabled { "enabled" } else { "disabled" };
            output.line(format_args!("{GOOD}created{GOOD:#} {STRONG}{name}{STRONG:#} for {}, {state}", hook.trigger))
        }
        Some(before) if before == version => {
            output.line(format_args!("{STRONG}{name}{STRONG:#} runs this code already, as version {version}"))
        }
        Some(before) => output.line(format_args!(
            "{GOOD}updated{GOOD:#} {STRONG}{name}{STRONG:#}: version {version} is live, before it was {before}"
        )),
    }?;
    for change in &deployed.settings {
        output.line(format_args!("  {}", printable(change)))?;
    }
    for (word, names) in [("added", &deployed.secrets.added), ("set", &deployed.secrets.updated)] {
        if !names.is_empty() {
            output.line(format_args!("  {word} secrets {}", printable(&names.join(", "))))?;
        }
    }
    deployed.warnings.iter().try_for_each(|text| build::warn(text, output))?;
    if !hook.enabled {
        output.line(format_args!("{FAINT}Events do not reach it. Next: hookbox hooks enable {name}{FAINT:#}"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_script_goes_with_the_versions_of_built_in_modules_that_it_asks_for() {
        let dependencies = ["axios", "left-pad"].map(|name| (name.to_owned(), "1".to_owned())).into();
        let body = |dependencies| Value::Object(script_body("x".to_owned(), dependencies)).to_string();
        expect![[r#"{"script":"x","dependencies":{"axios":"1"}}"#]].assert_eq(&body(dependencies));
        expect![[r#"{"script":"x"}"#]].assert_eq(&body(BTreeMap::new()));
    }

    #[test]
    fn only_settings_that_differ_are_sent_and_named() {
        let defaults = RunLimits::TABLE.iter().map(|limit| (limit.name.to_owned(), Value::from(limit.default)));
        let mut current = Map::from_iter([
            ("limits".to_owned(), Value::Object(defaults.collect())),
            ("allowed_hosts".to_owned(), Value::Null),
            ("retry".to_owned(), "safe".into()),
        ]);
        let mut wanted = Settings { limits: BTreeMap::new(), allowed_hosts: None, retry: None };
        assert_eq!(wanted.change(&current), (Map::new(), Vec::new()), "an empty file changes nothing");

        current["limits"]["fuel"] = json!(7);
        wanted.limits.insert("wall_ms".to_owned(), 5_000);
        wanted.allowed_hosts = Some(vec!["api.example.com".to_owned()]);
        wanted.retry = Some(Retry::None);
        let (change, words) = wanted.change(&current);
        expect![[r#"
            {"limits":{"fuel":null,"wall_ms":5000},"allowed_hosts":["api.example.com"],"retry":"none"}
            fuel: 7 → 1000000000
            wall_ms: 20000 → 5000
            allowed_hosts: null → ["api.example.com"]
            retry: "safe" → "none""#]]
        .assert_eq(&format!("{}\n{}", Value::Object(change), words.join("\n")));
    }
}
