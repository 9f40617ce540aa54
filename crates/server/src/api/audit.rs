//! `GET /v1/audit`: who changed what

use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::api::{Audit, AuditEntry};
use hookbox_store::{AuditFilter, AuditRow, TokenId};

use super::auth::{Either, ReadAudit};
use super::query::Query;
use super::{Failure, answer, store_failure};
use crate::App;

const TAKE_DEFAULT: u32 = 50;
const TAKE_MAX: u32 = 100;

/// The operator, among those who make changes.
const OPERATOR: TokenId = TokenId(0);

/// Lists the changes of the tenant, newest first; with the operator's token, the operator's.
#[utoipa::path(
    get,
    path = "/v1/audit",
    operation_id = "listAudit",
    tag = "Tenant",
    security(("token" = ["read:audit"]), ("operator" = [])),
    params(
        ("since" = Option<hookbox_protocol::Timestamp>, Query, description = "Only changes made then or later."),
        ("until" = Option<hookbox_protocol::Timestamp>, Query, description = "Only changes made before."),
        ("take" = Option<u32>, Query, description = "How many; 50 where absent.", minimum = 1, maximum = 100),
        ("from" = Option<hookbox_protocol::id::AuditId>, Query, description = "`next` of the list before."),
    ),
    responses((status = 200, description = "The changes, newest first.", body = Audit))
)]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Either<ReadAudit>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = Query::parse(query.as_deref(), &["since", "until", "take", "from"])?;
    let take = query.number("take", 1, TAKE_MAX)?.unwrap_or(TAKE_DEFAULT);
    let filter = AuditFilter {
        since: query.read_as("since")?,
        until: query.read_as("until")?,
        take: Some(take),
        from: query.read_as("from")?,
    };
    let rows = match caller {
        Either::Tenant(allowed) => allowed.tenant.audit(filter).await,
        Either::Operator => app.store().operator_audit(filter).await,
    };
    let rows = rows.map_err(store_failure)?;
    // A list that is full may be the last one: the next is then empty.
    let next = rows.last().filter(|_| rows.len() == take as usize).map(|row| row.id.to_string());
    Ok(answer::ok(&Audit { entries: rows.into_iter().map(shown).collect(), next }))
}

fn shown(row: AuditRow) -> AuditEntry {
    AuditEntry {
        id: row.id.to_string(),
        at: row.at,
        token_id: (row.token_id != OPERATOR).then(|| row.token_id.to_string()),
        token_name: row.token_name,
        action: row.action,
        subject: row.subject,
        details: row.details,
    }
}
