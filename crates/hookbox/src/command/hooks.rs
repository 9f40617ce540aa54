//! `hookbox hooks [list|enable|disable|delete]`

use clap::Subcommand;
use hookbox_protocol::Trigger;
use hookbox_protocol::api::{CodeKind, Hook};
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::client::{Body, Client, Connection};
use crate::failure::{Exit, Failure};
use crate::output::{BAD, Cell, FAINT, GOOD, Output, Table};
use crate::prompt;

/// Lists hooks, switches them on or off, deletes them
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hookbox hooks\n  hookbox hooks disable notify\n  hookbox hooks delete notify --yes"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the hooks; also without a word
    List,
    /// Let events reach a hook; the other hooks of its trigger are switched off, unless the tenant has
    /// `several_hooks_per_trigger`
    Enable {
        /// The hook's name or id
        hook: String,
    },
    /// Keep events from a hook
    Disable {
        /// The hook's name or id
        hook: String,
    },
    /// Delete a hook with its versions and secrets
    Delete {
        /// The hook's name or id
        hook: String,
        /// Do it without being asked again
        #[arg(long)]
        yes: bool,
    },
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    match &args.action {
        None | Some(Action::List) => list(&client, output).await,
        Some(Action::Enable { hook }) => switch(&client, hook, true, output).await,
        Some(Action::Disable { hook }) => switch(&client, hook, false, output).await,
        Some(Action::Delete { hook, yes }) => delete(&client, hook, *yes, output).await,
    }?;
    Ok(Exit::Done)
}

#[derive(Deserialize)]
struct Hooks {
    hooks: Vec<Hook>,
}

/// All hooks of the tenant.
pub(crate) async fn all(client: &Client) -> anyhow::Result<Vec<Hook>> {
    client.get(&["v1", "hooks"], &[]).await.map(|Hooks { hooks }| hooks)
}

/// The hook with that name or id.
pub(crate) async fn find(client: &Client, name_or_id: &str) -> anyhow::Result<Hook> {
    let mut hooks = all(client).await?;
    let found = hooks.iter().position(|hook| hook.id.as_str() == name_or_id || hook.name == name_or_id);
    if let Some(index) = found {
        return Ok(hooks.swap_remove(index));
    }
    let names = hooks.iter().map(|hook| hook.name.as_str()).collect::<Vec<_>>().join(", ");
    let hint = if names.is_empty() { "this tenant has no hooks".to_owned() } else { format!("there are {names}") };
    Err(Failure::new(format!("there is no hook '{name_or_id}'")).hint(hint).into())
}

/// The hook with that name and trigger; `None` where there is none yet.
pub(crate) async fn find_for(client: &Client, name: &str, trigger: Trigger) -> anyhow::Result<Option<Hook>> {
    let Some(hook) = all(client).await?.into_iter().find(|hook| hook.name == name) else { return Ok(None) };
    if hook.trigger != trigger {
        return Err(Failure::new(format!("the hook '{name}' is bound to {}, not to {trigger}", hook.trigger))
            .hint("a hook keeps its trigger; deploy under another name, or delete that hook first")
            .into());
    }
    Ok(Some(hook))
}

async fn list(client: &Client, output: Output) -> anyhow::Result<()> {
    let hooks = all(client).await?;
    if output.is_json() {
        return output.json(&hooks);
    }
    let mut table = Table::new(&["NAME", "TRIGGER", "STATE", "KIND", "VERSION", "LAST RUNS", "ID"]);
    for hook in hooks {
        let (state, style) = if hook.enabled { ("enabled", GOOD) } else { ("disabled", FAINT) };
        let failed = hook.last_outcomes.first().is_some_and(|outcome| outcome != "completed");
        let runs = Cell::new(summary(&hook.last_outcomes));
        table.row([
            Cell::new(&hook.name),
            Cell::new(hook.trigger),
            Cell::new(state).style(style),
            Cell::new(kind(hook.kind)),
            Cell::new(hook.version).right(),
            if failed { runs.style(BAD) } else { runs },
            Cell::new(&hook.id).style(FAINT),
        ]);
    }
    output.table(&table, "There are no hooks yet; `hookbox new NAME` and `hookbox deploy NAME` make one.")
}

/// The last outcome, and how many of the last runs completed.
fn summary(outcomes: &[String]) -> String {
    let Some(last) = outcomes.first() else { return "-".to_owned() };
    let completed = outcomes.iter().filter(|outcome| *outcome == "completed").count();
    format!("{last} ({completed} of {} completed)", outcomes.len())
}

/// What a hook is written as, in a word.
pub(crate) fn kind(kind: CodeKind) -> &'static str {
    match kind {
        CodeKind::Module => "module",
        CodeKind::Script => "script",
    }
}

async fn switch(client: &Client, hook: &str, enabled: bool, output: Output) -> anyhow::Result<()> {
    let hook = find(client, hook).await?;
    let body = Body::json(&json!({ "enabled": enabled }))?;
    let answer: serde_json::Value =
        client.call(Method::PATCH, &["api", "v2", "hooks", hook.id.as_str()], &[], body).await?;
    if output.is_json() {
        return output.json(&answer);
    }
    let word = if enabled { "enabled" } else { "disabled" };
    output.line(format_args!("{} is {word}", hook.name))
}

async fn delete(client: &Client, hook: &str, yes: bool, output: Output) -> anyhow::Result<()> {
    let hook = find(client, hook).await?;
    prompt::confirm(&format!("'{}' would be deleted with its versions and secrets", hook.name), yes).await?;
    client.send(Method::DELETE, &["api", "v2", "hooks", hook.id.as_str()], &[], Body::Empty).await?;
    if output.is_json() {
        return output.json(&json!({ "deleted": hook.id }));
    }
    output.line(format_args!("{} is deleted", hook.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_runs_are_summed_up() {
        let outcomes = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(summary(&[]), "-");
        assert_eq!(summary(&outcomes(&["failed", "completed"])), "failed (1 of 2 completed)");
    }
}
