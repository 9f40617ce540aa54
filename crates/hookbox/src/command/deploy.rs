//! `hookbox deploy [DIR|FILE]`

mod ceiling;
mod difference;
mod settings;

use std::collections::BTreeMap;
use std::path::PathBuf;

use hookbox_javascript::Engine;
use hookbox_protocol::api::Hook;
use hookbox_protocol::{Trigger, name};
use reqwest::Method;
use serde_json::{Map, Value, json};

use crate::client::{Body, Client, Connection};
use crate::code::{Code, Kind};
use crate::command::{build, hooks, logs, secrets};
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::{FAINT, GOOD, Output, STRONG, printable};
use crate::project::Project;
use crate::{local, script};

use settings::Settings;

/// Puts a hook on a daemon: a new hook, or a new version of one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The hook is found by its name. Code that is live already makes no new version. Limits, allowed \
                  hosts, retry, order, secrets and what seals them are set as hook.toml says, before the new code is \
                  live; a new hook is enabled last. --dry-run builds, compares and changes nothing; it ends with 1 \
                  where the deployment would fail.\n\nExamples:\n  \
                  hookbox deploy my-hook --dry-run\n  hookbox deploy my-hook\n  hookbox deploy notify.wasm --name notify \
                  --trigger post-change-password"
)]
pub(crate) struct Args {
    /// The folder with the hook.toml, or a module, or a script (.js, .cjs)
    #[arg(default_value = ".", value_name = "DIR|FILE")]
    path: PathBuf,
    /// The hook's name, for a file
    #[arg(long)]
    name: Option<String>,
    /// What the hook is bound to, for a file
    #[arg(long)]
    trigger: Option<Trigger>,
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
}

/// What is to be deployed.
struct Wanted {
    name: String,
    trigger: Trigger,
    code: Code,
    /// `None` for a file, which leaves what is beside the code as it is.
    project: Option<Project>,
}

impl Wanted {
    /// The versions of built-in modules that a script's project asks for; `None` where it does not say.
    fn dependencies(&self) -> Option<BTreeMap<String, String>> {
        self.project.as_ref()?;
        let mut dependencies = self.code.dependencies.clone();
        // The others are part of the script.
        dependencies.retain(|name, _| Engine::modules().contains(&name.as_str()));
        matches!(self.code.kind, Kind::Script(_)).then_some(dependencies)
    }

    fn settings(&self) -> Option<Settings> {
        self.project.as_ref().map(Settings::of)
    }

    fn enabled(&self) -> Option<bool> {
        self.project.as_ref().and_then(|project| project.enabled)
    }
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
    let (hook_name, trigger, project) = subject(args)?;
    // Secrets that are missing are found before the build, too. A look at what would change needs no values.
    let values = match &project {
        Some(project) if !args.dry_run => project.secrets()?,
        _ => BTreeMap::new(),
    };
    let code = match &project {
        Some(project) => Code::build(project).await?,
        None => Code::read(&args.path)?,
    };
    check(&code, trigger).await?;
    let wanted = Wanted { name: hook_name, trigger, code, project };
    if args.dry_run {
        return difference::show(&client, &wanted, output).await;
    }
    let deployed = deploy(&client, wanted, values).await?;
    if output.is_json() {
        output.json(&deployed)?;
    } else {
        show(&deployed, output)?;
    }
    Ok(Exit::Done)
}

/// The hook's name, what it is bound to, and its project where it has one.
fn subject(args: &Args) -> anyhow::Result<(String, Trigger, Option<Project>)> {
    if args.path.is_file() {
        let (Some(hook_name), Some(trigger)) = (&args.name, args.trigger) else {
            return Err(Failure::new("a file does not say what the hook is called and what it is bound to")
                .hint("give --name NAME and --trigger TRIGGER, or the folder of a hook project")
                .into());
        };
        return Ok((name::hook(hook_name).hint("give another --name, such as my-hook")?, trigger, None));
    }
    let project = Project::load(&args.path)?;
    if args.name.is_some() || args.trigger.is_some() {
        return Err(Failure::new("--name and --trigger are for files; a project has them in its hook.toml")
            .hint(format!("change {}", project.folder.join(crate::project::FILE).display()))
            .into());
    }
    Ok((project.name.clone(), project.trigger, Some(project)))
}

