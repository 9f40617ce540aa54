//! `/api/v2/hooks` and `/api/v2/hooks/{id}`

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::{ErrorCode, HookId, Trigger};
use hookbox_store::{Code, HookChange, HookRow, NewHook};
use http::{Request, StatusCode};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::hook_body::HookBody;
use super::schema::{ManagedHook, ManagedHookChange, ManagedHookFields, ManagedHooks, NewManagedHook};
use super::{hook_id, payload, store_failure, warn};
use crate::App;
use crate::api::auth::{Allowed, CreateHooks, DeleteHooks, ReadHooks, UpdateHooks};
use crate::api::query::{Query, validation};
use crate::api::{Failure, Segment, answer, module_line, no_such_hook};

const FIELDS: [&str; 6] = ["id", "name", "script", "dependencies", "enabled", "triggerId"];

const PER_PAGE_DEFAULT: u32 = 50;
const PER_PAGE_MAX: u32 = 100;

/// Lists hooks: an array, or an object with totals where they are asked for.
#[utoipa::path(
    get,
    path = "/api/v2/hooks",
    operation_id = "get_hooks",
    tag = "Management API: hooks",
    params(
        ("page" = Option<u64>, Query, minimum = 0, maximum = 4294967295_u64, description = "0 for the first."),
        ("per_page" = Option<u32>, Query, minimum = 0, maximum = 100, description = "50 where it is left out."),
        ("include_totals" = Option<bool>, Query, description = "Answers an object with the number of all rows."),
        ("enabled" = Option<bool>, Query, description = "Hooks that are, or are not, switched on."),
        ("triggerId" = Option<Trigger>, Query, description = "Hooks of this trigger."),
        ("fields" = Option<String>, Query, pattern = "^((id|name|script|dependencies|enabled|triggerId)(,(id|name|script|dependencies|enabled|triggerId))*)?$", description = "Members with commas between."),
        ("include_fields" = Option<bool>, Query, description = "Whether `fields` are those that are shown, or those that are not."),
    ),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "A page of hooks.", body = ManagedHooks))
)]
pub(super) async fn list(allowed: Allowed<ReadHooks>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let known = ["page", "per_page", "include_totals", "enabled", "triggerId", "fields", "include_fields"];
    let query = Query::parse_v2(query.as_deref(), &known)?;
    let page = query.number("page", 0, u32::MAX)?.unwrap_or(0);
    let per_page = query.number("per_page", 0, PER_PAGE_MAX)?.unwrap_or(PER_PAGE_DEFAULT);
    let with_totals = query.boolean("include_totals")?.unwrap_or(false);
    let enabled = query.boolean("enabled")?;
    let trigger = query.get("triggerId").map(trigger).transpose()?;
    let fields = Fields::read(&query, &FIELDS)?;

    let mut hooks = allowed.tenant.hooks().await.map_err(store_failure)?;
    hooks.retain(|hook| enabled.is_none_or(|on| hook.enabled == on) && trigger.is_none_or(|of| hook.trigger == of));
    let total = hooks.len();
    let start = u64::from(page) * u64::from(per_page);
    let skipped = usize::try_from(start).unwrap_or(usize::MAX);
    let shown: Vec<Value> =
        hooks.iter().skip(skipped).take(per_page as usize).map(|hook| fields.of(read_form(hook))).collect();
    if with_totals {
        return Ok(answer::ok(&json!({ "total": total, "start": start, "limit": per_page, "hooks": shown })));
    }
    Ok(answer::ok(&shown))
}

/// Makes a hook from a script.
#[utoipa::path(
    post,
    path = "/api/v2/hooks",
    operation_id = "post_hooks",
    tag = "Management API: hooks",
    security(("token" = ["create:hooks"])),
    request_body(content = NewManagedHook, description = "A form is taken too."),
    responses((status = 201, description = "The hook.", body = ManagedHook)),
    extensions(("x-errors" = json!(["conflict"])))
)]
pub(super) async fn create(
    State(app): State<App>,
    allowed: Allowed<CreateHooks>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let value = payload::read(&app, request).await?;
    let body = HookBody::of_post(value, app.settings().script_bytes_max)?;
    let (Some(name), Some(source), Some(trigger)) = (body.name, body.script, body.trigger) else {
        return Err(payload::refused("Missing required property: name", None));
    };
    if module_line::stands_for_a_module(&source) {
        let way_out = "upload the module with POST /v1/hooks?name=NAME&trigger=TRIGGER";
        return Err(Failure::new(ErrorCode::InvalidBody, format!("the script stands for a module; {way_out}")));
    }
    let hook = NewHook {
        name,
        trigger,
        code: Code::Script { source },
        enabled: body.enabled,
        dependencies: body.dependencies.unwrap_or_default(),
    };
    let row = allowed.tenant.create_hook(hook).await.map_err(store_failure)?;
    warn::of_script(&app, &allowed.tenant, &row).await;
    Ok(answer::json(StatusCode::CREATED, &write_form(&row)))
}

