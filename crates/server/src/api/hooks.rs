//! `GET /v1/hooks`

use axum::response::Response;
use hookbox_protocol::api::Hook;
use serde::Serialize;
use utoipa::ToSchema;

use super::auth::{Allowed, ReadHooks};
use super::query::NoQuery;
use super::{Failure, answer, store_failure};

/// What `GET /v1/hooks` answers.
#[derive(Serialize, ToSchema)]
struct Hooks {
    hooks: Vec<Hook>,
}

/// Lists the tenant's hooks with their kind, live version and last outcomes.
#[utoipa::path(
    get,
    path = "/v1/hooks",
    operation_id = "listHooks",
    tag = "Hooks",
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "All hooks.", body = Hooks))
)]
pub(crate) async fn list(allowed: Allowed<ReadHooks>, _: NoQuery) -> Result<Response, Failure> {
    let hooks = allowed.tenant.hook_overview().await.map_err(store_failure)?;
    Ok(answer::ok(&Hooks { hooks }))
}
