//! `GET` and `PATCH /v1/hooks/{id}/settings`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_egress::HostPattern;
use hookbox_protocol::{ErrorCode, RunLimits};
use hookbox_store::{Retry, Settings};
use http::Request;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use super::auth::{Allowed, ReadHooks, UpdateHooks};
use super::body::{self, BodyLimit};
use super::{Failure, Segment, answer, hook_id, no_such_hook, store_failure};
use crate::App;

/// The most entries of `allowed_hosts`.
const HOSTS_MAX: usize = 100;

/// What a PATCH can say; what it leaves out stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    limits: Option<Map<String, Value>>,
    /// The outer `None`: not said. The inner one: `null`, every host.
    #[serde(default, deserialize_with = "said")]
    allowed_hosts: Option<Option<Vec<String>>>,
    retry: Option<Retry>,
}

/// Shows what holds for a hook: its own limits, and the defaults of the others.
pub(crate) async fn show(allowed: Allowed<ReadHooks>, Segment(id): Segment<String>) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let settings = allowed.tenant.settings(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::ok(&shown(&settings)))
}

/// Changes what is named; `null` for a limit brings its default back.
pub(crate) async fn change(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let mut settings = allowed.tenant.settings(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    let limit = BodyLimit::OF_CALL;
    let change: Change = body::json(request, limit, &app.settings().http).await?;
    for (name, value) in change.limits.unwrap_or_default() {
        set_limit(&mut settings, &name, &value, &app.settings().ceilings)?;
    }
    if let Some(hosts) = change.allowed_hosts {
        check_hosts(hosts.as_deref().unwrap_or_default())?;
        settings.allowed_hosts = hosts;
    }
    if let Some(retry) = change.retry {
        settings.retry = retry;
    }
    let answer = answer::ok(&shown(&settings));
    if allowed.tenant.set_settings(&id, settings).await.map_err(store_failure)? {
        Ok(answer)
    } else {
        Err(no_such_hook())
    }
}

/// Sets a limit by name; also how the runner reads its limits.
pub(super) fn limit_of(name: &str, value: &Value, ceilings: &RunLimits, limits: &mut RunLimits) -> Result<(), Failure> {
    let Some(number) = value.as_u64() else {
        let shown: String = value.to_string().chars().take(32).collect();
        let name: String = name.chars().take(64).collect();
        return Err(invalid(format!("limit {name} is {shown}; it must be a whole number")));
    };
    limits.set(name, number, ceilings).map_err(|error| invalid(error.to_string()))
}

fn set_limit(settings: &mut Settings, name: &str, value: &Value, ceilings: &RunLimits) -> Result<(), Failure> {
    let mut limits = RunLimits::default();
    let default = limits.get(name);
    if value.is_null() && default.is_some() {
        settings.limits.remove(name);
        return Ok(());
    }
    limit_of(name, value, ceilings, &mut limits)?;
    // A default that is written down would not follow when the default changes.
    match limits.get(name) {
        Some(number) if Some(number) != default => settings.limits.insert(name.to_owned(), number),
        _ => settings.limits.remove(name),
    };
    Ok(())
}

fn check_hosts(hosts: &[String]) -> Result<(), Failure> {
    if hosts.len() > HOSTS_MAX {
        return Err(invalid(format!("`allowed_hosts` has {} entries; the most is {HOSTS_MAX}", hosts.len())));
    }
    for host in hosts {
        host.parse::<HostPattern>().map_err(|error| invalid(format!("`allowed_hosts`: {error}")))?;
    }
    Ok(())
}

fn shown(settings: &Settings) -> Value {
    let limits: Map<String, Value> = RunLimits::TABLE
        .iter()
        .map(|limit| (limit.name.to_owned(), settings.limits.get(limit.name).copied().unwrap_or(limit.default).into()))
        .collect();
    json!({ "limits": limits, "allowed_hosts": settings.allowed_hosts, "retry": settings.retry })
}

fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn invalid(message: String) -> Failure {
    Failure::new(ErrorCode::InvalidBody, message)
}
