//! Every operation of the API: whom it is for, and what of somebody it names. A test compares this table with the
//! daemon's own description, so that nobody adds an operation without a row.

/// A row.
pub(super) struct Operation {
    /// `METHOD PATH` as the API's description has it.
    pub(super) name: &'static str,
    /// Who may call it.
    pub(super) caller: Caller,
    /// Whose id it takes, and where.
    pub(super) takes: Takes,
    /// What is added to the path: a query, with the id at `{}`.
    pub(super) query: &'static str,
    /// The body, with the id at `{}`; empty for none.
    pub(super) body: &'static str,
    /// The body's type.
    pub(super) content: Content,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// Anybody.
    Anyone,
    /// A tenant's token that has one of these scopes; any token of a tenant where there are none.
    Tenant(&'static [&'static str]),
    /// The operator's token.
    Operator,
    /// The operator's token, or a tenant's with that scope.
    Both(&'static [&'static str]),
}

/// Whose id an operation takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// None.
    Nothing,
    /// That of one of these, and without it nothing comes of the call.
    One(Thing),
    /// That of one of these, to narrow down what is the caller's own anyway.
    Filter(Thing),
}

/// What has an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing {
    Hook,
    Event,
    Delivery,
    LogEntry,
    AuditEntry,
    Token,
    Tenant,
}

/// The type of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Json,
    Lines,
    Module,
}

use Caller::{Anyone, Both, Operator, Tenant};
use Takes::{Filter, Nothing, One};
use Thing::{AuditEntry, Delivery, Event, Hook, LogEntry, Token};

const EVENT: &str = r#"{"user":{"id":"u"},"context":{"connection":{"name":"users"}}}"#;
const RUN: &str = r#"{"trigger":"post-change-password","hook_id":"{}"}"#;
const REPLAY: &str = r#"{"state":"all","hook_id":"{}"}"#;
const CALL: &str = r#"{"recipient":"1","text":"2","context":{}}"#;

const fn row(name: &'static str, caller: Caller, takes: Takes) -> Operation {
    Operation { name, caller, takes, query: "", body: "", content: Content::Json }
}

impl Operation {
    const fn query(self, query: &'static str) -> Self {
        Self { query, ..self }
    }

    const fn body(self, body: &'static str) -> Self {
        Self { body, ..self }
    }

    const fn content(self, content: Content) -> Self {
        Self { content, ..self }
    }
}

