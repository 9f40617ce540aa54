//! The HTTP API: one file per endpoint, one table of routes.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::extract::path::Path;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post, put};
use hookbox_protocol::{ErrorCode, HookId, Trigger};
use http::Method;
use http::request::Parts;

use crate::App;

mod answer;
mod auth;
mod body;
mod call;
mod events;
mod failure;
mod health;
mod hooks;
mod layer;
mod modules;
mod query;
mod rate;
mod runner;
mod settings;
mod tenants;
mod token;
mod triggers;
mod v2;
mod versions;

use failure::Failure;
pub(crate) use rate::Rates;

/// Every route of the daemon.
pub fn router(app: App) -> Router {
    Router::new()
        .route("/v1/events", get(events::list))
        // One place of the path is a trigger in a POST and an event in a GET.
        .route("/v1/events/{id}", get(events::show).post(events::accept))
        .route("/v1/tenants", get(tenants::list).post(tenants::create))
        .route("/v1/hooks", get(hooks::list).post(modules::create_hook))
        .route("/v1/hooks/{id}/module", put(modules::replace))
        .route("/v1/hooks/{id}/versions", get(versions::list))
        .route("/v1/hooks/{id}/versions/{number}", get(versions::show))
        .route("/v1/hooks/{id}/versions/{number}/activate", post(versions::activate))
        .route("/v1/hooks/{id}/settings", get(settings::show).patch(settings::change))
        .route("/v1/runner", post(runner::run))
        .route("/v1/triggers", get(triggers::list))
        .route("/v1/triggers/{trigger}/call", post(call::call))
        .route("/oauth/token", post(token::create))
        .merge(v2::routes())
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(crate::console::routes())
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), layer::around))
        .with_state(app)
}

async fn no_such_address(uri: http::Uri) -> Failure {
    let path: String = uri.path().chars().take(200).collect();
    Failure::new(ErrorCode::NotFound, format!("there is no address '{path}'"))
}

async fn no_such_method(method: Method, uri: http::Uri) -> Failure {
    let path: String = uri.path().chars().take(200).collect();
    Failure::new(ErrorCode::MethodNotAllowed, format!("'{path}' does not take {method}"))
}

/// One part of a path, read as `T`; a path that cannot be decoded is refused in the envelope.
pub(crate) struct Segment<T>(pub(crate) T);

impl<T> FromRequestParts<App> for Segment<T>
where
    T: serde::de::DeserializeOwned + Send,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Path(value) = Path::<T>::from_request_parts(parts, app).await.map_err(|rejection| {
            Failure::new(ErrorCode::InvalidUri, format!("Path validation error: '{}'.", rejection.body_text()))
        })?;
        Ok(Self(value))
    }
}

/// The hook that a path names. What is no hook id is a hook that does not exist.
fn hook_id(text: &str) -> Result<HookId, Failure> {
    text.parse().map_err(|_| no_such_hook())
}

fn no_such_hook() -> Failure {
    Failure::new(ErrorCode::HookDoesNotExist, "Error: Hook does not exist")
}

/// The trigger that a path, a query or a body names.
fn trigger(text: &str) -> Result<Trigger, Failure> {
    text.parse().map_err(|error: hookbox_protocol::trigger::UnknownTrigger| {
        Failure::new(ErrorCode::UnknownTrigger, error.to_string())
    })
}

/// What a failure of the store means to a caller.
fn store_failure(error: hookbox_store::Error) -> Failure {
    use hookbox_store::Error;
    let message = error.to_string();
    match error {
        Error::Conflict { .. } => Failure::new(ErrorCode::Conflict, message),
        Error::NotFound { what: "hook", .. } => no_such_hook(),
        Error::NotFound { what: "secret", .. } => Failure::new(ErrorCode::SecretDoesNotExist, message),
        Error::NotFound { .. } => Failure::new(ErrorCode::NotFound, message),
        Error::IdempotencyConflict { .. } => Failure::new(ErrorCode::IdempotencyConflict, message),
        Error::LimitReached { .. } => Failure::new(ErrorCode::LimitReached, message),
        Error::Invalid(_) => Failure::new(ErrorCode::InvalidBody, message),
        Error::Unavailable(_) => Failure::unavailable(error),
        _ => Failure::internal(error),
    }
}

#[cfg(test)]
mod tests;
