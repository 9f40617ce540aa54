//! How the Management API's bodies look in the description of the API.
//!
//! The handlers put them together key by key, in the orders of the original and with `fields` left out, and read them
//! with the original's words for what is wrong; so these types are only described and never made.
#![expect(dead_code, reason = "only the schemas are used")]

use std::collections::BTreeMap;

use hookbox_protocol::id::LogId;
use hookbox_protocol::limits::{SECRET_NAME_CHARS, SECRET_VALUE_BYTES, SECRETS};
use hookbox_protocol::schema::Flag;
use hookbox_protocol::{HookId, Timestamp, Trigger};
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A hook, with exactly these members.
#[derive(Serialize, ToSchema)]
pub(super) struct ManagedHook {
    id: HookId,
    name: String,
    /// A module hook shows as a line of comment with the module's digest.
    script: String,
    /// npm packages by name; kept and shown.
    dependencies: BTreeMap<String, String>,
    #[serde(rename = "triggerId")]
    trigger_id: Trigger,
    enabled: bool,
}

/// A hook, or the members of it that `fields` asks for.
#[derive(Serialize, ToSchema)]
pub(super) struct ManagedHookFields {
    #[schema(nullable = false)]
    id: Option<HookId>,
    #[schema(nullable = false)]
    name: Option<String>,
    #[schema(nullable = false)]
    script: Option<String>,
    #[schema(nullable = false)]
    dependencies: Option<BTreeMap<String, String>>,
    #[schema(nullable = false)]
    enabled: Option<bool>,
    #[serde(rename = "triggerId")]
    #[schema(nullable = false)]
    trigger_id: Option<Trigger>,
}

/// A page of hooks: an array, or an object where `include_totals` asks for one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum ManagedHooks {
    Page(Vec<ManagedHookFields>),
    Totals(ManagedHooksWithTotals),
}

/// A page of hooks with how many there are in all.
#[derive(Serialize, ToSchema)]
pub(super) struct ManagedHooksWithTotals {
    total: u64,
    /// The number of the first row of the page.
    start: u64,
    /// The most rows of a page.
    limit: u64,
    hooks: Vec<ManagedHookFields>,
}

/// A new hook.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "password-mail",
    "script": "module.exports = (user, context, cb) => cb();",
    "triggerId": "post-change-password",
}))]
pub(super) struct NewManagedHook {
    /// Kept in kebab case.
    #[schema(pattern = "^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$", max_length = 128)]
    name: String,
    #[schema(min_length = 1)]
    script: String,
    #[serde(rename = "triggerId")]
    trigger_id: Trigger,
    /// Whether events reach it; without it the first hook of a trigger is switched on, and later ones are not.
    #[schema(value_type = Option<Flag>, nullable = false)]
    enabled: Option<bool>,
    #[schema(nullable = false)]
    dependencies: Option<BTreeMap<String, String>>,
}

/// What is to be another way; at least one member. A hook keeps its trigger.
#[derive(ToSchema, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1, example = json!({ "enabled": true }))]
pub(super) struct ManagedHookChange {
    #[schema(pattern = "^[a-zA-Z0-9]([ \\-a-zA-Z0-9]*[a-zA-Z0-9])?$", max_length = 128, nullable = false)]
    name: Option<String>,
    /// A new one becomes a new version, which is live at once.
    #[schema(min_length = 1, nullable = false)]
    script: Option<String>,
    #[schema(value_type = Option<Flag>, nullable = false)]
    enabled: Option<bool>,
    #[schema(nullable = false)]
    dependencies: Option<BTreeMap<String, String>>,
}

/// Secrets by name, each with its value.
pub(super) struct Secrets;

