//! `hookbox backup --to FILE`

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use hookbox_store::BackedUp;
use serde_json::json;

use crate::command::serve::{Data, DataPlace};
use crate::daemon::MasterKeySource;
use crate::failure::{Exit, Hint as _};
use crate::output::quantity::{bytes, number};
use crate::output::{FAINT, GOOD, Output, STRONG, progress};

/// How often a copy that takes long says that it goes on.
const PATIENCE: Duration = Duration::from_secs(5);

/// Copies the whole database into a file, beside a running daemon
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The file holds everything that was committed when the copy began, with a checksum, and is checked before \
                  it gets its name. The daemon goes on meanwhile. The master key is not in it: keep a copy of that \
                  elsewhere, and of each one that `hookbox keys rotate` put out of use. A PostgreSQL database is copied with pg_dump.\n\nExample:\n  hookbox backup --to hookbox-$(date \
                  +%F).backup --data-dir /var/lib/hookbox"
)]
pub(crate) struct Args {
    /// The file to write; it must not be there yet
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    #[command(flatten)]
    data: DataPlace,
}

pub(crate) async fn run(args: &Args, output: Output) -> anyhow::Result<Exit> {
    let Data { dir, location, master_key } = args.data.settle()?;
    let began = Instant::now();
    progress(format_args!("{FAINT}Copying the database of {} …{FAINT:#}", dir.display()));
    let copy = with_patience(hookbox_store::backup(&location, &args.to), began);
    let BackedUp { path, bytes: size, tenants, events, .. } = copy
        .await
        .context("there is no backup")
        .hint("--data-dir names the daemon's data directory, and --to a file that is not there yet")?;
    if output.is_json() {
        output.json(&json!({ "path": path, "bytes": size, "tenants": tenants, "events": events }))?;
        return Ok(Exit::Done);
    }
    let (tenants, events, seconds) = (number(tenants), number(events), began.elapsed().as_secs_f64());
    output.line(format_args!(
        "{GOOD}copied{GOOD:#} {tenants} tenants and {events} events into {STRONG}{}{STRONG:#} ({}, {seconds:.1} s)",
        path.display(),
        bytes(size)
    ))?;
    let key = match master_key {
        MasterKeySource::Text(_) => "The master key, HOOKBOX_MASTER_KEY,".to_owned(),
        MasterKeySource::File(path) => format!("The master key, {},", path.display()),
        MasterKeySource::DataDir => format!("The master key, {},", dir.join(crate::daemon::MASTER_KEY_FILE).display()),
    };
    output.line(format_args!("{key} is not in it. Keep a copy elsewhere: without it no secret can be read."))?;
    output.line(format_args!("{FAINT}To bring it back: hookbox restore {} --data-dir DIR{FAINT:#}", path.display()))?;
    Ok(Exit::Done)
}

/// Waits, and says from time to time that the work goes on.
pub(super) async fn with_patience<T>(work: impl Future<Output = T>, began: Instant) -> T {
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {
                progress(format_args!("{FAINT}… {} s{FAINT:#}", began.elapsed().as_secs()));
            }
        }
    }
}
