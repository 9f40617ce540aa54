//! The HTTP API: one file per endpoint, one table of routes.

use axum::Router;
use axum::extract::FromRequestParts;
use axum::extract::path::Path;
use axum::middleware::from_fn_with_state;
use hookbox_protocol::{ErrorCode, HookId, Trigger};
use http::Method;
use http::request::Parts;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

mod answer;
mod audit;
mod auth;
mod batch;
mod body;
mod brake;
mod call;
mod deliveries;
mod diff;
mod events;
mod failure;
mod health;
mod hooks;
mod keys;
mod layer;
mod module_line;
mod modules;
mod no_body;
mod openapi;
mod query;
mod rate;
mod runner;
mod sealing;
mod settings;
mod stats;
mod tail;
mod tenant_settings;
mod tenants;
mod token;
mod tokens;
mod triggers;
mod v2;
mod versions;

pub(crate) use body::{Bodies, BodyRoom};
pub(crate) use brake::{Brake, Peer};
use failure::Failure;
pub(crate) use rate::Rates;

/// Every route of the daemon.
pub fn router(app: App) -> Router {
    let (api, _) = routes().split_for_parts();
    api.merge(crate::console::routes())
        .fallback(no_such_address)
        .method_not_allowed_fallback(no_such_method)
        .layer(from_fn_with_state(app.clone(), layer::around))
        .with_state(app)
}

/// The calls of the API with their description; the methods of one path stand together.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(events::list))
        // One place of the path is a trigger in a POST and an event in a GET.
        .routes(routes!(events::show, events::accept))
        .routes(routes!(batch::accept))
        .routes(routes!(deliveries::replay_matching))
        .routes(routes!(deliveries::replay))
        .routes(routes!(tail::follow))
        .routes(routes!(triggers::list))
        .routes(routes!(call::call))
        .routes(routes!(hooks::list, modules::create_hook))
        .routes(routes!(modules::replace))
        .routes(routes!(versions::list, versions::save))
        .routes(routes!(versions::show))
        .routes(routes!(versions::activate))
        .routes(routes!(diff::show))
        .routes(routes!(settings::show, settings::change))
        .routes(routes!(runner::run))
        .routes(routes!(tokens::list, tokens::create))
        .routes(routes!(tokens::revoke))
        .routes(routes!(tenant_settings::show, tenant_settings::change))
        .routes(routes!(stats::show))
        .routes(routes!(audit::list))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::show, tenants::change, tenants::delete))
        .routes(routes!(tenants::create_token))
        .routes(routes!(keys::rotate))
        .merge(v2::routes())
        .routes(routes!(token::create))
        .routes(routes!(health::alive))
        .routes(routes!(health::ready))
        .routes(routes!(health::metrics))
        .routes(routes!(openapi::show))
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
        Error::Conflict { .. } | Error::State(_) => Failure::new(ErrorCode::Conflict, message),
        Error::NotFound { what: "hook", .. } => no_such_hook(),
        Error::NotFound { what: "delivery", .. } => Failure::new(ErrorCode::DeliveryDoesNotExist, message),
        Error::NotFound { what: "secret", .. } => Failure::new(ErrorCode::SecretDoesNotExist, message),
        Error::NotFound { .. } => Failure::new(ErrorCode::NotFound, message),
        Error::IdempotencyConflict { .. } => Failure::new(ErrorCode::IdempotencyConflict, message),
        Error::LimitReached { .. } => Failure::new(ErrorCode::LimitReached, message),
        Error::Invalid(_) => Failure::new(ErrorCode::InvalidBody, message),
        Error::Unavailable(_) | Error::Full(_) => Failure::unavailable(error),
        _ => Failure::internal(error),
    }
}

#[cfg(test)]
mod tests;
