//! `GET` and `PATCH /v1/hooks/{id}/settings`

use std::collections::BTreeMap;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_egress::HostPattern;
use hookbox_protocol::{ErrorCode, HookId, RunLimits, name};
use hookbox_store::{Retry, Settings, SettingsChange};
use http::Request;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use super::auth::{Allowed, ReadHooks, UpdateHooks};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, Segment, answer, hook_id, no_such_hook, sealing, store_failure};
use crate::App;

/// The most hosts of a list.
const HOSTS_MAX: usize = 100;

/// What a PATCH can say; what it leaves out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = HookSettingsChange, example = json!({ "limits": { "wall_ms": 5000 }, "retry": "safe" }))]
struct Change {
    /// Limits by name, up to the ceilings; `null` brings a default back.
    #[schema(value_type = Option<BTreeMap<String, Option<u64>>>)]
    limits: Option<Map<String, Value>>,
    /// Hosts that the hook may reach; `null` for every host.
    // The outer `None`: not said. The inner one: `null`.
    #[serde(default, deserialize_with = "said")]
    #[schema(value_type = Option<Vec<String>>)]
    allowed_hosts: Option<Option<Vec<String>>>,
    #[schema(schema_with = retry_rule_or_null)]
    retry: Option<Retry>,
    /// Secrets by name whose values the hook never holds, each with the hosts that it is put in for; `null` unseals. A
    /// sealed value has at least 12 bytes.
    #[schema(schema_with = seals_or_null)]
    sealed_secrets: Option<BTreeMap<String, Option<Seal>>>,
    /// Where the hook stands among those of its trigger: lower ones run first.
    order: Option<i64>,
}

/// Where a sealed secret goes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SealedSecret)]
struct Seal {
    /// Hosts as in `allowed_hosts`.
    hosts: Vec<String>,
}

/// What holds for a hook.
#[derive(Serialize, ToSchema)]
struct HookSettings<'a> {
    /// Every limit by name.
    #[schema(value_type = BTreeMap<String, u64>)]
    limits: Map<String, Value>,
    /// How far the operator lets each limit go.
    #[schema(value_type = BTreeMap<String, u64>)]
    ceilings: Map<String, Value>,
    /// Hosts that the hook may reach; `null` for every host.
    #[schema(required)]
    allowed_hosts: &'a Option<Vec<String>>,
    #[schema(schema_with = retry_rule)]
    retry: Retry,
    /// Secrets by name whose values the hook never holds, each with the hosts that it is put in for.
    sealed_secrets: BTreeMap<String, Seal>,
    /// Where the hook stands among those of its trigger: lower ones run first.
    order: i64,
}

fn seals_or_null() -> Object {
    let text = ObjectBuilder::new().schema_type(Type::String);
    let seal = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .property("hosts", ArrayBuilder::new().items(text))
        .required("hosts");
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .additional_properties(Some(seal))
        .build()
}

fn retry_rule() -> Object {
    let names = [Retry::Safe, Retry::Always, Retry::None].map(|rule| json!(rule));
    let described = "Which failed attempts are repeated: those without an effect outside, all, or none.";
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).description(Some(described)).build()
}

fn retry_rule_or_null() -> RefOr<Schema> {
    OneOfBuilder::new().item(retry_rule()).item(ObjectBuilder::new().schema_type(Type::Null)).into()
}

/// Shows what holds for a hook: its own limits, and the defaults of the others.
#[utoipa::path(
    get,
    path = "/v1/hooks/{id}/settings",
    operation_id = "showSettings",
    tag = "Hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["read:hooks"])),
    responses((status = 200, description = "What holds for the hook.", body = HookSettings)),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(crate) async fn show(
    State(app): State<App>,
    allowed: Allowed<ReadHooks>,
    Segment(id): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let settings = allowed.tenant.settings(&id).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    Ok(answer::ok(&shown(&settings, &app.settings().ceilings)))
}

