//! `hookbox serve`

mod settings;

use anyhow::Context as _;
use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::daemon::{Daemon, Given};
use crate::failure::{Exit, Failure, Hint as _};
use crate::output::quantity::bytes;
use crate::output::{Output, progress};
use crate::stop::StopSignal;

pub(crate) use settings::{Args, Data, DataPlace};
use settings::{LogFormat, LogSettings};

pub(crate) async fn run(args: Args, output: Output) -> anyhow::Result<Exit> {
    let (settings, log) = args.settle()?;
    start_log(&log)?;
    let (data_dir, limits) = (settings.data_dir.clone(), settings.limits.clone());
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
    if !limits.is_as_shipped() {
        tracing::info!(%limits, "the operator moved limits");
    }
    if !kept.pagemap_scan {
        tracing::warn!("the kernel does not offer PAGEMAP_SCAN (Linux 6.7 and later): each run is slower");
    }
    // One line, which programs wait for.
    if output.is_json() {
        output.line(json!({ "url": daemon.url }))?;
    } else {
        output.line(format_args!("hookbox is listening on {}", daemon.url))?;
    }

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

/// A level, or levels by target.
fn filter(text: &str) -> anyhow::Result<EnvFilter> {
    const HINT: &str = "write a level (error, warn, info, debug, trace or off), or levels by target, such as \
                        info,hookbox_server=debug";
    // A word that is no level would count as a target, and silence all others.
    let is_bare = |part: &&str| !part.is_empty() && !part.contains(['=', '[', ']', '{', '}']);
    let wrong = text.split(',').map(str::trim).filter(is_bare).find(|word| word.parse::<LevelFilter>().is_err());
    if let Some(word) = wrong {
        return Err(Failure::new(format!("'{word}' is not a log level")).hint(HINT).into());
    }
    EnvFilter::try_new(text).with_context(|| format!("'{text}' is not a log filter")).hint(HINT)
}

/// Sends the daemon's log to stderr.
fn start_log(log: &LogSettings) -> anyhow::Result<()> {
    let filter = filter(&log.filter)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_filter_that_names_no_level_is_refused() {
        for good in ["info", "INFO", "off", "info,wasmtime_wasi=off", "a[span{b=1}]=debug"] {
            filter(good).expect(good);
        }
        for (wrong, word) in
            [("loud", "loud"), ("info,hookbox_server", "hookbox_server"), ("hookbox_server=loud", "=loud")]
        {
            let error = filter(wrong).expect_err(wrong).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
