//! The daemon's life: connections, dispatcher, and a stop that loses nothing.

mod connection;
mod limit;
mod stall;
mod tls;

use std::sync::Arc;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::app::{App, Parts};
use crate::{api, dispatch, upkeep};
use connection::Connections;
pub use tls::{Tls, TlsError};

/// Serves the API on `listener` and runs deliveries, until `stop`.
///
/// Then readiness goes off, no connection and no delivery is taken any more, what runs gets the drain time to end, the
/// rest is given back to the queue, and the store is closed.
///
/// # Errors
/// When the daemon cannot start. A store that fails later is seen in `/readyz` and in the log.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    parts: Parts,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let store = parts.store.clone();
    let drain = parts.settings.drain;
    let app = App::new(parts, stop.clone()).context("the daemon cannot start")?;
    let tracker = TaskTracker::new();
    let background = app.background().clone();
    if app.scripts().were_used() {
        let (scripts, warming) = (app.scripts().clone(), stop.clone());
        tracker.spawn(async move { warming.run_until_cancelled(scripts.warm_up()).await });
    }
    tracker.spawn(upkeep::run(app.clone(), stop.clone()));
    // Ends last: it sends what the others have still to say.
    let everything_ended = CancellationToken::new();
    let exporter = app.take_exporter().map(|exporter| TaskTracker::new().spawn(exporter.run(everything_ended.clone())));
    let mut dispatcher = tracker.spawn(dispatch::run(app.clone(), stop.clone()));
    let connections = Arc::new(Connections::new(api::router(app.clone()), app, tls, stop.clone()));
    let mut accepting = tracker.spawn(async move { connections.accept(&listener, drain).await });
    // Neither ends before the stop but by a panic. A daemon that only takes events, or only runs them, must not go on.
    let broken = tokio::select! {
        () = stop.cancelled() => None,
        ended = &mut dispatcher => Some(ended.context("the dispatcher broke off")),
        ended = &mut accepting => Some(ended.context("accepting connections broke off")),
    };
    stop.cancel();
    tracing::info!("stopping: what runs gets {} s to end", drain.as_secs());
    tracker.close();
    tracker.wait().await;
    background.close();
    background.wait().await;
    everything_ended.cancel();
    if let Some(exporter) = exporter {
        drop(exporter.await);
    }
    store.close().await;
    match broken {
        Some(ended) => ended,
        None => dispatcher.await.and(accepting.await).context("a part of the daemon broke off while it stopped"),
    }
}

#[cfg(test)]
mod tests;