/// Finds what a daemon would refuse before anything is changed there. A script that does not compile would even be stored
/// all the same, and be live.
async fn check(code: &Code, trigger: Trigger) -> anyhow::Result<()> {
    match &code.kind {
        Kind::Script(source) if Engine::available() => {
            script::compile(&local::runtime()?, build::shown_from_here(&code.path), source).await?;
        }
        Kind::Script(_) => {}
        Kind::Module(wasm) => {
            // A machine that cannot set up a sandbox can deploy all the same.
            if let Ok(runtime) = local::runtime() {
                runtime.check(wasm, trigger).map_err(|refusal| build::refused(&refusal, trigger))?;
            }
        }
    }
    Ok(())
}

async fn deploy(client: &Client, wanted: Wanted, values: BTreeMap<String, String>) -> anyhow::Result<Deployed> {
    let before = hooks::find_for(client, &wanted.name, wanted.trigger).await?;
    if let Some(project) = &wanted.project {
        let refused = ceiling::refused(client, project).await?;
        if !refused.is_empty() {
            return Err(Failure::new(refused.join("; "))
                .hint("change [limits] in hook.toml; only an operator raises a ceiling")
                .into());
        }
    }
    let mut warnings = wanted.code.warnings();
    let mut log_before = None;
    if let Kind::Script(_) = &wanted.code.kind {
        // A token that may not read the log can deploy all the same.
        log_before = logs::latest(client, 1).await.ok();
    }
    let (settings, secrets) = match &before {
        Some(hook) => update(client, hook, &wanted, values).await?,
        None => create(client, &wanted, values).await?,
    };
    let hook = hooks::find(client, &wanted.name).await?;
    if let Some(before) = &log_before
        && let Ok(said) = warnings_since(client, &hook, before.last()).await
        && !said.is_empty()
    {
        // The daemon knows best which modules it has, but sees only the bundle. Just started, it says nothing yet.
        warnings = [wanted.code.warnings, said].concat();
    }
    let version_before = before.as_ref().map(|hook| hook.version);
    Ok(Deployed { hook, created: before.is_none(), version_before, settings, secrets, warnings })
}

/// Everything around the code first: when the code is live, its limits, hosts and secrets are there.
async fn update(
    client: &Client,
    hook: &Hook,
    wanted: &Wanted,
    values: BTreeMap<String, String>,
) -> anyhow::Result<(Vec<String>, secrets::Changed)> {
    let (mut words, secrets) = surroundings(client, hook, wanted, values).await?;
    let path = ["api", "v2", "hooks", hook.id.as_str()];
    match &wanted.code.kind {
        Kind::Module(wasm) => {
            let path = ["v1", "hooks", hook.id.as_str(), "module"];
            client.send(Method::PUT, &path, &[], Body::Wasm(wasm.clone())).await?;
        }
        Kind::Script(script) => {
            let body = Body::json(&script_body(script, wanted.dependencies()))?;
            client.send(Method::PATCH, &path, &[], body).await?;
        }
    }
    if let Some(enabled) = wanted.enabled().filter(|enabled| *enabled != hook.enabled) {
        client.send(Method::PATCH, &path, &[], Body::json(&json!({ "enabled": enabled }))?).await?;
        words.push(format!("enabled: {} → {enabled}", hook.enabled));
    }
    Ok((words, secrets))
}

