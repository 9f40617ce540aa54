//! `POST /v1/runner`: runs a saved hook, a script or a module on a sample, and keeps nothing

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hookbox_protocol::api::{RunnerReport, RunnerRequest};
use hookbox_protocol::limits::{EVENT_BYTES, MODULE_BYTES, SCRIPT_BYTES, SECRETS};
use hookbox_protocol::{ErrorCode, HookId, Report, Scope, TenantId, Trigger, name};
use hookbox_store::{Code, SecretLimits, SecretValue, Settings, TenantStore};
use http::Request;
use serde_json::{Map, Value};

use super::auth::{self, Allowed, CreateRuns, Needs, UpdateHooks};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, answer, hook_id, modules, no_such_hook, settings, store_failure, trigger};
use crate::App;
use crate::code::{self, Loaded};
use crate::execution::{self, Execution, ResultFor};
use crate::input::{self, EventInfo};
use crate::prepared::{Equipment, Prepared};
use crate::settings::ServerSettings;

/// What is to be run.
enum Subject {
    Saved(HookId),
    /// A script in the place of a saved hook's code.
    ScriptOf(HookId, String),
    /// A module in the place of a saved hook's code.
    ModuleOf(HookId, Bytes),
    Script(String),
    Module(Bytes),
}

/// A run that nothing comes of but its report.
pub(super) struct Trial {
    /// What happens.
    pub(super) trigger: Trigger,
    /// What runs.
    pub(super) loaded: Loaded,
    /// The trigger's arguments.
    pub(super) arguments: Map<String, Value>,
    /// What `context.webtask.event` says.
    pub(super) event: EventInfo,
    /// Secrets, settings and limits.
    pub(super) prepared: Arc<Prepared>,
    /// Who gets what the hook returns.
    pub(super) result: ResultFor,
}

/// Runs what the body names and answers the whole report.
#[utoipa::path(
    post,
    path = "/v1/runner",
    operation_id = "runHook",
    tag = "Hooks",
    security(("token" = ["create:runs"])),
    request_body = RunnerRequest,
    responses(
        (status = 200, description = "How the run ended. A hook that fails is an answer, not an error.", body = RunnerReport),
    ),
    extensions(("x-errors" = json!([modules::REFUSALS, "unknown_trigger", "HookDoesNotExist"])))
)]
pub(crate) async fn run(
    State(app): State<App>,
    allowed: Allowed<CreateRuns>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let asked: RunnerRequest = body::json(request, BodyLimit::of_runner(app.settings()), &app.settings().http).await?;
    let trigger = trigger(&asked.trigger)?;
    let subject = subject(&asked, app.settings())?;
    let secrets = secrets(asked.secrets.unwrap_or_default(), app.settings().secrets)?;
    let arguments = arguments(trigger, asked.input, app.settings())?;
    let limits = asked.limits.unwrap_or_default();

    let tenant = allowed.identity.tenant;
    let (loaded, mut prepared) = match subject {
        Subject::Saved(id) => {
            // Where a value is an address, whoever gives it gets what the hook sends there.
            if !secrets.is_empty() {
                require_change(&allowed)?;
            }
            saved(&app, &allowed.tenant, &id, trigger, secrets).await?
        }
        Subject::ScriptOf(id, source) => {
            require_change(&allowed)?;
            let (_, prepared) = of_hook(&app, &allowed.tenant, &id, trigger, secrets).await?;
            (script(&app, tenant, &source).await?, prepared)
        }
        Subject::ModuleOf(id, wasm) => {
            require_change(&allowed)?;
            let (_, prepared) = of_hook(&app, &allowed.tenant, &id, trigger, secrets).await?;
            (module(&app, tenant, trigger, wasm).await?, prepared)
        }
        Subject::Script(source) => (script(&app, tenant, &source).await?, unsaved(&app, &secrets)),
        Subject::Module(wasm) => (module(&app, tenant, trigger, wasm).await?, unsaved(&app, &secrets)),
    };
    for (name, value) in &limits {
        settings::limit_of(name, value, &app.settings().ceilings, &mut prepared.limits)?;
    }
    let prepared = Arc::new(prepared);
    let event = EventInfo::SAMPLE;
    let trial = Trial { trigger, loaded, arguments, event, prepared, result: ResultFor::Author };
    let report = self::trial(&app, tenant, trial).await?;
    Ok(answer::ok(&RunnerReport::from(report)))
}

/// Runs once in the tenant's turn, on the guests' threads. Ends when the caller goes away.
pub(super) async fn trial(app: &App, tenant: TenantId, trial: Trial) -> Result<Report, Failure> {
    let Trial { trigger, loaded, arguments, event, prepared, result } = trial;
    let Equipment { secrets_json, way_out } = prepared.equip(app.egress(), tenant).map_err(Failure::internal)?;
    let input = input::of_arguments(trigger, &arguments, secrets_json.expose(), event)
        .map_err(|error| Failure::new(ErrorCode::InvalidBody, error.to_string()))?;
    let execution = Execution { trigger, input, limits: prepared.limits, way_out, result, listener: None };
    let turn = app.runs().enter(tenant).await?;
    let runtime = app.runtime().clone();
    let run = async move {
        let _turn = turn;
        execution::execute(&runtime, loaded, execution, &prepared.redactor).await
    };
    app.guests().run(run).await.map_err(Failure::internal)?.map_err(Failure::internal)
}

