//! `hookbox serve`

mod settings;

use std::io::Write as _;

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::daemon::{Daemon, Given};
use crate::failure::{Exit, Hint as _};
use crate::output::progress;
use crate::output::quantity::bytes;
use crate::stop::StopSignal;

pub(crate) use settings::{Args, Data, DataPlace};
use settings::{LogFormat, LogSettings};

pub(crate) async fn run(args: Args) -> anyhow::Result<Exit> {
    let (settings, log) = args.settle()?;
    start_log(&log)?;
    let data_dir = settings.data_dir.clone();
    let mut daemon = Daemon::start(settings).await?;
    let mut stop = StopSignal::listen()?;

    if let Given::Made(token, path) = &daemon.operator_token {
        progress(format_args!("operator token: {}", token.reveal()));
        progress(format_args!("It is printed only now, and kept in {}.", path.display()));
    }
    let kept = daemon.keep_resident;
    tracing::info!(
        url = daemon.url,
        data_dir = %data_dir.display(),
        runs_at_once = daemon.runs_at_once,
        pagemap_scan = kept.pagemap_scan,
        keep_resident_per_slot = bytes(kept.module_bytes),
        slots = kept.slots,
        "the daemon is ready"
    );
    if !kept.pagemap_scan {
        tracing::warn!("the kernel does not offer PAGEMAP_SCAN (Linux 6.7 and later): each run is slower");
    }
    let mut stdout = std::io::stdout();
    writeln!(stdout, "hookbox is listening on {}", daemon.url).and_then(|()| stdout.flush())?;

    tokio::select! {
        ended = daemon.ended() => {
            ended?;
            anyhow::bail!("the daemon ended by itself");
        }
        () = stop.next() => {}
    }
    tracing::info!("stopping: no new work is taken, what runs may finish; a second signal ends at once");
    tokio::select! {
        stopped = daemon.stop() => stopped?,
        () = stop.next() => {
            anyhow::bail!("ended at once by a second signal; work that was running is taken again at the next start")
        }
    }
    tracing::info!("stopped");
    Ok(Exit::Done)
}

/// Sends the daemon's log to stderr.
fn start_log(log: &LogSettings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&log.filter)
        .with_context(|| format!("'{}' is not a log filter", log.filter))
        .hint("write a level, such as info, or levels by target, such as info,hookbox_server=debug")?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match log.format {
        LogFormat::Text => {
            let colours = anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never;
            builder.with_ansi(colours).try_init()
        }
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| anyhow::anyhow!("cannot start the log: {error}"))
}
