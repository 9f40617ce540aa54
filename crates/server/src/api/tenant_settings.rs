//! `GET` and `PATCH /v1/settings`: what a tenant sets for all of its hooks

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::{TenantSettings, TenantSettingsPatch};
use hookbox_store::TenantStore;
use http::Request;

use super::auth::{Allowed, ReadHooks, UpdateHooks};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, answer, store_failure};
use crate::App;

/// Shows the tenant's own settings.
#[utoipa::path(
    get,
    path = "/v1/settings",
    operation_id = "showTenantSettings",
    tag = "Tenant",
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "The settings.", body = TenantSettings))
)]
pub(crate) async fn show(allowed: Allowed<ReadHooks>, _: NoQuery) -> Result<Response, Failure> {
    Ok(answer::ok(&settings(&allowed.tenant).await?))
}

/// Changes what is named. Several hooks of a trigger must be disabled down to one before the tenant can go back to one.
#[utoipa::path(
    patch,
    path = "/v1/settings",
    operation_id = "changeTenantSettings",
    tag = "Tenant",
    security(("token" = ["update:hooks"])),
    request_body = TenantSettingsPatch,
    extensions(("x-errors" = json!(["conflict"]))),
    responses((status = 200, description = "The settings as they are now.", body = TenantSettings))
)]
pub(crate) async fn change(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let patch: TenantSettingsPatch = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    if let Some(on) = patch.several_hooks_per_trigger {
        allowed.tenant.set_several_hooks(on).await.map_err(store_failure)?;
    }
    Ok(answer::ok(&settings(&allowed.tenant).await?))
}

async fn settings(tenant: &TenantStore) -> Result<TenantSettings, Failure> {
    let several_hooks_per_trigger = tenant.several_hooks().await.map_err(store_failure)?;
    Ok(TenantSettings { several_hooks_per_trigger })
}
