//! `GET /v1/triggers`

use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::trigger::{Spec, TABLE, Trigger};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::auth::{Allowed, AnyScope};
use super::query::NoQuery;
use super::{Failure, answer, settings};
use crate::App;

/// What `GET /v1/triggers` answers.
#[derive(Serialize, ToSchema)]
struct Triggers {
    triggers: Vec<TriggerShown>,
    /// What a script can require.
    modules: &'static [&'static str],
    /// How far the operator lets each limit of a run go.
    #[schema(value_type = BTreeMap<String, u64>)]
    ceilings: Map<String, Value>,
}

/// A trigger, for those who write hooks.
#[derive(Serialize, ToSchema)]
struct TriggerShown {
    name: Trigger,
    /// The function that a module exports.
    export: &'static str,
    /// The members of the input, which are a script's parameters in this order.
    arguments: &'static [&'static str],
    /// Whether the identity system waits for the hook: it is called then, and takes no events.
    blocking: bool,
    /// The tenant log's code for a failed run.
    log_code: &'static str,
    starter: Starter,
    /// A sample of what a hook gets.
    #[schema(value_type = Object)]
    sample: &'static RawValue,
}

/// A first hook.
#[derive(Serialize, ToSchema)]
struct Starter {
    javascript: &'static str,
    rust: &'static str,
}

/// Lists the triggers with starter code and a sample of what a hook gets, the modules that a script can require, and the
/// ceilings of a hook's limits.
#[utoipa::path(
    get,
    path = "/v1/triggers",
    operation_id = "listTriggers",
    tag = "Triggers",
    security(("token" = [])),
    responses((status = 200, description = "The triggers, what a script can require, and how far limits go.", body = Triggers))
)]
pub(crate) async fn list(_allowed: Allowed<AnyScope>, State(app): State<App>, _: NoQuery) -> Result<Response, Failure> {
    let triggers = TABLE.iter().map(shown).collect::<Result<_, _>>().map_err(Failure::internal)?;
    let ceilings = settings::by_name(&app.settings().ceilings);
    Ok(answer::ok(&Triggers { triggers, modules: hookbox_javascript::Engine::modules(), ceilings }))
}

fn shown(spec: &'static Spec) -> Result<TriggerShown, serde_json::Error> {
    Ok(TriggerShown {
        name: spec.trigger,
        export: spec.export,
        arguments: spec.arguments,
        blocking: spec.blocking,
        log_code: spec.log_code,
        starter: Starter { javascript: spec.starter_javascript, rust: spec.starter_rust },
        sample: serde_json::from_str(spec.sample)?,
    })
}
