//! `GET /v1/hooks/{id}/versions`, `GET …/versions/{number}` and `POST …/versions/{number}/activate`

use axum::response::Response;
use hookbox_protocol::api::VersionCreated;
use hookbox_protocol::{ErrorCode, HookId};
use hookbox_store::{Code, TenantStore, VersionRow};
use serde_json::{Value, json};

use super::auth::{Allowed, ReadHooks, UpdateHooks};
use super::{Failure, Segment, answer, hook_id, no_such_hook, store_failure};

/// Lists a hook's versions.
pub(crate) async fn list(allowed: Allowed<ReadHooks>, Segment(id): Segment<String>) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let versions = allowed.tenant.versions(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let versions: Vec<Value> = versions.iter().map(shown).collect();
    Ok(answer::ok(&json!({ "versions": versions })))
}

/// Shows a version; of a script with its text.
pub(crate) async fn show(
    allowed: Allowed<ReadHooks>,
    Segment((id, number)): Segment<(String, String)>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    require_hook(&allowed.tenant, &id).await?;
    let version: u32 = number.parse().map_err(|_| no_such_version(&id, &number))?;
    let found = allowed.tenant.version(&id, version).await.map_err(store_failure)?;
    let found = found.ok_or_else(|| no_such_version(&id, &number))?;
    let mut shown = shown(&found.row);
    if let Code::Script { source } = found.code {
        shown["script"] = source.into();
    }
    Ok(answer::ok(&shown))
}

/// Makes an earlier version the live one.
pub(crate) async fn activate(
    allowed: Allowed<UpdateHooks>,
    Segment((id, number)): Segment<(String, String)>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    require_hook(&allowed.tenant, &id).await?;
    let version: u32 = number.parse().map_err(|_| no_such_version(&id, &number))?;
    if !allowed.tenant.activate_version(&id, version).await.map_err(store_failure)? {
        return Err(no_such_version(&id, &number));
    }
    Ok(answer::ok(&VersionCreated { version }))
}

async fn require_hook(tenant: &TenantStore, id: &HookId) -> Result<(), Failure> {
    tenant.hook(id).await.map_err(store_failure)?.map(drop).ok_or_else(no_such_hook)
}

fn no_such_version(id: &HookId, number: &str) -> Failure {
    let number: String = number.chars().take(32).collect();
    Failure::new(
        ErrorCode::NotFound,
        format!("there is no version '{number}' of this hook; GET /v1/hooks/{id}/versions lists those there are"),
    )
}

fn shown(row: &VersionRow) -> Value {
    json!({
        "number": row.number,
        "live": row.live,
        "kind": row.kind,
        "digest": row.digest,
        "bytes": row.bytes,
        "created_at": row.created_at,
    })
}
