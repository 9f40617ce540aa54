//! `/api/v2/hooks/{id}/secrets`: values go in and never come out

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::HookId;
use hookbox_store::SecretValue;
use http::{Request, StatusCode};
use serde_json::{Map, Value, json};

use super::payload::{self, mistyped, refused};
use super::schema::{Nothing, SecretNames, Secrets, SecretsToDelete};
use super::{hook_id, store_failure};
use crate::App;
use crate::api::auth::{AddSecrets, Allowed, DeleteHooks, ReadHooks, UpdateHooks};
use crate::api::{Failure, Segment, answer, no_such_hook, sealing};

/// Stands for a value that is not shown.
pub(super) const PLACEHOLDER: &str = "_VALUE_NOT_SHOWN_";

/// Lists the names, each with the placeholder.
#[utoipa::path(
    get,
    path = "/api/v2/hooks/{id}/secrets",
    operation_id = "get_secrets",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "The names, each with the placeholder.", body = SecretNames)),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(super) async fn list(allowed: Allowed<ReadHooks>, Segment(id): Segment<String>) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let names = allowed.tenant.secret_names(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let shown: Map<String, Value> = names.into_iter().map(|name| (name, Value::from(PLACEHOLDER))).collect();
    Ok(answer::ok(&shown))
}

/// Adds secrets; one that exists is a conflict.
#[utoipa::path(
    post,
    path = "/api/v2/hooks/{id}/secrets",
    operation_id = "post_secrets",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"]), ("token" = ["create:hooks"])),
    request_body(content = Secrets, description = "A form is taken too."),
    responses((status = 201, description = "They are kept.", body = Nothing)),
    extensions(("x-errors" = json!(["HookDoesNotExist", "conflict"])))
)]
pub(super) async fn add(
    State(app): State<App>,
    allowed: Allowed<AddSecrets>,
    Segment(id): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let (id, secrets) = receive(&app, &id, request).await?;
    sealing::check_values(&allowed.tenant, &id, &secrets).await?;
    allowed.tenant.add_secrets(&id, secrets).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::json(StatusCode::CREATED, &json!({})))
}

/// Gives secrets new values; one that does not exist is not found.
#[utoipa::path(
    patch,
    path = "/api/v2/hooks/{id}/secrets",
    operation_id = "patch_secrets",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"])),
    request_body(content = Secrets, description = "A form is taken too."),
    responses((status = 201, description = "They have their new values.", body = Nothing)),
    extensions(("x-errors" = json!(["HookDoesNotExist", "SecretDoesNotExist"])))
)]
pub(super) async fn update(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let (id, secrets) = receive(&app, &id, request).await?;
    sealing::check_values(&allowed.tenant, &id, &secrets).await?;
    allowed.tenant.update_secrets(&id, secrets).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::json(StatusCode::CREATED, &json!({})))
}

/// Deletes secrets by an array of names.
#[utoipa::path(
    delete,
    path = "/api/v2/hooks/{id}/secrets",
    operation_id = "delete_secrets",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["delete:hooks"])),
    request_body(content = SecretsToDelete, description = "Their names."),
    responses((status = 204, description = "They are gone.")),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(super) async fn delete(
    State(app): State<App>,
    allowed: Allowed<DeleteHooks>,
    Segment(id): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let names = names(payload::read(&app, request).await?)?;
    allowed.tenant.delete_secrets(&id, &names).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::no_content())
}

async fn receive(app: &App, id: &str, request: Request<Body>) -> Result<(HookId, Vec<(String, SecretValue)>), Failure> {
    let id = hook_id(id)?;
    let members = payload::object(payload::read(app, request).await?)?;
    if members.is_empty() {
        return Err(refused("Too few properties defined (0), minimum 1", None));
    }
    let (count, most) = (members.len() as u64, app.settings().secrets.count_max);
    if count > most {
        return Err(refused(&format!("Too many properties defined ({count}), maximum {most}"), None));
    }
    let read = |(name, value): (String, Value)| match value {
        Value::String(value) => Ok((name, SecretValue::new(value))),
        other => Err(mistyped("string", &other, Some(&name))),
    };
    Ok((id, members.into_iter().map(read).collect::<Result<_, Failure>>()?))
}

fn names(value: Value) -> Result<Vec<String>, Failure> {
    let Value::Array(values) = value else { return Err(mistyped("array", &value, None)) };
    if values.is_empty() {
        return Err(refused("Array is too short (0), minimum 1", None));
    }
    let read = |value: Value| match value {
        Value::String(name) => Ok(name),
        other => Err(mistyped("string", &other, None)),
    };
    values.into_iter().map(read).collect()
}
