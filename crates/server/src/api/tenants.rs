//! `GET` and `POST /v1/tenants`, the operator's

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::NewTenant;
use hookbox_protocol::{ErrorCode, name};
use http::{Request, StatusCode};
use serde_json::json;

use super::auth::Operator;
use super::body::{self, BodyLimit};
use super::{Failure, answer, store_failure};
use crate::App;

/// Makes a tenant and shows its credentials, once.
pub(crate) async fn create(
    _operator: Operator,
    State(app): State<App>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let limit = BodyLimit::OF_CALL;
    let new: NewTenant = body::json(request, limit, &app.settings().http).await?;
    name::check_tenant(&new.name).map_err(|error| Failure::new(ErrorCode::InvalidBody, error.to_string()))?;
    let created = app.store().create_tenant(&new.name).await.map_err(store_failure)?;
    Ok(answer::json(StatusCode::CREATED, &created))
}

/// Lists the tenants.
pub(crate) async fn list(_operator: Operator, State(app): State<App>) -> Result<Response, Failure> {
    let tenants = app.store().tenants().await.map_err(store_failure)?;
    Ok(answer::ok(&json!({ "tenants": tenants })))
}
