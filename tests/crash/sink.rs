//! Where hooks report that they ran: each report is kept, and some are refused once, so that retries are part of it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Result;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Json, Router, routing};
use serde::Deserialize;
use tokio_util::task::TaskTracker;

/// The host that the hook of `guest` calls.
pub(super) const HOST: &str = "sink.example";

/// An event whose label begins so fails at its first attempt.
pub(super) const FAILS_ONCE: &str = "again";

/// How long an answer takes, so that a fault always meets hooks that wait for one.
const LATENCY: Duration = Duration::from_millis(10);

/// What a hook reported.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Executed {
    pub(super) event: String,
    pub(super) attempt: u64,
    /// The label of the submit that the event came of.
    pub(super) label: String,
}

/// A sink that runs; it stops with the runtime that it was started on.
#[derive(Clone)]
pub(super) struct Sink {
    executed: Arc<Mutex<Vec<Executed>>>,
    address: SocketAddr,
}

impl Sink {
    pub(super) async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let sink = Self { executed: Arc::default(), address: listener.local_addr()? };
        let routes = Router::new().route("/executed", routing::post(take)).with_state(sink.clone());
        TaskTracker::new().spawn(async move {
            // It ends with the runtime, and whom that concerns sees reports missing.
            drop(axum::serve(listener, routes).await);
        });
        Ok(sink)
    }

    /// The value of `--egress-resolve` that leads hooks here.
    pub(super) fn resolve(&self) -> String {
        format!("{HOST}={}", self.address)
    }

    /// What has been reported so far.
    pub(super) fn executed(&self) -> Vec<Executed> {
        self.executed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(sink): State<Sink>, Json(executed): Json<Executed>) -> StatusCode {
    let fails = executed.attempt == 1 && executed.label.starts_with(FAILS_ONCE);
    sink.executed.lock().unwrap_or_else(PoisonError::into_inner).push(executed);
    tokio::time::sleep(LATENCY).await;
    if fails { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}
