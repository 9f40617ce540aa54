//! `POST /v1/triggers/{trigger}/call`: runs the enabled hook of a blocking trigger and answers its result

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::limits::EVENT_BYTES;
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::{ErrorCode, HookError, HookId, Report, Trigger};
use hookbox_store::{LogEntry, TenantStore};
use http::Request;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::auth::{Allowed, CreateEvents};
use super::body::{self, BodyLimit};
use super::runner::{self, Trial};
use super::{Failure, Segment, answer, store_failure, trigger};
use crate::App;
use crate::execution::ResultFor;

/// What the identity system goes on with.
#[derive(Serialize)]
struct Called {
    /// The hook that ran; `null` where the trigger has none that is enabled.
    hook_id: Option<HookId>,
    /// A name of [`Outcome::NAMES`]; `completed` where there is no hook.
    outcome: &'static str,
    /// The part of the hook's result that the trigger uses.
    value: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<HookError>,
}

/// Runs the enabled hook at once. A hook that fails is an answer, not an error of the call.
pub(crate) async fn call(
    State(app): State<App>,
    allowed: Allowed<CreateEvents>,
    Segment(name): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let trigger = trigger(&name)?;
    if !trigger.spec().blocking {
        return Err(Failure::new(
            ErrorCode::WrongTriggerKind,
            format!("{trigger} takes events and is not called: POST /v1/events/{trigger}"),
        ));
    }
    let limit = BodyLimit::new(&EVENT_BYTES, app.settings().event_bytes_max);
    let arguments: Map<String, Value> = body::json(request, limit, &app.settings().http).await?;
    let hooks = allowed.tenant.hooks().await.map_err(store_failure)?;
    let Some(hook) = hooks.into_iter().find(|hook| hook.trigger == trigger && hook.enabled) else {
        let nothing = Called { hook_id: None, outcome: "completed", value: Value::Null, error: None };
        return Ok(answer::ok(&nothing));
    };
    let (loaded, prepared) = runner::saved(&app, &allowed.tenant, &hook.id, trigger, Vec::new()).await?;
    let trial = Trial { trigger, loaded, arguments, prepared, result: ResultFor::IdentitySystem };
    let report = runner::trial(&app, allowed.identity.tenant, trial).await?;
    app.metrics().attempt(trigger, &report);
    let error = report.outcome.error();
    if let Some(error) = &error {
        log(&allowed.tenant, &hook.id, trigger, &report, error).await?;
    }
    let outcome = report.outcome.name();
    let value = match report.outcome {
        Outcome::Completed { value } => used(trigger, value),
        _ => Value::Null,
    };
    Ok(answer::ok(&Called { hook_id: Some(hook.id), outcome, value, error }))
}

async fn log(
    tenant: &TenantStore,
    hook: &HookId,
    trigger: Trigger,
    report: &Report,
    error: &HookError,
) -> Result<(), Failure> {
    let spec = trigger.spec();
    let description = if error.message.is_empty() { spec.log_description } else { &error.message };
    let entry = LogEntry {
        code: spec.log_code.to_owned(),
        description: description.chars().take(500).collect(),
        details: json!({ "trigger": spec.name, "outcome": report.outcome.name(), "error": error }),
        ..LogEntry::default()
    };
    tenant.add_log(Some(hook), None, entry).await.map_err(store_failure)?;
    Ok(())
}

/// The part of a result that the trigger uses, as in the original; the rest is dropped.
fn used(trigger: Trigger, value: Value) -> Value {
    let Value::Object(members) = value else {
        return match trigger {
            Trigger::CredentialsExchange => json!({ "scope": [] }),
            _ => json!({}),
        };
    };
    match trigger {
        Trigger::CredentialsExchange => token_claims(members),
        Trigger::PreUserRegistration => metadata(members),
        _ => Value::Object(members),
    }
}

/// `scope`, empty where the hook left it out, and claims whose name is an address.
fn token_claims(members: Map<String, Value>) -> Value {
    let mut kept = Map::from_iter([("scope".to_owned(), json!([]))]);
    for (name, value) in members {
        let is_claim = name.starts_with("https://") || name.starts_with("http://");
        if is_claim || name == "scope" && value.is_array() {
            kept.insert(name, value);
        }
    }
    Value::Object(kept)
}

/// `user.user_metadata` and `user.app_metadata`, without keys that the original could not store.
fn metadata(mut members: Map<String, Value>) -> Value {
    let Some(Value::Object(mut user)) = members.remove("user") else { return json!({}) };
    let mut kept = Map::new();
    for name in ["user_metadata", "app_metadata"] {
        if let Some(Value::Object(mut metadata)) = user.remove(name) {
            metadata.retain(|key, _| !key.starts_with('$') && !key.contains('.'));
            kept.insert(name.to_owned(), Value::Object(metadata));
        }
    }
    json!({ "user": kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_trigger_uses_its_part_of_the_result() {
        for (trigger, value, expected) in [
            (
                Trigger::CredentialsExchange,
                json!({"scope": ["a"], "https://example.com/c": 1, "sub": "x"}),
                json!({"scope": ["a"], "https://example.com/c": 1}),
            ),
            (Trigger::CredentialsExchange, json!({"scope": "a"}), json!({"scope": []})),
            (Trigger::CredentialsExchange, Value::Null, json!({"scope": []})),
            (
                Trigger::PreUserRegistration,
                json!({"user": {"user_metadata": {"a": 1, "$b": 2, "c.d": 3}, "email": "x"}, "other": 1}),
                json!({"user": {"user_metadata": {"a": 1}}}),
            ),
            (Trigger::PreUserRegistration, json!("x"), json!({})),
            (Trigger::SendPhoneMessage, json!({"MessageID": "1"}), json!({"MessageID": "1"})),
        ] {
            assert_eq!(used(trigger, value), expected, "{trigger}");
        }
    }
}
