//! `GET /v1/hooks`

use axum::response::Response;
use serde_json::json;

use super::auth::{Allowed, ReadHooks};
use super::{Failure, answer, store_failure};

/// Lists the tenant's hooks with their kind, live version and last outcomes.
pub(crate) async fn list(allowed: Allowed<ReadHooks>) -> Result<Response, Failure> {
    let hooks = allowed.tenant.hook_overview().await.map_err(store_failure)?;
    Ok(answer::ok(&json!({ "hooks": hooks })))
}
