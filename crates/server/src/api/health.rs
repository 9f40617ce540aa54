//! `/healthz`, `/readyz` and `/metrics`, for orchestrators and Prometheus

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Failure, answer};
use crate::App;

/// Whether all is well.
#[derive(Serialize, ToSchema)]
struct Health {
    /// `ok` or `ready`, or `not ready`.
    #[schema(example = "ok")]
    status: &'static str,
    /// Why it is not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reason: Option<&'static str>,
}

/// Answers as long as the process does.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "alive",
    tag = "Health",
    responses((status = 200, description = "The process answers.", body = Health))
)]
pub(crate) async fn alive() -> Response {
    answer::ok(&Health { status: "ok", reason: None })
}

/// Whether this process should get work: not while it stops, and not when the store cannot write
/// or has no room.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "ready",
    tag = "Health",
    responses(
        (status = 200, description = "It takes work.", body = Health),
        (status = 503, description = "It takes none: it stops, or the store cannot write.", body = Health),
    )
)]
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let waiting_for = if app.is_draining() {
        Some("the daemon is stopping")
    } else if let Err(error) = app.store().healthy().await {
        tracing::error!(%error, "the store is not healthy");
        Some("the store takes no writes")
    } else if app.disk().is_nearly_full() {
        Some("the disk is nearly full")
    } else {
        None
    };
    match waiting_for {
        None => answer::ok(&Health { status: "ready", reason: None }),
        reason => answer::json(StatusCode::SERVICE_UNAVAILABLE, &Health { status: "not ready", reason }),
    }
}

/// The figures in the text format of OpenMetrics.
#[utoipa::path(
    get,
    path = "/metrics",
    operation_id = "metrics",
    tag = "Health",
    responses(
        (status = 200, description = "The figures in the text format of OpenMetrics.", body = String, content_type = "application/openmetrics-text"),
    ),
    extensions(("x-errors" = json!(["unavailable"])))
)]
pub(crate) async fn metrics(State(app): State<App>) -> Result<Response, Failure> {
    let stats = app.store().stats().await.map_err(super::store_failure)?;
    let text = app.metrics().encode(&stats, app.disk().free()).map_err(Failure::internal)?;
    Ok(answer::text(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text))
}
