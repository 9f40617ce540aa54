//! `hookbox restore FILE --data-dir DIR`

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use hookbox_store::BackedUp;
use serde_json::json;

use super::backup::with_patience;
use crate::daemon::{self, MASTER_KEY_FILE};
use crate::failure::{Exit, Hint as _};
use crate::output::quantity::{bytes, number};
use crate::output::{FAINT, GOOD, Output, STRONG, progress};

/// Brings a backup back as the database of a new data directory
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file is checked first, and a directory that has a database already is refused. What was delivered \
                  after the backup was made is delivered once more; events that came after it are gone.\n\nExample:\n  \
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
    daemon::make_private_dir(data_dir)?;
    if let Some(key) = master_key_file {
        daemon::check_master_key(key)?;
    }
    progress(format_args!("{FAINT}Checking and copying {} …{FAINT:#}", file.display()));
    let BackedUp { path, bytes: size, tenants, events } =
        with_patience(hookbox_store::restore(file, data_dir), Instant::now())
            .await
            .context("nothing was restored")
            .hint("give a file that `hookbox backup` wrote, and with --data-dir a directory without a database")?;
    if let Some(key) = master_key_file {
        daemon::adopt_master_key(key, data_dir).await.with_context(|| {
            format!("the database is restored to {}, but it cannot be opened with {}", path.display(), key.display())
        })?;
    }
    if output.is_json() {
        let has_key = master_key_file.is_some();
        let told = json!({ "path": path, "bytes": size, "tenants": tenants, "events": events, "master_key": has_key });
        output.json(&told)?;
        return Ok(Exit::Done);
    }
    let (tenants, events, dir) = (number(tenants), number(events), data_dir.display());
    output.line(format_args!(
        "{GOOD}restored{GOOD:#} {tenants} tenants and {events} events into {STRONG}{dir}{STRONG:#} ({})",
        bytes(size)
    ))?;
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
