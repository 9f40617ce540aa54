//! `/healthz`, `/readyz` and `/metrics`, for orchestrators and Prometheus

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde_json::json;

use super::{Failure, answer};
use crate::App;

/// Answers as long as the process does.
pub(crate) async fn alive() -> Response {
    answer::ok(&json!({ "status": "ok" }))
}

/// Whether this process should get work: not while it stops, and not when the store cannot write.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let waiting_for = if app.is_draining() {
        Some("the daemon is stopping")
    } else if let Err(error) = app.store().healthy().await {
        tracing::error!(%error, "the store is not healthy");
        Some("the store takes no writes")
    } else {
        None
    };
    match waiting_for {
        None => answer::ok(&json!({ "status": "ready" })),
        Some(reason) => {
            answer::json(StatusCode::SERVICE_UNAVAILABLE, &json!({ "status": "not ready", "reason": reason }))
        }
    }
}

/// The figures in the text format of OpenMetrics.
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Failure> {
    let stats = app.store().stats().await.map_err(super::store_failure)?;
    let text = app.metrics().encode(&stats).map_err(Failure::internal)?;
    Ok(answer::text(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text))
}