/// Changes what is named; `null` for a limit brings its default back.
#[utoipa::path(
    patch,
    path = "/v1/hooks/{id}/settings",
    operation_id = "changeSettings",
    tag = "Hooks",
    params(("id" = HookId, Path, description = "The hook.")),
    security(("token" = ["update:hooks"])),
    request_body = Change,
    responses((status = 200, description = "What holds for the hook now.", body = HookSettings)),
    extensions(("x-errors" = json!(["HookDoesNotExist"])))
)]
pub(crate) async fn change(
    State(app): State<App>,
    allowed: Allowed<UpdateHooks>,
    Segment(id): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let id = hook_id(&id)?;
    let limit = BodyLimit::OF_CALL;
    let asked: Change = body::json(request, limit, &app.settings().http).await?;
    let change = checked(asked, &app.settings().ceilings)?;
    sealing::check_change(&allowed.tenant, &id, &change).await?;
    let settings = allowed.tenant.change_settings(&id, change).await.map_err(store_failure)?;
    Ok(answer::ok(&shown(&settings.ok_or_else(no_such_hook)?, &app.settings().ceilings)))
}

/// What a PATCH says, held against the operator's ceilings; the store merges it into what is there.
fn checked(asked: Change, ceilings: &RunLimits) -> Result<SettingsChange, Failure> {
    let Change { limits, allowed_hosts, retry, sealed_secrets, order } = asked;
    let limits = limits.unwrap_or_default().into_iter();
    let limits = limits.map(|(name, value)| limit_change(&name, &value, ceilings).map(|change| (name, change)));
    if let Some(Some(hosts)) = &allowed_hosts {
        check_hosts("allowed_hosts", hosts)?;
    }
    let mut seals = BTreeMap::new();
    for (name, seal) in sealed_secrets.unwrap_or_default() {
        let hosts = seal.map(|Seal { hosts }| hosts);
        if let Some(hosts) = &hosts {
            name::check_secret(&name).map_err(|error| invalid(error.to_string()))?;
            check_hosts(&format!("sealed_secrets.{name}.hosts"), hosts)?;
        }
        seals.insert(name, hosts);
    }
    let limits = limits.collect::<Result<_, _>>()?;
    Ok(SettingsChange { limits, allowed_hosts, retry, sealed_secrets: seals, order })
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

/// What is kept of a limit; `None` where its default holds.
fn limit_change(name: &str, value: &Value, ceilings: &RunLimits) -> Result<Option<u64>, Failure> {
    let mut limits = RunLimits::default();
    let default = limits.get(name);
    if value.is_null() && default.is_some() {
        return Ok(None);
    }
    limit_of(name, value, ceilings, &mut limits)?;
    // A default that is written down would not follow when the default changes.
    Ok(limits.get(name).filter(|number| Some(*number) != default))
}

fn check_hosts(list: &str, hosts: &[String]) -> Result<(), Failure> {
    if hosts.len() > HOSTS_MAX {
        return Err(invalid(format!("`{list}` has {} entries; the most is {HOSTS_MAX}", hosts.len())));
    }
    for host in hosts {
        host.parse::<HostPattern>().map_err(|error| invalid(format!("`{list}`: {error}")))?;
    }
    Ok(())
}

/// What holds for a hook, and how far the operator lets each limit go.
fn shown<'a>(settings: &'a Settings, ceilings: &RunLimits) -> HookSettings<'a> {
    let holding = settings.run_limits(ceilings);
    let seal = |(name, hosts): (&String, &Vec<String>)| (name.clone(), Seal { hosts: hosts.clone() });
    HookSettings {
        limits: by_name(&holding),
        ceilings: by_name(ceilings),
        allowed_hosts: &settings.allowed_hosts,
        retry: settings.retry,
        sealed_secrets: settings.sealed_secrets.iter().map(seal).collect(),
        order: settings.order,
    }
}

/// Every limit of a run by its name.
pub(super) fn by_name(limits: &RunLimits) -> Map<String, Value> {
    let value = |name: &str| Some((name.to_owned(), limits.get(name)?.into()));
    RunLimits::TABLE.iter().filter_map(|limit| value(limit.name)).collect()
}

fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn invalid(message: String) -> Failure {
    Failure::new(ErrorCode::InvalidBody, message)
}