impl PartialSchema for Secrets {
    fn schema() -> RefOr<Schema> {
        let most = |limit: u64| usize::try_from(limit).ok();
        let text = || ObjectBuilder::new().schema_type(Type::String);
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "Secrets by name, each with its value. A value is never shown again. How many there may be, and how long, \
                 are the limits `secrets` and `secret_value_bytes` as they are shipped; an operator can move both.",
            ))
            .property_names(Some(text().min_length(Some(1)).max_length(most(SECRET_NAME_CHARS.default)).build()))
            .additional_properties(Some(RefOr::T(Schema::from(
                text().max_length(most(SECRET_VALUE_BYTES.default)).build(),
            ))))
            .min_properties(Some(1))
            .max_properties(most(SECRETS.default))
            .examples([json!({ "SENDGRID_API_KEY": "SG.…" })])
            .into()
    }
}

impl ToSchema for Secrets {}

/// The names of a hook's secrets, each with the placeholder `_VALUE_NOT_SHOWN_`.
pub(super) struct SecretNames;

impl PartialSchema for SecretNames {
    fn schema() -> RefOr<Schema> {
        let placeholder =
            ObjectBuilder::new().schema_type(Type::String).enum_values(Some([super::secrets::PLACEHOLDER]));
        ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("The names of a hook's secrets, each with the placeholder."))
            .additional_properties(Some(RefOr::T(Schema::from(placeholder.build()))))
            .into()
    }
}

impl ToSchema for SecretNames {}

/// The names of the secrets that are to be deleted.
pub(super) struct SecretsToDelete;

impl PartialSchema for SecretsToDelete {
    fn schema() -> RefOr<Schema> {
        let name = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(name).min_items(Some(1)).examples([json!(["SENDGRID_API_KEY"])]).into()
    }
}

impl ToSchema for SecretsToDelete {}

/// An object without members.
pub(super) struct Nothing;

impl PartialSchema for Nothing {
    fn schema() -> RefOr<Schema> {
        let no_more = Some(AdditionalProperties::FreeForm(false));
        ObjectBuilder::new().schema_type(Type::Object).additional_properties(no_more).into()
    }
}

impl ToSchema for Nothing {}

/// An entry of the tenant log, or the members of it that `fields` asks for.
#[derive(Serialize, ToSchema)]
pub(super) struct LogEntryFields {
    #[schema(nullable = false)]
    date: Option<Timestamp>,
    /// What happened, as a code: `fcph` for a failed hook after a changed password.
    #[serde(rename = "type")]
    #[schema(nullable = false, example = "fcph")]
    code: Option<String>,
    #[schema(nullable = false)]
    description: Option<String>,
    connection: Option<String>,
    connection_id: Option<String>,
    client_id: Option<String>,
    #[schema(nullable = false)]
    client_name: Option<String>,
    #[schema(nullable = false)]
    ip: Option<String>,
    #[schema(nullable = false)]
    is_mobile: Option<bool>,
    #[schema(nullable = false)]
    user_agent: Option<String>,
    #[schema(nullable = false)]
    strategy: Option<String>,
    #[schema(nullable = false)]
    strategy_type: Option<String>,
    user_id: Option<String>,
    user_name: Option<String>,
    hook_id: Option<HookId>,
    hook_name: Option<String>,
    #[schema(nullable = false)]
    tenant_name: Option<String>,
    #[schema(nullable = false)]
    environment_name: Option<String>,
    /// What more is known: the trigger, the outcome, the error, the event.
    #[schema(value_type = Option<Object>)]
    details: Option<serde_json::Value>,
    #[schema(nullable = false)]
    log_id: Option<LogId>,
    #[schema(nullable = false)]
    _id: Option<LogId>,
}

/// A page of the tenant log: an array, or an object where `include_totals` asks for one.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum LogEntries {
    Page(Vec<LogEntryFields>),
    Totals(LogEntriesWithTotals),
}

/// A page of the tenant log with how many entries there are in all.
#[derive(Serialize, ToSchema)]
pub(super) struct LogEntriesWithTotals {
    /// The number of the first row of the page.
    start: u64,
    /// The most rows of a page.
    limit: u64,
    /// The rows of this page.
    length: u64,
    total: u64,
    logs: Vec<LogEntryFields>,
}
