//! `hookbox versions HOOK`

use hookbox_protocol::Timestamp;
use hookbox_protocol::api::{CodeKind, Hook};
use serde::{Deserialize, Serialize};

use crate::client::{Client, Connection};
use crate::command::hooks;
use crate::failure::Exit;
use crate::output::quantity::bytes;
use crate::output::{Cell, FAINT, GOOD, Output, Table};

/// Lists the versions of a hook
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hookbox versions notify")]
pub(crate) struct Args {
    /// The hook's name or id
    hook: String,
    #[command(flatten)]
    connection: Connection,
}

/// A version, as `GET /v1/hooks/{id}/versions` lists it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Version {
    /// 1 for the first.
    pub(crate) number: u32,
    /// Whether it is the one that runs.
    pub(crate) live: bool,
    /// `module` or `script`.
    pub(crate) kind: CodeKind,
    /// The SHA-256 of a module; a script has none.
    pub(crate) digest: Option<String>,
    /// The size of the code.
    pub(crate) bytes: u64,
    /// When it was made.
    pub(crate) created_at: Timestamp,
}

#[derive(Deserialize)]
struct Versions {
    versions: Vec<Version>,
}

/// The versions of the hook, newest first.
pub(crate) async fn all(client: &Client, hook: &Hook) -> anyhow::Result<Vec<Version>> {
    let Versions { mut versions } = client.get(&["v1", "hooks", hook.id.as_str(), "versions"], &[]).await?;
    versions.sort_by_key(|version| std::cmp::Reverse(version.number));
    Ok(versions)
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::new(&args.connection)?;
    let hook = hooks::find(&client, &args.hook).await?;
    let versions = all(&client, &hook).await?;
    if output.is_json() {
        output.json(&versions)?;
        return Ok(Exit::Done);
    }
    let mut table = Table::new(&["VERSION", "STATE", "KIND", "SIZE", "CREATED", "DIGEST"]);
    for version in versions {
        table.row([
            Cell::new(version.number).right(),
            if version.live { Cell::new("live").style(GOOD) } else { Cell::new("") },
            Cell::new(hooks::kind(version.kind)),
            Cell::new(bytes(version.bytes)).right(),
            Cell::new(version.created_at),
            Cell::new(version.digest.as_deref().unwrap_or("-")).style(FAINT),
        ]);
    }
    output.table(&table, "This hook has no versions.")?;
    Ok(Exit::Done)
}
