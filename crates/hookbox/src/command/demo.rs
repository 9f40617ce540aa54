//! `hookbox demo`: the whole product in one command, on an empty machine.

mod example;
mod sendgrid;
mod story;

use anyhow::Context as _;
use hookbox_egress::Policy;
use tempfile::TempDir;

use crate::daemon::{Daemon, Settings};
use crate::failure::{Exit, Failure};
use crate::output::{FAINT, Output, progress};
use crate::stop::StopSignal;

use sendgrid::SendGrid;

/// Enough for a demo, and little memory.
const RUNS_AT_ONCE: u32 = 8;

/// Shows the whole product on this machine: daemon, hook, password change, mail
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Nothing of it leaves this machine: a stand-in for SendGrid's API takes the mail. All data is in a \
                  temporary folder that is removed at the end.\n\nExamples:\n  hookbox demo\n  hookbox demo --exit"
)]
pub(crate) struct Args {
    /// End when the story is told, with 0 if the mail arrived
    #[arg(long)]
    exit: bool,
    /// Where the daemon listens; port 0 takes a free port
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    listen: String,
}

pub(crate) async fn run(args: Args, output: Output) -> anyhow::Result<Exit> {
    let mut stop = StopSignal::listen()?;
    let folder =
        tempfile::Builder::new().prefix("hookbox-demo-").tempdir().context("cannot make a temporary folder")?;
    let hooks = tokio::select! {
        hooks = example::build(folder.path()) => hooks?,
        () = stop.next() => return Err(interrupted()),
    };
    let sendgrid = SendGrid::start().await?;
    let mut daemon = start(&args, &folder, &sendgrid).await?;
    let told = tokio::select! {
        told = story::tell(&daemon, &sendgrid, &hooks, !args.exit, output) => told,
        () = stop.next() => Err(interrupted()),
    };
    if !args.exit && told.is_ok() {
        progress(format_args!("\n{FAINT}The daemon stays up. Ctrl-C ends it and removes its data.{FAINT:#}"));
        tokio::select! {
            ended = daemon.ended() => ended?,
            shown = story::show_mails(&sendgrid, output) => shown?,
            () = stop.next() => {}
        }
    }
    daemon.stop().await?;
    told.map(|()| Exit::Done)
}

async fn start(args: &Args, folder: &TempDir, sendgrid: &SendGrid) -> anyhow::Result<Daemon> {
    let policy = Policy {
        resolve: vec![sendgrid.resolve_override()?],
        extra_ca_pem: vec![sendgrid.ca_pem().as_bytes().to_vec()],
        ..Policy::default()
    };
    Daemon::start(Settings {
        listen: args.listen.clone(),
        data_dir: folder.path().join("data"),
        runs_at_once: Some(RUNS_AT_ONCE),
        policy,
        ..Settings::default()
    })
    .await
}

fn interrupted() -> anyhow::Error {
    Failure::new("the demo was interrupted").into()
}
