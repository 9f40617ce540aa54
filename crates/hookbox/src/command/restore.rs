//! `hookbox restore FILE --data-dir DIR`

use std::path::{Path, PathBuf};
use std::time::Instant;

use hookbox_store::BackedUp;
use serde_json::json;

use super::backup::with_patience;
use super::build::warn;
use crate::daemon::{self, MASTER_KEY_FILE};
use crate::failure::{Exit, Failure};
use crate::output::quantity::{bytes, number};
use crate::output::{FAINT, GOOD, Output, STRONG, progress};

/// Brings a backup back as the database of a new data directory
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file is checked first, and so is the key; a directory that has a database already is refused. A \
                  backup from before a rotation of keys opens with the key of that time: `hookbox keys rotate` keeps it \
                  beside the new one, as master.key.TIME. What was delivered after the backup was made is delivered once \
                  more; events that came after it are gone.\n\nExample:\n  \
                  hookbox restore hookbox.backup --data-dir /var/lib/hookbox --master-key-file /safe/master.key"
)]
pub(crate) struct Args {
    /// What `hookbox backup` wrote
    file: PathBuf,
    /// The data directory to make; one without a database
    #[arg(long, value_name = "DIR", env = "HOOKBOX_DATA_DIR", hide_env_values = true)]
    data_dir: PathBuf,
    /// The master key that the backup's secrets are under: it is tried, and copied into the data directory
    #[arg(long, value_name = "FILE")]
    master_key_file: Option<PathBuf>,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let Args { file, data_dir, master_key_file } = args;
    if data_dir.exists() {
        daemon::make_private_dir(data_dir)?;
    }
    let key = master_key_file.as_deref().map(daemon::read_master_keys).transpose()?;
    if let Some((text, _)) = &key {
        daemon::check_place_of_master_key(text, data_dir)?;
    }
    let (text, keys) = key.unzip();
    progress(format_args!("{FAINT}Checking and copying {} …{FAINT:#}", file.display()));
    let restored = with_patience(hookbox_store::restore(file, data_dir, keys), Instant::now()).await;
    let BackedUp { path, bytes: size, tenants, events, is_compared } = restored.map_err(|error| {
        let hint = match error {
            hookbox_store::Error::WrongMasterKey => {
                "give the key of the time when the backup was made; `hookbox keys rotate` kept it as master.key.TIME beside \
                 the one of today"
            }
            hookbox_store::Error::Damaged(_) => "take another backup: this one is not as it was written",
            _ => "give a file that `hookbox backup` wrote, and with --data-dir a directory without a database",
        };
        Failure::new(format!("nothing was restored: {error}")).hint(hint)
    })?;
    if let Some(text) = &text {
        daemon::keep_master_key(text, data_dir)?;
    }
    if output.is_json() {
        let has_key = master_key_file.is_some();
        output.json(&json!({
            "path": path, "bytes": size, "tenants": tenants, "events": events, "master_key": has_key,
            "checksum": is_compared,
        }))?;
        return Ok(Exit::Done);
    }
    let (tenants, events, dir) = (number(tenants), number(events), data_dir.display());
    output.line(format_args!(
        "{GOOD}restored{GOOD:#} {tenants} tenants and {events} events into {STRONG}{dir}{STRONG:#} ({})",
        bytes(size)
    ))?;
    if !is_compared {
        let text =
            "this backup has no checksum: it was written by an earlier program, and damage within its rows is not seen";
        warn(text, output)?;
    }
    let next = format!("hookbox serve --data-dir {dir}");
    if master_key_file.is_some() {
        output.line("The master key opens it, and is in the directory now.")?;
        output.line(format_args!("{FAINT}Next: {next}{FAINT:#}"))?;
    } else {
        let place = shown_key(data_dir);
        output
            .line(format_args!("{FAINT}Next: put the master key of the backup into {place}, then {next}{FAINT:#}"))?;
    }
    Ok(Exit::Done)
}

fn shown_key(data_dir: &Path) -> String {
    data_dir.join(MASTER_KEY_FILE).display().to_string()
}
