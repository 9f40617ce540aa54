//! Tokens, the audit trail, settings of a tenant and what only the operator sees.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CodeKind;
use crate::{ModuleDigest, Timestamp};

/// `POST /v1/tokens`, and `POST /v1/tenants/{name}/tokens`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What it is for, for people: 1 to 100 characters.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    /// What it allows; where absent, what the caller may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Vec<crate::Scope>>))]
    pub scopes: Option<Vec<String>>,
    /// After how many seconds it ends; never, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 3_153_600_000i64))]
    pub expires_in_s: Option<u64>,
}

/// The answer to `POST /v1/tokens`; the only time that the token is shown.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenMade {
    /// For revoking it; no secret.
    pub id: String,
    /// The token.
    pub token: String,
    /// What it is for.
    pub name: String,
    /// What it allows.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::Scope>))]
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; null for never.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Option<Timestamp>,
}

/// `GET /v1/tokens`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Tokens {
    /// Oldest first.
    pub tokens: Vec<Token>,
}

/// A token or a client of a tenant, without its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// For revoking it; no secret.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// Which of the two it is.
    pub kind: TokenKind,
    /// What it allows.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<crate::Scope>))]
    pub scopes: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; null for never.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Option<Timestamp>,
    /// When it was last good for a call, to the minute; null for never.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub last_used_at: Option<Timestamp>,
    /// Whether this call came with it.
    pub current: bool,
}

/// The two kinds of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Sent with each call.
    Token,
    /// A client id with a secret, for `POST /oauth/token`.
    Client,
}

/// `GET /v1/audit`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Audit {
    /// Newest first.
    pub entries: Vec<AuditEntry>,
    /// For `?from=`, where there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A change that somebody made.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// The entry.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The credential that it was made with; null for the operator's.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub token_id: Option<String>,
    /// What that credential is for; null for the operator's, and for one that was revoked since.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub token_name: Option<String>,
    /// What was done, as `create hook`.
    pub action: String,
    /// To what: an id or a name.
    pub subject: String,
    /// What else is known of it; never the value of a secret.
    pub details: Value,
}

/// `PATCH /v1/tenants/{name}`; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TenantPatch {
    /// Whether its calls are refused and its deliveries held.
    #[serde(default, deserialize_with = "crate::flag::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Flag>))]
    pub suspended: Option<bool>,
    /// Quotas by name, as [`super::Quotas`] has them; `null` brings a default back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quotas: Option<BTreeMap<String, Option<u64>>>,
}

/// `GET` and `PATCH /v1/settings`: what a tenant sets for all of its hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TenantSettings {
    /// Whether several hooks of one trigger can be enabled. Without it enabling one disables the others.
    pub several_hooks_per_trigger: bool,
}

/// `PATCH /v1/settings`; what is left out stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TenantSettingsPatch {
    /// Whether several hooks of one trigger can be enabled.
    #[serde(default, deserialize_with = "crate::flag::optional", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::Flag>))]
    pub several_hooks_per_trigger: Option<bool>,
}

/// A version in a list: what it is, without its code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionInfo {
    /// 1 for the first.
    pub number: u32,
    /// Whether it is the one that runs.
    pub live: bool,
    /// What it is written as.
    pub kind: CodeKind,
    /// The module's digest; null for a script.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub digest: Option<ModuleDigest>,
    /// Bytes of the module or the script.
    pub bytes: u64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// `GET /v1/hooks/{id}/versions/{n}/diff`: how one version became another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionDiff {
    /// The version that the path names.
    pub from: VersionInfo,
    /// The version that it is compared with.
    pub to: VersionInfo,
    /// The difference of two scripts in the unified form, empty where there is none; null where one is a module.
    #[cfg_attr(feature = "openapi", schema(required))]
    pub unified: Option<String>,
    /// Whether the two differ.
    pub changed: bool,
}

/// The answer to `POST /v1/keys/rotate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeysRotated {
    /// Tenants that got a new data key.
    pub tenants: u64,
    /// Secrets that were encrypted again.
    pub secrets: u64,
    /// What became of the master key.
    pub master_key: MasterKeyChange,
}

/// What became of the master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum MasterKeyChange {
    /// It is kept in a file, and a new one is there now.
    Replaced,
    /// It was given to the daemon, which cannot change it: the first of the given keys is the one in use.
    Unchanged,
}