/// A new hook gets no events before it is complete.
async fn create(
    client: &Client,
    wanted: &Wanted,
    values: BTreeMap<String, String>,
) -> anyhow::Result<(Vec<String>, secrets::Changed)> {
    let others = hooks::all(client).await?;
    // As the daemon decides where nothing is said.
    let is_first = !others.iter().any(|hook| hook.trigger == wanted.trigger);
    match &wanted.code.kind {
        Kind::Module(wasm) => {
            let query = [("name", wanted.name.as_str()), ("trigger", wanted.trigger.name()), ("enabled", "false")];
            client.send(Method::POST, &["v1", "hooks"], &query, Body::Wasm(wasm.clone())).await?;
        }
        Kind::Script(script) => {
            let mut body = script_body(script, wanted.dependencies());
            body.extend([
                ("name".to_owned(), json!(wanted.name)),
                ("triggerId".to_owned(), json!(wanted.trigger)),
                ("enabled".to_owned(), json!(false)),
            ]);
            client.send(Method::POST, &["api", "v2", "hooks"], &[], Body::json(&body)?).await?;
        }
    }
    let hook = hooks::find(client, &wanted.name).await?;
    let rest = async {
        let (words, secrets) = surroundings(client, &hook, wanted, values).await?;
        if wanted.enabled().unwrap_or(is_first) {
            let path = ["api", "v2", "hooks", hook.id.as_str()];
            client.send(Method::PATCH, &path, &[], Body::json(&json!({ "enabled": true }))?).await?;
        }
        anyhow::Ok((words, secrets))
    };
    match rest.await {
        Ok(done) => Ok(done),
        Err(error) => Err(take_back(client, &hook, error).await),
    }
}

/// What could not be completed is not left behind.
async fn take_back(client: &Client, hook: &Hook, error: anyhow::Error) -> anyhow::Error {
    let name = &hook.name;
    let gone = client.send(Method::DELETE, &["api", "v2", "hooks", hook.id.as_str()], &[], Body::Empty).await;
    error.context(match gone {
        Ok(_) => format!("'{name}' was not created"),
        Err(_) => format!("'{name}' is there, disabled; deploy again, then `hookbox hooks enable {name}`"),
    })
}

/// Settings, then secrets: a value that is to be sealed is never there unsealed.
async fn surroundings(
    client: &Client,
    hook: &Hook,
    wanted: &Wanted,
    values: BTreeMap<String, String>,
) -> anyhow::Result<(Vec<String>, secrets::Changed)> {
    let mut words = Vec::new();
    if let Some(settings) = wanted.settings() {
        let path = ["v1", "hooks", hook.id.as_str(), "settings"];
        let current: Map<String, Value> = client.get(&path, &[]).await?;
        let change = settings.change(&current);
        if !change.body.is_empty() {
            client.send(Method::PATCH, &path, &[], Body::json(&change.body)?).await?;
        }
        words = change.words;
    }
    Ok((words, secrets::set(client, hook, values).await?))
}

/// The body that carries a script, with the versions of built-in modules that its project asks for.
fn script_body(script: &str, dependencies: Option<BTreeMap<String, String>>) -> Map<String, Value> {
    let mut body = Map::from_iter([("script".to_owned(), Value::from(script))]);
    if let Some(dependencies) = dependencies {
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
    use crate::project;

    fn wanted(kind: Kind, is_project: bool) -> Wanted {
        let dependencies = ["axios", "left-pad"].map(|name| (name.to_owned(), "1".to_owned())).into();
        let folder = tempfile::tempdir().expect("temporary folder");
        let text = "name = \"a\"\ntrigger = \"post-change-password\"\n";
        std::fs::write(folder.path().join(project::FILE), text).expect("writes");
        let project = is_project.then(|| Project::load(folder.path()).expect("loads"));
        let code = Code { path: "hook.js".into(), kind, dependencies, is_bundle: false, warnings: Vec::new() };
        Wanted { name: "a".to_owned(), trigger: Trigger::PostChangePassword, code, project }
    }

    #[test]
    fn a_script_goes_with_the_versions_of_built_in_modules_that_its_project_asks_for() {
        let script = || Kind::Script("x".to_owned());
        let body = |wanted: &Wanted| Value::Object(script_body("x", wanted.dependencies())).to_string();
        expect![[r#"{"script":"x","dependencies":{"axios":"1"}}"#]].assert_eq(&body(&wanted(script(), true)));
        expect![[r#"{"script":"x"}"#]].assert_eq(&body(&wanted(script(), false)));
        assert_eq!(wanted(Kind::Module(bytes::Bytes::new()), true).dependencies(), None);
    }
}
