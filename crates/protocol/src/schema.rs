//! How ids, times and other texts look in the API's OpenAPI document; what derives is derived where it is defined.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{KnownFormat, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::event::Initiator;
use crate::id::{AuditId, LogId};
use crate::{DeliveryId, EventId, HookId, ModuleDigest, Outcome, Scope, Timestamp};

/// What `POST /v1/events/{trigger}` takes. [`crate::event::NewEvent`] checks it without making values of it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewEvent, description = "What happened to a user. `user` and `context` are handed on as they are.", example = json!({
    "user": { "id": "abc123", "username": "user1", "email": "user1@example.com" },
    "context": { "connection": { "id": "con_1", "name": "Username-Password-Authentication", "tenant": "acme" } },
}))]
pub struct NewEventBody {
    /// The user; any members.
    #[schema(value_type = Object)]
    pub user: serde::de::IgnoredAny,
    /// Where it happened; any further members.
    pub context: NewEventContext,
    /// Who made the change.
    pub initiated_by: Option<Initiator>,
}

/// The part of an event's context that is looked at.
#[derive(Deserialize, ToSchema)]
pub struct NewEventContext {
    /// The database connection of the user.
    pub connection: NewEventConnection,
}

/// The part of an event's connection that is looked at.
#[derive(Deserialize, ToSchema)]
pub struct NewEventConnection {
    /// A changed password belongs to a database connection, whose strategy is `auth0`; it may be left out.
    #[schema(example = "auth0")]
    pub strategy: Option<String>,
}

/// A boolean of a request, as [`crate::flag`] reads it.
pub struct Flag;

/// The name of an [`Outcome`], which is how bodies carry it.
pub struct OutcomeName;

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn name_of(names: impl IntoIterator<Item = &'static str>, description: &str) -> RefOr<Schema> {
    text().description(Some(description)).enum_values(Some(names)).into()
}

macro_rules! texts {
    ($($name:ty: $described:literal, $pattern:literal, $example:literal;)*) => {
        $(impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text().description(Some($described)).pattern(Some($pattern)).examples([json!($example)]).into()
            }
        }

        impl ToSchema for $name {})*
    };
}

texts! {
    EventId: "An event.", "^evt_[0-7][0-9a-hjkmnp-tv-z]{12}$", "evt_01k9q3v8z4g2h";
    LogId: "An entry of the tenant log.", "^log_[0-7][0-9a-hjkmnp-tv-z]{12}$", "log_01k9q3v8z4g2h";
    AuditId: "A change in the audit trail.", "^aud_[0-7][0-9a-hjkmnp-tv-z]{12}$", "aud_01k9q3v8z4g2h";
    DeliveryId: "A delivery: an event and a hook.", "^dlv_([0-7][0-9a-hjkmnp-tv-z]{12}){2}$",
        "dlv_01k9q3v8z4g2h0000000000007";
    HookId: "A hook.", "^[0-9A-Z]{26}$", "01ARZ3NDEKTSV4RRFFQ69G5FAV";
    ModuleDigest: "The SHA-256 of a module.", "^sha256:[0-9a-f]{64}$",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
}

impl PartialSchema for Timestamp {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        let described = "A point in time: RFC 3339, answered with milliseconds and in UTC.";
        text().format(Some(format)).description(Some(described)).examples([json!("2026-11-23T17:04:05.123Z")]).into()
    }
}

impl ToSchema for Timestamp {}

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        let texts = text().enum_values(Some(["true", "false"]));
        let boolean = ObjectBuilder::new().schema_type(Type::Boolean);
        let described = "`true` and `false`; as strings they are taken too.";
        // By its path: what utoipa derives here names it so, too.
        utoipa::openapi::OneOfBuilder::new().item(boolean).item(texts).description(Some(described)).into()
    }
}

impl ToSchema for Flag {}

impl PartialSchema for OutcomeName {
    fn schema() -> RefOr<Schema> {
        name_of(Outcome::NAMES, "How an execution ended.")
    }
}

impl ToSchema for OutcomeName {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Outcome")
    }
}

impl PartialSchema for Scope {
    fn schema() -> RefOr<Schema> {
        name_of(Scope::ALL.iter().map(|scope| scope.name()), "What a token allows.")
    }
}

impl ToSchema for Scope {}
