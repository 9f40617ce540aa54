//! `hookbox keys rotate`

use std::time::Instant;

use clap::Subcommand;
use hookbox_protocol::api::{KeysRotated, MasterKeyChange};
use reqwest::Method;
use serde_json::json;

use super::backup::with_patience;
use crate::client::{Body, Client, OperatorConnection};
use crate::failure::Exit;
use crate::output::quantity::number;
use crate::output::{FAINT, GOOD, Output, progress};

/// Rotates the keys that secrets are encrypted under (operator)
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  HOOKBOX_OPERATOR_TOKEN=… hookbox keys rotate")]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    connection: OperatorConnection,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Give every tenant a new data key under a new master key, and encrypt all secrets again
    ///
    /// The daemon goes on meanwhile, and a rotation that was interrupted is taken up by the next. A master key that is
    /// kept in a file is replaced there, and the old one is kept beside it, as master.key.TIME: backups that were made
    /// before need it, and once there are none it can be deleted. A key that is given as HOOKBOX_MASTER_KEY cannot be
    /// replaced, and stays: give the new and the old one there ("new,old"), start the daemon again, and rotate.
    Rotate,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let client = Client::operator(&args.connection)?.patient();
    match args.action {
        Action::Rotate => rotate(&client, output).await?,
    }
    Ok(Exit::Done)
}

async fn rotate(client: &Client, output: Output) -> anyhow::Result<()> {
    progress(format_args!("{FAINT}Encrypting the secrets of all tenants again …{FAINT:#}"));
    let body = Body::json(&json!({}))?;
    let call = client.call(Method::POST, &["v1", "keys", "rotate"], &[], body);
    let rotated: KeysRotated = with_patience(call, Instant::now()).await?;
    if output.is_json() {
        return output.json(&rotated);
    }
    let KeysRotated { tenants, secrets, master_key } = rotated;
    let (tenants, secrets) = (number(tenants), number(secrets));
    output.line(format_args!("{GOOD}rotated{GOOD:#} the data keys of {tenants} tenants, with {secrets} secrets"))?;
    if master_key == MasterKeyChange::Replaced {
        output.line(
            "The master key was replaced in its file. The old one is kept beside it, with the time in its name:",
        )?;
        output.line("backups that were made before now open with that one only.")?;
        return output.line(format_args!(
            "{FAINT}Next: keep a copy of the new key, and make a backup; with the last older backup the old key can go.{FAINT:#}"
        ));
    }
    output.line("The master key is unchanged: it does not come from a file that the daemon can write.")?;
    output.line(format_args!(
        "{FAINT}To replace it, start the daemon with HOOKBOX_MASTER_KEY=\"new,old\" and rotate again.{FAINT:#}"
    ))
}
