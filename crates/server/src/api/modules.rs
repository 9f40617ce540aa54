//! `POST /v1/hooks?name=…&trigger=…` and `PUT /v1/hooks/{id}/module`: code that comes as a module

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use hookbox_protocol::api::{self, VersionCreated};
use hookbox_protocol::limits::MODULE_BYTES;
use hookbox_protocol::{ErrorCode, HookId, ModuleDigest, TenantId, Trigger, name};
use hookbox_runtime::CompileError;
use hookbox_store::{Code, HookRow, NewHook};
use http::{Request, StatusCode};

use super::auth::{Allowed, CreateHooks, UpdateHooks};
use super::body::{self, BodyLimit};
use super::query::{NoQuery, Query};
use super::{Failure, Segment, answer, hook_id, no_such_hook, store_failure, trigger};
use crate::App;

/// The media types that a module comes as.
pub(super) const TYPES: [&str; 2] = ["application/wasm", "application/octet-stream"];

/// The codes with which a module is refused, for the description of the calls that take one.
pub(super) const REFUSALS: [&str; 7] = [
    "not_wasm",
    "missing_export",
    "mistyped_export",
    "unknown_import",
    "unknown_abi",
    "module_too_complex",
    "module_too_expensive",
];

/// Makes a hook from a module.
#[utoipa::path(
    post,
    path = "/v1/hooks",
    operation_id = "createModuleHook",
    tag = "Hooks",
    params(
        ("name" = String, Query, pattern = "^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$", max_length = 128, description = "Kept in kebab case."),
        ("trigger" = Trigger, Query, description = "What the hook is bound to."),
        ("enabled" = Option<bool>, Query, description = "Whether events reach it; without it the first hook of a trigger is switched on, and later ones are not."),
    ),
    security(("token" = ["create:hooks"])),
    request_body(description = "The module.", content(("application/wasm"), ("application/octet-stream"))),
    responses((status = 201, description = "The hook.", body = api::Hook)),
    extensions(("x-errors" = json!([REFUSALS, "unknown_trigger", "conflict", "limit_reached"])))
)]
pub(crate) async fn create_hook(
    State(app): State<App>,
    allowed: Allowed<CreateHooks>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let query = Query::parse(request.uri().query(), &["name", "trigger", "enabled"])?;
    let required = |parameter: &str| {
        query.get(parameter).ok_or_else(|| {
            Failure::new(
                ErrorCode::InvalidQueryString,
                format!("the query parameter `{parameter}` is missing: POST /v1/hooks?name=NAME&trigger=TRIGGER"),
            )
        })
    };
    let name = name::hook(required("name")?)
        .map_err(|error| Failure::new(ErrorCode::InvalidQueryString, error.to_string()))?;
    let trigger = trigger(required("trigger")?)?;
    let enabled = query.boolean("enabled")?;
    let wasm = receive(&app, request).await?;
    let digest = compile(&app, allowed.identity.tenant, trigger, wasm.clone()).await?;
    allowed.tenant.put_module(digest, wasm).await.map_err(store_failure)?;
    let hook = NewHook { name, trigger, code: Code::Module { digest }, enabled, dependencies: BTreeMap::new() };
    let row = allowed.tenant.create_hook(hook).await.map_err(store_failure)?;
    Ok(answer::json(StatusCode::CREATED, &shown(row)))
}

/// Makes a new version of a hook from a module; it is live at once.
#[utoipa::path(
    put,
    path = "/v1/hooks/{id}/module",
    operation_id = "putModule",
    tag = "Hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"])),
    request_body(description = "The module.", content(("application/wasm"), ("application/octet-stream"))),
    responses((status = 200, description = "The version, which is live.", body = VersionCreated)),
    extensions(("x-errors" = json!([REFUSALS, "HookDoesNotExist"])))
)]
pub(crate) async fn replace(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let row = allowed.tenant.hook(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let wasm = receive(&app, request).await?;
    let digest = compile(&app, allowed.identity.tenant, row.trigger, wasm.clone()).await?;
    allowed.tenant.put_module(digest, wasm).await.map_err(store_failure)?;
    let version = allowed.tenant.add_version(&id, Code::Module { digest }).await.map_err(store_failure)?;
    Ok(answer::ok(&VersionCreated { version: version.ok_or_else(no_such_hook)? }))
}

/// Checks and compiles a module, in the tenant's turn.
pub(super) async fn compile(
    app: &App,
    tenant: TenantId,
    trigger: Trigger,
    wasm: Bytes,
) -> Result<ModuleDigest, Failure> {
    let _turn = app.compiles().enter(tenant).await?;
    match app.runtime().compile(wasm, trigger).await {
        Ok(info) => Ok(info.digest),
        Err(CompileError::Refused(refusal)) => {
            app.metrics().compile_refused(refusal.code);
            Err(Failure::new(refusal.code, refusal.message))
        }
        Err(CompileError::Host(error)) => Err(Failure::internal(error)),
    }
}

/// Reads a module.
pub(super) async fn receive(app: &App, request: Request<Body>) -> Result<Bytes, Failure> {
    body::require_type(request.headers(), &TYPES)?;
    let limit = BodyLimit::new(&MODULE_BYTES, app.settings().module_bytes_max);
    body::read(request, limit, &app.settings().http).await
}

fn shown(row: HookRow) -> api::Hook {
    api::Hook {
        id: row.id,
        name: row.name,
        trigger: row.trigger,
        enabled: row.enabled,
        kind: row.code.kind(),
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
        last_outcomes: Vec::new(),
    }
}