/// All of them.
pub(super) const OPERATIONS: &[Operation] = &[
    row("GET /v1/events", Tenant(&["read:events"]), Filter(Hook)).query("?hook_id={}"),
    row("POST /v1/events/{trigger}", Tenant(&["create:events"]), Nothing).body(EVENT),
    row("GET /v1/events/{id}", Tenant(&["read:events"]), One(Event)),
    row("POST /v1/events/{trigger}/batch", Tenant(&["create:events"]), Nothing).body(EVENT).content(Content::Lines),
    row("POST /v1/deliveries/{id}/replay", Tenant(&["update:events"]), One(Delivery)),
    row("POST /v1/deliveries/replay", Tenant(&["update:events"]), One(Hook)).body(REPLAY),
    row("GET /v1/logs/tail", Tenant(&["read:logs"]), One(Hook)).query("?hook_id={}"),
    row("GET /v1/hooks", Tenant(&["read:hooks"]), Nothing),
    row("POST /v1/hooks", Tenant(&["create:hooks"]), Nothing)
        .query("?name=made&trigger=post-change-password")
        .content(Content::Module),
    row("PUT /v1/hooks/{id}/module", Tenant(&["update:hooks"]), One(Hook)).content(Content::Module),
    row("GET /v1/hooks/{id}/versions", Tenant(&["read:hooks"]), One(Hook)),
    row("POST /v1/hooks/{id}/versions", Tenant(&["update:hooks"]), One(Hook)).body(r#"{"script":"x"}"#),
    row("GET /v1/hooks/{id}/versions/{number}", Tenant(&["read:hooks"]), One(Hook)),
    row("POST /v1/hooks/{id}/versions/{number}/activate", Tenant(&["update:hooks"]), One(Hook)),
    row("GET /v1/hooks/{id}/versions/{number}/diff", Tenant(&["read:hooks"]), One(Hook)),
    row("GET /v1/hooks/{id}/settings", Tenant(&["read:hooks"]), One(Hook)),
    row("PATCH /v1/hooks/{id}/settings", Tenant(&["update:hooks"]), One(Hook)).body(r#"{"retry":"none"}"#),
    row("POST /v1/runner", Tenant(&["create:runs"]), One(Hook)).body(RUN),
    row("GET /v1/triggers", Tenant(&[]), Nothing),
    row("POST /v1/triggers/{trigger}/call", Tenant(&["create:events"]), Nothing).body(CALL),
    row("GET /v1/tokens", Tenant(&["read:tokens"]), Nothing),
    row("POST /v1/tokens", Tenant(&["create:tokens"]), Nothing).body(r#"{"name":"made"}"#),
    row("DELETE /v1/tokens/{id}", Tenant(&["delete:tokens"]), One(Token)),
    row("GET /v1/settings", Tenant(&["read:hooks"]), Nothing),
    row("PATCH /v1/settings", Tenant(&["update:hooks"]), Nothing).body("{}"),
    row("GET /v1/audit", Both(&["read:audit"]), Filter(AuditEntry)).query("?from={}&since=2999-01-01T00:00:00Z"),
    row("GET /v1/stats", Both(&["read:events"]), Nothing),
    row("GET /v1/tenants", Operator, Nothing),
    row("POST /v1/tenants", Operator, Nothing).body(r#"{"name":"made"}"#),
    row("GET /v1/tenants/{name}", Operator, One(Thing::Tenant)),
    row("PATCH /v1/tenants/{name}", Operator, One(Thing::Tenant)).body(r#"{"suspended":true}"#),
    row("DELETE /v1/tenants/{name}", Operator, One(Thing::Tenant)),
    row("POST /v1/tenants/{name}/tokens", Operator, One(Thing::Tenant)).body(r#"{"name":"made"}"#),
    row("POST /v1/keys/rotate", Operator, Nothing).body("{}"),
    row("GET /api/v2/hooks", Tenant(&["read:hooks"]), Nothing),
    row("POST /api/v2/hooks", Tenant(&["create:hooks"]), Nothing)
        .body(r#"{"name":"made","script":"x","triggerId":"post-change-password"}"#),
    row("GET /api/v2/hooks/{id}", Tenant(&["read:hooks"]), One(Hook)),
    row("PATCH /api/v2/hooks/{id}", Tenant(&["update:hooks"]), One(Hook)).body(r#"{"enabled":false}"#),
    row("DELETE /api/v2/hooks/{id}", Tenant(&["delete:hooks"]), One(Hook)),
    row("GET /api/v2/hooks/{id}/secrets", Tenant(&["read:hooks"]), One(Hook)),
    row("POST /api/v2/hooks/{id}/secrets", Tenant(&["update:hooks", "create:hooks"]), One(Hook)).body(r#"{"NEW":"x"}"#),
    row("PATCH /api/v2/hooks/{id}/secrets", Tenant(&["update:hooks"]), One(Hook)).body(r#"{"KEY":"x"}"#),
    row("DELETE /api/v2/hooks/{id}/secrets", Tenant(&["delete:hooks"]), One(Hook)).body(r#"["KEY"]"#),
    row("GET /api/v2/logs", Tenant(&["read:logs"]), Filter(LogEntry)).query("?from={}&take=5"),
    row("GET /api/v2/logs/{id}", Tenant(&["read:logs"]), One(LogEntry)),
    row("POST /oauth/token", Anyone, Nothing).body("{}"),
    row("GET /healthz", Anyone, Nothing),
    row("GET /readyz", Anyone, Nothing),
    row("GET /metrics", Anyone, Nothing),
    row("GET /openapi.json", Anyone, Nothing),
];
