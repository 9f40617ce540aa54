//! `GET POST /v1/hooks/{id}/versions`, `GET …/versions/{number}` and `POST …/versions/{number}/activate`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::{VersionCreated, VersionInfo};
use hookbox_protocol::limits::SCRIPT_BYTES;
use hookbox_protocol::{ErrorCode, HookId};
use hookbox_store::{Code, TenantStore, VersionRow};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};

use super::auth::{Allowed, ReadHooks, UpdateHooks};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, Segment, answer, hook_id, module_line, modules, no_body, no_such_hook, store_failure};
use crate::App;

/// The versions of a hook.
#[derive(Serialize, utoipa::ToSchema)]
struct Versions {
    /// Newest first.
    versions: Vec<VersionInfo>,
}

/// A version with its code.
#[derive(Serialize, utoipa::ToSchema)]
struct VersionShown {
    #[serde(flatten)]
    info: VersionInfo,
    /// The text of a script; absent for a module.
    #[serde(skip_serializing_if = "Option::is_none")]
    script: Option<String>,
}

/// Lists a hook's versions.
#[utoipa::path(
    get,
    path = "/v1/hooks/{id}/versions",
    operation_id = "listVersions",
    tag = "Hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "The versions of the hook.", body = Versions)),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(crate) async fn list(
    allowed: Allowed<ReadHooks>,
    Segment(id): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let versions = allowed.tenant.versions(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::ok(&Versions { versions: versions.iter().map(shown).collect() }))
}

/// A script that is to be kept as a version.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewVersion {
    #[schema(example = "module.exports = (user, context, cb) => cb();", min_length = 1)]
    script: String,
}

/// Keeps a script, or a module, as a version that is not live; `activate` makes it so.
#[utoipa::path(
    post,
    path = "/v1/hooks/{id}/versions",
    operation_id = "saveVersion",
    tag = "Hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"])),
    request_body(
        description = "A script, or a module as it is.",
        content((NewVersion = "application/json"), ("application/wasm"), ("application/octet-stream")),
    ),
    responses((status = 201, description = "The version, which is not live.", body = VersionCreated)),
    extensions(("x-errors" = json!([modules::REFUSALS, "HookDoesNotExist", "limit_reached"])))
)]
pub(crate) async fn save(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let row = allowed.tenant.hook(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let [wasm, bytes] = modules::TYPES;
    body::require_type(request.headers(), &["application/json", wasm, bytes])?;
    let code = if answer::content_type_is(request.headers(), &modules::TYPES) {
        let wasm = modules::receive(&app, request).await?;
        let digest = modules::compile(&app, allowed.identity.tenant, row.trigger, wasm.clone()).await?;
        allowed.tenant.put_module(digest, wasm).await.map_err(store_failure)?;
        Code::Module { digest }
    } else {
        match module_line::code_of(script(&app, request).await?, &row)? {
            Some(code) => code,
            None => return Ok(answer::json(StatusCode::CREATED, &VersionCreated { version: row.version })),
        }
    };
    let version = allowed.tenant.save_version(&id, code).await.map_err(store_failure)?;
    Ok(answer::json(StatusCode::CREATED, &VersionCreated { version: version.ok_or_else(no_such_hook)? }))
}

async fn script(app: &App, request: Request<Body>) -> Result<String, Failure> {
    let settings = app.settings();
    let most = BodyLimit::of_management(settings);
    let NewVersion { script } = body::json(request, most, &settings.http).await?;
    if script.is_empty() {
        return Err(Failure::new(ErrorCode::InvalidBody, "`script` is empty; it must have at least one character"));
    }
    BodyLimit::new(&SCRIPT_BYTES, settings.script_bytes_max).check("the script", script.len() as u64)?;
    Ok(script)
}

/// Shows a version; of a script with its text.
#[utoipa::path(
    get,
    path = "/v1/hooks/{id}/versions/{number}",
    operation_id = "showVersion",
    tag = "Hooks",
    params(
        ("id" = HookId, Path, description = "The hook."),
        ("number" = u32, Path, minimum = 1, description = "The version."),
    ),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "The version; a script with its text.", body = VersionShown)),
    extensions(("x-errors" = json!(["HookDoesNotExist", "not_found"])))
)]
pub(crate) async fn show(
    allowed: Allowed<ReadHooks>,
    Segment((id, number)): Segment<(String, String)>,
    _: NoQuery,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    require_hook(&allowed.tenant, &id).await?;
    let version: u32 = number.parse().map_err(|_| no_such_version(&id, &number))?;
    let found = allowed.tenant.version(&id, version).await.map_err(store_failure)?;
    let found = found.ok_or_else(|| no_such_version(&id, &number))?;
    let script = match found.code {
        Code::Script { source } => Some(source),
        Code::Module { .. } => None,
    };
    Ok(answer::ok(&VersionShown { info: shown(&found.row), script }))
}

/// Makes an earlier version the live one.
#[utoipa::path(
    post,
    path = "/v1/hooks/{id}/versions/{number}/activate",
    operation_id = "activateVersion",
    tag = "Hooks",
    params(
        ("id" = HookId, Path, description = "The hook."),
        ("number" = u32, Path, minimum = 1, description = "The version."),
    ),
    security(("token" = ["update:hooks"])),
    responses((status = 200, description = "The version is live.", body = VersionCreated)),
    extensions(("x-errors" = json!(["HookDoesNotExist", "not_found", no_body::REFUSALS])))
)]
pub(crate) async fn activate(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment((id, number)): Segment<(String, String)>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    require_hook(&allowed.tenant, &id).await?;
    no_body::check(&app, request).await?;
    let version: u32 = number.parse().map_err(|_| no_such_version(&id, &number))?;
    if !allowed.tenant.activate_version(&id, version).await.map_err(store_failure)? {
        return Err(no_such_version(&id, &number));
    }
    Ok(answer::ok(&VersionCreated { version }))
}

async fn require_hook(tenant: &TenantStore, id: &HookId) -> Result<(), Failure> {
    tenant.hook(id).await.map_err(store_failure)?.map(drop).ok_or_else(no_such_hook)
}

pub(super) fn no_such_version(id: &HookId, number: &str) -> Failure {
    let number: String = number.chars().take(32).collect();
    Failure::new(
        ErrorCode::NotFound,
        format!("there is no version '{number}' of this hook; GET /v1/hooks/{id}/versions lists those there are"),
    )
}

pub(super) fn shown(row: &VersionRow) -> VersionInfo {
    VersionInfo {
        number: row.number,
        live: row.live,
        kind: row.kind,
        digest: row.digest,
        bytes: row.bytes,
        created_at: row.created_at,
    }
}
