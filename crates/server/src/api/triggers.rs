//! `GET /v1/triggers`

use axum::response::Response;
use hookbox_protocol::trigger::{Spec, TABLE};
use serde_json::{Value, json};

use super::auth::{Allowed, AnyScope};
use super::{Failure, answer};

/// Lists the triggers with starter code and a sample of what a hook gets.
pub(crate) async fn list(_allowed: Allowed<AnyScope>) -> Result<Response, Failure> {
    let triggers: Result<Vec<Value>, _> = TABLE.iter().map(shown).collect();
    Ok(answer::ok(&json!({ "triggers": triggers.map_err(Failure::internal)? })))
}

fn shown(spec: &Spec) -> Result<Value, serde_json::Error> {
    Ok(json!({
        "name": spec.name,
        "export": spec.export,
        "arguments": spec.arguments,
        "blocking": spec.blocking,
        "log_code": spec.log_code,
        "starter": { "javascript": spec.starter_javascript, "rust": spec.starter_rust },
        "sample": serde_json::from_str::<Value>(spec.sample)?,
    }))
}
