//! `POST /v1/triggers/{trigger}/call`: runs the enabled hooks of a blocking trigger and answers their result
//!
//! Where a tenant has several enabled hooks of the trigger, they run one after the other in their order; the first that
//! does not complete ends the call, and what the hooks before it returned is dropped. [`chain`] says how each trigger's
//! hooks hand on what they made, [`refusal`] what the identity system is to answer when one of them fails.

mod chain;
mod log_entry;
mod refusal;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::limits::EVENT_BYTES;
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::report::millis;
use hookbox_protocol::{ErrorCode, HookError, HookId, Report, Trigger};
use hookbox_store::LiveHook;
use http::Request;
use serde::Serialize;
use serde_json::{Map, Value};

use super::auth::{Allowed, CreateEvents};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::runner::{self, Trial};
use super::{Failure, Segment, answer, store_failure, trigger};
use crate::App;
use crate::execution::ResultFor;
use crate::input::{self, EventInfo};
use chain::Chain;
use refusal::Refusal;

/// What the identity system goes on with.
#[derive(Serialize, utoipa::ToSchema)]
struct Called {
    /// The hook that failed, else the one that ran last; null where the trigger has none that is enabled.
    #[schema(required)]
    hook_id: Option<HookId>,
    /// How that hook ended; `completed` where there is none.
    #[schema(value_type = hookbox_protocol::schema::OutcomeName)]
    outcome: &'static str,
    /// The part of the hooks' results that the trigger uses; null where one failed, and where there is none.
    value: Value,
    /// What went wrong; absent where nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<HookError>,
    /// What to answer the client or the person who waits; absent where nothing went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
    /// The hooks that ran, in their order; absent where none did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hooks: Vec<Ran>,
}

/// A hook that ran.
#[derive(Serialize, utoipa::ToSchema)]
struct Ran {
    /// The hook.
    hook_id: HookId,
    /// Its name.
    hook_name: String,
    /// How it ended.
    #[schema(value_type = hookbox_protocol::schema::OutcomeName)]
    outcome: &'static str,
    /// Milliseconds, waiting included.
    wall_ms: f64,
}

/// Runs the enabled hooks at once. A hook that fails is an answer, not an error of the call.
#[utoipa::path(
    post,
    path = "/v1/triggers/{trigger}/call",
    operation_id = "callTrigger",
    tag = "Triggers",
    security(("token" = ["create:events"])),
    params(("trigger" = Trigger, Path, description = "A trigger that is called.")),
    request_body(content = Object, description = "The trigger's arguments by name, as `GET /v1/triggers` lists them."),
    extensions(("x-errors" = json!(["unknown_trigger", "wrong_trigger_kind"]))),
    responses((status = 200, description = "How the hooks ended, and what they returned.", body = Called))
)]
pub(crate) async fn call(
    State(app): State<App>,
    allowed: Allowed<CreateEvents>,
    Segment(name): Segment<String>,
    _: NoQuery,
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
    // Also where no hook is enabled: that a call was wrong must not show only once one is.
    input::check_arguments(trigger, &arguments)
        .map_err(|error| Failure::new(ErrorCode::InvalidBody, error.to_string()))?;
    let id = app.store().event_id().map_err(store_failure)?;
    let event = EventInfo { id, ..EventInfo::SAMPLE };
    let mut chain = Chain::new(trigger, arguments);
    let mut hooks = Vec::new();
    for hook in allowed.tenant.enabled(trigger).await.map_err(store_failure)? {
        let report = run(&app, &allowed, &hook, chain.arguments(), event).await?;
        let outcome = report.outcome.name();
        let (hook_id, hook_name) = (hook.id.clone(), hook.name.clone());
        hooks.push(Ran { hook_id, hook_name, outcome, wall_ms: millis(report.wall) });
        if let Some(error) = report.outcome.error() {
            let entry = log_entry::of(trigger, chain.given(), &hook, &report, &error);
            allowed.tenant.add_log(Some(&hook.id), None, entry).await.map_err(store_failure)?;
            app.followers().tell_of_entry(allowed.identity.tenant);
            let refusal = Some(refusal::of(trigger, &report.outcome, &error));
            let hook_id = Some(hook.id.clone());
            let called = Called { hook_id, outcome, value: Value::Null, error: Some(error), refusal, hooks };
            return Ok(answer::ok(&called));
        }
        if let Outcome::Completed { value } = report.outcome {
            chain.take(value);
        }
    }
    let hook_id = hooks.last().map(|ran| ran.hook_id.clone());
    let value = chain.into_value();
    Ok(answer::ok(&Called { hook_id, outcome: "completed", value, error: None, refusal: None, hooks }))
}

async fn run(
    app: &App,
    allowed: &Allowed<CreateEvents>,
    hook: &Arc<LiveHook>,
    arguments: Map<String, Value>,
    event: EventInfo,
) -> Result<Report, Failure> {
    let loaded = app.loader().saved(&hook.code).await.map_err(Failure::internal)?;
    let prepared = app.prepared().get(hook);
    let trial = Trial { trigger: hook.trigger, loaded, arguments, event, prepared, result: ResultFor::IdentitySystem };
    let report = runner::trial(app, allowed.identity.tenant, trial).await?;
    app.metrics().attempt(hook.trigger, &report);
    Ok(report)
}
