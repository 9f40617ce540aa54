//! `hookbox dev [DIR]`

mod watch;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::command::run;
use crate::failure::{Exit, describe};
use crate::local;
use crate::output::{FAINT, Output, STRONG, progress};
use crate::stop::StopSignal;

use watch::Files;

/// How often the files are looked at.
const POLL: Duration = Duration::from_millis(300);

/// Builds and runs a hook again each time that one of its files changes
#[derive(Debug, clap::Args)]
#[command(
    after_help = "What fails is shown, and the next change makes a new try. Ctrl-C ends.\n\nExamples:\n  hookbox dev \
                  my-hook\n  hookbox dev my-hook --event event.json --secrets secrets.env"
)]
pub(crate) struct Args {
    #[command(flatten)]
    wanted: run::Wanted,
}

pub(crate) async fn run(args: Args, output: Output) -> anyhow::Result<Exit> {
    let mut stop = StopSignal::listen()?;
    let args = args.wanted;
    let runtime = local::runtime()?;
    if !args.path.exists() {
        // There is nothing to watch; the run's error says what to give.
        return run::once(&args, &runtime, output).await;
    }
    let given = [Some(&args.path), args.event.as_ref(), args.secrets.as_ref()];
    let watched: Vec<&Path> = given.into_iter().flatten().map(PathBuf::as_path).collect();
    let mut changed: Option<String> = None;
    for number in 1_u64.. {
        let files = Files::look(&watched);
        heading(number, changed.as_deref());
        let ran = async {
            if let Err(error) = Box::pin(run::once(&args, &runtime, output)).await {
                progress(describe(&error).0);
            }
            progress(format_args!("{FAINT}Waiting for a change; Ctrl-C ends.{FAINT:#}"));
            std::future::pending::<()>().await;
        };
        // A change ends a run that goes on: what it would show is out of date.
        changed = tokio::select! {
            () = ran => None,
            change = files.change(&watched, POLL) => Some(change),
            () = stop.next() => break,
        };
    }
    Ok(Exit::Done)
}

fn heading(number: u64, changed: Option<&str>) {
    let reason = changed.map_or(String::new(), |file| format!(" {FAINT}{file} changed{FAINT:#}"));
    let gap = if number == 1 { "" } else { "\n" };
    progress(format_args!("{gap}{FAINT}────{FAINT:#} {STRONG}run {number}{STRONG:#}{reason} {FAINT}────{FAINT:#}"));
}
