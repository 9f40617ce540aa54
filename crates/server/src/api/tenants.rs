//! `/v1/tenants` and what is below, the operator's

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::{NewTenant, Tenant, TenantCreated, TenantPatch, TokenMade, TokenRequest};
use hookbox_protocol::{ErrorCode, Scope, name};
use hookbox_store::TenantChange;
use http::{Request, StatusCode};
use serde::Serialize;

use super::auth::Operator;
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, Segment, answer, store_failure, tokens};
use crate::App;

/// The answer to `GET /v1/tenants`.
#[derive(Serialize, utoipa::ToSchema)]
struct Tenants {
    /// By name.
    tenants: Vec<Tenant>,
}

/// Makes a tenant and shows its credentials, once.
#[utoipa::path(
    post,
    path = "/v1/tenants",
    operation_id = "createTenant",
    tag = "Operator",
    security(("operator" = [])),
    request_body = NewTenant,
    extensions(("x-errors" = json!(["conflict"]))),
    responses((status = 201, description = "The tenant with its credentials, which are shown only now.", body = TenantCreated))
)]
pub(crate) async fn create(
    _operator: Operator,
    State(app): State<App>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let limit = BodyLimit::OF_CALL;
    let new: NewTenant = body::json(request, limit, &app.settings().http).await?;
    name::check_tenant(&new.name).map_err(|error| Failure::new(ErrorCode::InvalidBody, error.to_string()))?;
    let created = app.store().create_tenant(&new.name).await.map_err(store_failure)?;
    Ok(answer::json(StatusCode::CREATED, &created))
}

/// Lists the tenants.
#[utoipa::path(
    get,
    path = "/v1/tenants",
    operation_id = "listTenants",
    tag = "Operator",
    security(("operator" = [])),
    responses((status = 200, description = "The tenants by name.", body = Tenants))
)]
pub(crate) async fn list(_operator: Operator, State(app): State<App>, _: NoQuery) -> Result<Response, Failure> {
    let tenants = app.store().tenants().await.map_err(store_failure)?;
    Ok(answer::ok(&Tenants { tenants }))
}

/// Shows a tenant with its quotas and its load.
#[utoipa::path(
    get,
    path = "/v1/tenants/{name}",
    operation_id = "showTenant",
    tag = "Operator",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The tenant's name.")),
    extensions(("x-errors" = json!(["tenant_does_not_exist"]))),
    responses((status = 200, description = "The tenant.", body = Tenant))
)]
pub(crate) async fn show(
    _operator: Operator,
    State(app): State<App>,
    Segment(name): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
    let tenant = app.store().find_tenant(&name).await.map_err(store_failure)?.ok_or_else(no_such_tenant)?;
    Ok(answer::ok(&tenant))
}

/// Suspends or resumes a tenant, and sets its quotas. What a suspended tenant asks for is refused, and its deliveries
/// wait; what runs ends.
#[utoipa::path(
    patch,
    path = "/v1/tenants/{name}",
    operation_id = "changeTenant",
    tag = "Operator",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The tenant's name.")),
    request_body = TenantPatch,
    extensions(("x-errors" = json!(["tenant_does_not_exist"]))),
    responses((status = 200, description = "The tenant as it is now.", body = Tenant))
)]
pub(crate) async fn change(
    _operator: Operator,
    State(app): State<App>,
    Segment(name): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let patch: TenantPatch = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let change = TenantChange { suspended: patch.suspended, quotas: patch.quotas.unwrap_or_default() };
    let tenant = app.store().change_tenant(&name, change).await.map_err(store_failure)?.ok_or_else(no_such_tenant)?;
    Ok(answer::ok(&tenant))
}

/// Deletes a tenant with everything that it has. There is no way back.
#[utoipa::path(
    delete,
    path = "/v1/tenants/{name}",
    operation_id = "deleteTenant",
    tag = "Operator",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The tenant's name.")),
    extensions(("x-errors" = json!(["tenant_does_not_exist"]))),
    responses((status = 204, description = "It is gone."))
)]
pub(crate) async fn delete(
    _operator: Operator,
    State(app): State<App>,
    Segment(name): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
    // It goes on when the caller goes away: a tenant that is half deleted would be nobody's.
    let store = app.store().clone();
    let deleted = app.background().spawn(async move { store.delete_tenant(&name).await });
    if deleted.await.map_err(Failure::internal)?.map_err(store_failure)? {
        return Ok(answer::no_content());
    }
    Err(no_such_tenant())
}

/// Makes a token for a tenant that lost its own, and shows it, once.
#[utoipa::path(
    post,
    path = "/v1/tenants/{name}/tokens",
    operation_id = "createTenantToken",
    tag = "Operator",
    security(("operator" = [])),
    params(("name" = String, Path, description = "The tenant's name.")),
    request_body = TokenRequest,
    extensions(("x-errors" = json!(["tenant_does_not_exist"]))),
    responses((status = 201, description = "The token, which is shown only now. Without `scopes` it has every one.", body = TokenMade))
)]
pub(crate) async fn create_token(
    _operator: Operator,
    State(app): State<App>,
    Segment(name): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let asked: TokenRequest = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let token = tokens::new_token(&app, asked, Scope::ALL)?;
    let created = app.store().tenant_token(&name, token.clone()).await.map_err(store_failure)?;
    Ok(tokens::made(&app, token, created.ok_or_else(no_such_tenant)?))
}

fn no_such_tenant() -> Failure {
    Failure::new(ErrorCode::TenantDoesNotExist, "there is no such tenant; GET /v1/tenants lists those there are")
}
