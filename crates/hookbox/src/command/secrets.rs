//! `hookbox secrets list|set|delete HOOK`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Subcommand;
use hookbox_protocol::api::Hook;
use hookbox_protocol::name;
use reqwest::Method;
use serde_json::{Value, json};

use crate::client::{Body, Client, Connection};
use crate::command::hooks;
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::{Cell, Output, Table, printable};
use crate::prompt;

/// Lists, sets and deletes the secrets of a hook
#[derive(Debug, clap::Args)]
#[command(after_help = "A value is never an argument: it is asked for, read from stdin where that is no terminal, or \
                  read from a file.\n\nExamples:\n  hookbox secrets set notify SENDGRID_API_KEY\n  \
                  pass sendgrid | hookbox secrets set notify SENDGRID_API_KEY\n  hookbox secrets list notify")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the names; nobody can read the values
    List {
        /// The hook's name or id
        hook: String,
    },
    /// Set one secret
    Set {
        /// The hook's name or id
        hook: String,
        /// The secret's name
        name: String,
        /// Read the value from this file; one line end at its end does not count
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Delete secrets
    Delete {
        /// The hook's name or id
        hook: String,
        /// The secrets' names
        #[arg(required = true)]
        names: Vec<String>,
    },
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    match &args.action {
        Action::List { hook } => list(&client, &hooks::find(&client, hook).await?, output).await?,
        Action::Set { hook, name, file } => {
            name::check_secret(name).hint("give another NAME, such as SENDGRID_API_KEY")?;
            let hook = hooks::find(&client, hook).await?;
            let value = prompt::secret(&format!("the value of {name}"), file.as_deref()).await?;
            let changed = set(&client, &hook, BTreeMap::from([(name.clone(), value)])).await?;
            report(&changed, output)?;
        }
        Action::Delete { hook, names } => {
            let hook = hooks::find(&client, hook).await?;
            check_there(&self::names(&client, &hook).await?, names, &hook)?;
            client.send(Method::DELETE, &secrets_path(&hook), &[], Body::json(names)?).await?;
            if output.is_json() {
                output.json(&json!({ "deleted": names }))?;
            } else {
                output.line(format_args!("deleted {}", names.join(", ")))?;
            }
        }
    }
    Ok(Exit::Done)
}

fn secrets_path(hook: &Hook) -> [&str; 5] {
    ["api", "v2", "hooks", hook.id.as_str(), "secrets"]
}

/// The API deletes what is not there without a word; somebody who mistyped a name wants to know.
fn check_there(there: &[String], names: &[String], hook: &Hook) -> anyhow::Result<()> {
    let Some(missing) = names.iter().find(|name| !there.contains(name)) else { return Ok(()) };
    let hint = if there.is_empty() { "it has none".to_owned() } else { format!("it has {}", there.join(", ")) };
    Err(Failure::new(format!("the hook '{}' has no secret '{missing}'", hook.name)).hint(hint).into())
}

/// The names of the hook's secrets.
pub(crate) async fn names(client: &Client, hook: &Hook) -> anyhow::Result<Vec<String>> {
    let shown: serde_json::Map<String, Value> = client.get(&secrets_path(hook), &[]).await?;
    Ok(shown.into_iter().map(|(name, _)| name).collect())
}

/// Which secrets a call of [`set`] made, and which it gave another value.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Changed {
    /// Not there before.
    pub(crate) added: Vec<String>,
    /// There before.
    pub(crate) updated: Vec<String>,
}

/// Gives secrets their values, whether they were there before or not.
pub(crate) async fn set(client: &Client, hook: &Hook, values: BTreeMap<String, String>) -> anyhow::Result<Changed> {
    let there = names(client, hook).await?;
    let (old, new): (BTreeMap<_, _>, BTreeMap<_, _>) = values.into_iter().partition(|(name, _)| there.contains(name));
    for (method, values) in [(Method::POST, &new), (Method::PATCH, &old)] {
        if !values.is_empty() {
            client.send(method, &secrets_path(hook), &[], Body::json(values)?).await?;
        }
    }
    Ok(Changed { added: new.into_keys().collect(), updated: old.into_keys().collect() })
}

fn report(changed: &Changed, output: Output) -> anyhow::Result<()> {
    if output.is_json() {
        return output.json(changed);
    }
    for (word, names) in [("added", &changed.added), ("updated", &changed.updated)] {
        if !names.is_empty() {
            output.line(format_args!("{word} {}", printable(&names.join(", "))))?;
        }
    }
    Ok(())
}

async fn list(client: &Client, hook: &Hook, output: Output) -> anyhow::Result<()> {
    let names = names(client, hook).await?;
    if output.is_json() {
        return output.json(&names);
    }
    let mut table = Table::new(&["NAME"]);
    names.into_iter().for_each(|name| table.row([Cell::new(name)]));
    output.table(&table, "This hook has no secrets; `hookbox secrets set HOOK NAME` sets one.")
}
