//! `GET /v1/hooks/{id}/versions/{number}/diff`: how one version of a hook became another

use axum::extract::RawQuery;
use axum::response::Response;
use hookbox_protocol::HookId;
use hookbox_protocol::api::VersionDiff;
use hookbox_store::{Code, TenantStore, Version};

use super::auth::{Allowed, ReadHooks};
use super::query::Query;
use super::{Failure, Segment, answer, hook_id, no_such_hook, store_failure, versions};
use crate::diff::unified;

/// Compares two versions of a hook: scripts line by line, modules by their digest.
#[utoipa::path(
    get,
    path = "/v1/hooks/{id}/versions/{number}/diff",
    operation_id = "compareVersions",
    tag = "Hooks",
    security(("token" = ["read:hooks"])),
    params(
        ("id" = HookId, Path, description = "The hook."),
        ("number" = u32, Path, description = "The version that the difference begins with."),
        ("with" = Option<u32>, Query, description = "The version that it ends with; the live one where absent."),
    ),
    extensions(("x-errors" = json!(["HookDoesNotExist", "not_found"]))),
    responses((status = 200, description = "The difference.", body = VersionDiff))
)]
pub(crate) async fn show(
    allowed: Allowed<ReadHooks>,
    Segment((id, number)): Segment<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let row = allowed.tenant.hook(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let query = Query::parse(query.as_deref(), &["with"])?;
    let with = query.number("with", 1, u32::MAX)?.unwrap_or(row.version);
    let from = version(&allowed.tenant, &id, &number).await?;
    let to = version(&allowed.tenant, &id, &with.to_string()).await?;
    let changed = from.code != to.code;
    let (from_info, to_info) = (versions::shown(&from.row), versions::shown(&to.row));
    let unified = match (from.code, to.code) {
        // It computes for longer than a thread of the API should.
        (Code::Script { source: old }, Code::Script { source: new }) => {
            let names = (format!("version {}", from.row.number), format!("version {}", to.row.number));
            let compare = move || unified(&old, &new, (&names.0, &names.1));
            Some(tokio::task::spawn_blocking(compare).await.map_err(Failure::internal)?)
        }
        _ => None,
    };
    Ok(answer::ok(&VersionDiff { from: from_info, to: to_info, unified, changed }))
}

async fn version(tenant: &TenantStore, id: &HookId, number: &str) -> Result<Version, Failure> {
    let missing = || versions::no_such_version(id, number);
    let number: u32 = number.parse().map_err(|_| missing())?;
    tenant.version(id, number).await.map_err(store_failure)?.ok_or_else(missing)
}
