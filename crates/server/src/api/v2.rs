//! Auth0's Management API for hooks and logs: the same keys, codes, names, paging and oddities.

mod fields;
mod hook_body;
mod hooks;
mod log_query;
mod logs;
mod payload;
mod schema;
mod secrets;
mod warn;

use axum::middleware::from_fn;
use hookbox_protocol::{ErrorCode, HookId};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Failure, no_such_hook, rate};
use crate::App;
/// An entry of the tenant log in the original's form.
pub(super) use logs::shown as log_entry;

/// The calls of the Management API, each counted for its token.
pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::default()
        .routes(routes!(hooks::list, hooks::create))
        .routes(routes!(hooks::show, hooks::change, hooks::delete))
        .routes(routes!(secrets::list, secrets::add, secrets::update, secrets::delete))
        .routes(routes!(logs::list))
        .routes(routes!(logs::show))
        .route_layer(from_fn(rate::counted))
}

/// What a failure of the store means to a client of the original, whose errors of a body are all 400.
fn store_failure(error: hookbox_store::Error) -> Failure {
    use hookbox_store::Error;
    match error {
        Error::LimitReached { .. } | Error::Invalid(_) => payload::refused(&error.to_string(), None),
        error => super::store_failure(error),
    }
}

/// The hook that a path names, judged as the original does: a text that no id can be is a bad path, any other one that
/// is not an id of ours is a hook that does not exist.
fn hook_id(text: &str) -> Result<HookId, Failure> {
    if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        let message = "Path validation error: 'String does not match pattern ^[A-Za-z0-9-]*$' on property id.";
        return Err(Failure::new(ErrorCode::InvalidUri, message));
    }
    text.parse().map_err(|_| no_such_hook())
}