/// A saved hook's live version with its secrets and settings; `secrets` are added to its own.
pub(super) async fn saved(
    app: &App,
    store: &TenantStore,
    id: &HookId,
    trigger: Trigger,
    secrets: Vec<(String, SecretValue)>,
) -> Result<(Loaded, Prepared), Failure> {
    let (code, prepared) = of_hook(app, store, id, trigger, secrets).await?;
    let loaded = app.loader().saved(&code).await.map_err(Failure::internal)?;
    Ok((loaded, prepared))
}

/// A saved hook's live code, and what its runs get besides.
async fn of_hook(
    app: &App,
    store: &TenantStore,
    id: &HookId,
    trigger: Trigger,
    secrets: Vec<(String, SecretValue)>,
) -> Result<(Code, Prepared), Failure> {
    let row = store.hook(id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    if row.trigger != trigger {
        return Err(Failure::new(
            ErrorCode::InvalidBody,
            format!("hook '{}' is bound to {}, and the run is asked for {trigger}", row.name, row.trigger),
        ));
    }
    let settings = store.settings(id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let mut all = store.secrets(id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let there = all.len() as u64;
    all.retain(|(name, _)| secrets.iter().all(|(given, _)| given != name));
    let added = (all.len() + secrets.len()) as u64 - there;
    app.settings().secrets.check_count(there, added).map_err(|error| invalid(error.to_string()))?;
    all.extend(secrets);
    Ok((row.code, Prepared::new(&all, &settings, &app.settings().ceilings)))
}

async fn module(app: &App, tenant: TenantId, trigger: Trigger, wasm: Bytes) -> Result<Loaded, Failure> {
    let digest = modules::compile(app, tenant, trigger, wasm.clone()).await?;
    code::given(app.runtime(), digest, wasm).await.map_err(Failure::internal)
}

/// Compiling a script is a run too: it takes the tenant's turn.
async fn script(app: &App, tenant: TenantId, source: &str) -> Result<Loaded, Failure> {
    let _turn = app.runs().enter(tenant).await?;
    code::script(app.scripts(), source).await.map_err(Failure::internal)
}

fn unsaved(app: &App, secrets: &[(String, SecretValue)]) -> Prepared {
    Prepared::new(secrets, &Settings::default(), &app.settings().ceilings)
}

fn subject(asked: &RunnerRequest, settings: &ServerSettings) -> Result<Subject, Failure> {
    if let Some(script) = &asked.script {
        let limit = BodyLimit::new(&SCRIPT_BYTES, settings.script_bytes_max);
        limit.check("the script", script.len() as u64)?;
    }
    match (&asked.hook_id, &asked.script, &asked.module) {
        (Some(id), None, None) => Ok(Subject::Saved(hook_id(id)?)),
        (Some(id), Some(script), None) => Ok(Subject::ScriptOf(hook_id(id)?, script.clone())),
        (None, Some(script), None) => Ok(Subject::Script(script.clone())),
        (Some(id), None, Some(module)) => Ok(Subject::ModuleOf(hook_id(id)?, decoded(module, settings)?)),
        (None, None, Some(module)) => Ok(Subject::Module(decoded(module, settings)?)),
        _ => {
            let message = "give exactly one of `hook_id`, `script` and `module`, or a `script` or `module` with the \
                           `hook_id` whose secrets and settings it gets";
            Err(invalid(message.to_owned()))
        }
    }
}

fn decoded(module: &str, settings: &ServerSettings) -> Result<Bytes, Failure> {
    // As `base64 FILE` writes it, in lines.
    let module: String = module.split_ascii_whitespace().collect();
    let wasm = STANDARD.decode(module).map_err(|error| invalid(format!("`module` is not base64: {error}")))?;
    BodyLimit::new(&MODULE_BYTES, settings.module_bytes_max).check("the module", wasm.len() as u64)?;
    Ok(wasm.into())
}

/// Who writes the code that gets a hook's secrets, or values for some of them, can just as well change the hook.
fn require_change(allowed: &Allowed<CreateRuns>) -> Result<(), Failure> {
    if allowed.identity.scopes.contains(&Scope::UpdateHooks) {
        return Ok(());
    }
    Err(auth::insufficient_scope(UpdateHooks::ANY_OF))
}

/// The secrets that were given, within the limits of saved ones.
fn secrets(given: Map<String, Value>, limits: SecretLimits) -> Result<Vec<(String, SecretValue)>, Failure> {
    let (count, most) = (given.len() as u64, limits.count_max);
    if count > most {
        let (limit, way_up) = (SECRETS.name, SECRETS.way_up(most));
        return Err(invalid(format!("there are {count} secrets; the limit `{limit}` is {most}{way_up}")));
    }
    let read = |(name, value): (String, Value)| {
        name::check_secret(&name).map_err(|error| invalid(error.to_string()))?;
        let Value::String(value) = value else {
            return Err(invalid(format!("the value of secret '{name}' must be a string")));
        };
        let value = SecretValue::new(value);
        limits.check_value(&name, &value).map_err(store_failure)?;
        Ok((name, value))
    };
    given.into_iter().map(read).collect()
}

/// The input that was given, or the trigger's sample.
fn arguments(
    trigger: Trigger,
    given: Option<Map<String, Value>>,
    settings: &ServerSettings,
) -> Result<Map<String, Value>, Failure> {
    let Some(given) = given else {
        return serde_json::from_str(trigger.spec().sample).map_err(Failure::internal);
    };
    let bytes = serde_json::to_vec(&given).map_err(Failure::internal)?.len();
    BodyLimit::new(&EVENT_BYTES, settings.event_bytes_max).check("the input", bytes as u64)?;
    Ok(given)
}

fn invalid(message: String) -> Failure {
    Failure::new(ErrorCode::InvalidBody, message)
}