/// Shows a hook.
#[utoipa::path(
    get,
    path = "/api/v2/hooks/{id}",
    operation_id = "get_hook_by_id",
    tag = "Management API: hooks",
    params(
        ("id" = HookId, Path, description = "The hook."),
        ("fields" = Option<String>, Query, pattern = "^((id|name|script|dependencies|enabled|triggerId)(,(id|name|script|dependencies|enabled|triggerId))*)?$", description = "Members with commas between."),
        ("include_fields" = Option<bool>, Query, description = "Whether `fields` are those that are shown, or those that are not."),
    ),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "The hook.", body = ManagedHookFields)),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(super) async fn show(
    allowed: Allowed<ReadHooks>,
    Segment(id): Segment<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let fields = Fields::read(&Query::parse_v2(query.as_deref(), &["fields", "include_fields"])?, &FIELDS)?;
    let row = allowed.tenant.hook(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::ok(&fields.of(read_form(&row))))
}

/// Changes a hook; a new script is a new version.
#[utoipa::path(
    patch,
    path = "/api/v2/hooks/{id}",
    operation_id = "patch_hooks",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"])),
    request_body(content = ManagedHookChange, description = "A form is taken too."),
    responses((status = 200, description = "The hook as it is now.", body = ManagedHook)),
    extensions(("x-errors" = json!(["HookDoesNotExist", "conflict"])))
)]
pub(super) async fn change(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let value = payload::read(&app, request).await?;
    let body = HookBody::of_patch(value, app.settings().script_bytes_max)?;
    let row = allowed.tenant.hook(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let is_new_script = body.script.is_some();
    let change = HookChange {
        name: body.name,
        enabled: body.enabled,
        dependencies: body.dependencies,
        code: body.script.map(|script| module_line::code_of(script, &row)).transpose()?.flatten(),
    };
    let row = allowed.tenant.update_hook(&id, change).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    if is_new_script {
        warn::of_script(&app, &allowed.tenant, &row).await;
    }
    Ok(answer::ok(&write_form(&row)))
}

/// Deletes a hook. A body, which older clients send, is ignored.
#[utoipa::path(
    delete,
    path = "/api/v2/hooks/{id}",
    operation_id = "delete_hooks_by_id",
    tag = "Management API: hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["delete:hooks"])),
    responses((status = 204, description = "The hook is gone.")),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(super) async fn delete(
    State(app): State<App>,
    allowed: Allowed<DeleteHooks>,
    Segment(id): Segment<String>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    // It goes on when the caller goes away: what waits for the hook would count as its tenant's backlog for hours.
    let tenant = allowed.tenant;
    let deleted = app.background().spawn(async move { tenant.delete_hook(&id).await });
    if deleted.await.map_err(Failure::internal)?.map_err(store_failure)? {
        return Ok(answer::no_content());
    }
    Err(no_such_hook())
}

/// A hook with its keys in the order of a GET.
fn read_form(row: &HookRow) -> Map<String, Value> {
    members([
        ("id", json!(row.id)),
        ("name", json!(row.name)),
        ("script", json!(module_line::script_of(&row.code))),
        ("dependencies", json!(row.dependencies)),
        ("enabled", json!(row.enabled)),
        ("triggerId", json!(row.trigger)),
    ])
}

/// A hook with its keys in the order of a POST and a PATCH.
fn write_form(row: &HookRow) -> Map<String, Value> {
    members([
        ("id", json!(row.id)),
        ("name", json!(row.name)),
        ("script", json!(module_line::script_of(&row.code))),
        ("dependencies", json!(row.dependencies)),
        ("triggerId", json!(row.trigger)),
        ("enabled", json!(row.enabled)),
    ])
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn trigger(text: &str) -> Result<Trigger, Failure> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(64).collect();
        let names = hookbox_protocol::trigger::TABLE.map(|spec| spec.name).join(", ");
        validation(&format!("No enum match for: {shown} (one of {names})"))
    })
}
