//! `hookbox rollback HOOK [VERSION]`

use reqwest::Method;
use serde_json::json;

use crate::client::{Body, Client, Connection};
use crate::command::{hooks, versions};
use crate::failure::{Exit, Failure};
use crate::output::Output;

/// Makes an earlier version of a hook the live one
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  hookbox rollback notify        the version before the live one\n  hookbox rollback notify 3"
)]
pub(crate) struct Args {
    /// The hook's name or id
    hook: String,
    /// The version's number; the one before the live one where it is not given
    version: Option<u32>,
    #[command(flatten)]
    connection: Connection,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    let hook = hooks::find(&client, &args.hook).await?;
    let numbers: Vec<u32> = versions::all(&client, &hook).await?.iter().map(|version| version.number).collect();
    let wanted = match args.version {
        Some(number) => Some(number).filter(|number| numbers.contains(number)),
        None => numbers.iter().copied().find(|number| *number < hook.version),
    };
    let wanted = wanted.ok_or_else(|| {
        let what = args.version.map_or("an earlier version".to_owned(), |number| format!("version {number}"));
        Failure::new(format!("'{}' does not have {what}; version {} is live", hook.name, hook.version))
            .hint(format!("`hookbox versions {}` lists what there is", hook.name))
    })?;
    let number = wanted.to_string();
    let path = ["v1", "hooks", hook.id.as_str(), "versions", &number, "activate"];
    client.send(Method::POST, &path, &[], Body::Empty).await?;
    if output.is_json() {
        output.json(&json!({ "hook": hook.name, "version": wanted, "before": hook.version }))?;
    } else {
        output.line(format_args!("{} runs version {wanted}; before it was version {}", hook.name, hook.version))?;
    }
    Ok(Exit::Done)
}
