//! `GET /v1/stats`: figures of a tenant, or of all for the operator

use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::api::{OperatorStats, Stats};
use hookbox_protocol::{ErrorCode, Timestamp};

use super::auth::{Either, ReadEvents};
use super::query::Query;
use super::{Failure, answer, store_failure};
use crate::App;

/// What is looked at where nobody said otherwise.
const SPAN_MS: i64 = 24 * 60 * 60 * 1_000;
const BUCKETS_DEFAULT: u32 = 48;
const BUCKETS_MAX: u32 = 200;

/// What either of the two sees.
#[derive(serde::Serialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "the answer's form in the API's description; each of the two is written as it is")]
enum Figures {
    Tenant(Stats),
    Operator(OperatorStats),
}

/// Counts the tenant's attempts by time, outcome and hook; with the operator's token, what all tenants have waiting.
#[utoipa::path(
    get,
    path = "/v1/stats",
    operation_id = "showStats",
    tag = "Tenant",
    security(("token" = ["read:events"]), ("operator" = [])),
    params(
        ("since" = Option<Timestamp>, Query, description = "A tenant's: from when; a day before `until` where absent."),
        ("until" = Option<Timestamp>, Query, description = "A tenant's: until when; now where absent."),
        ("buckets" = Option<u32>, Query, description = "A tenant's: in how many parts; 48 where absent.", minimum = 1, maximum = 200),
    ),
    responses((status = 200, description = "The figures.", body = Figures))
)]
pub(crate) async fn show(
    State(app): State<App>,
    caller: Either<ReadEvents>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let allowed = match caller {
        Either::Tenant(allowed) => allowed,
        Either::Operator => {
            Query::parse(query.as_deref(), &[])?;
            let stats = app.store().operator_stats().await.map_err(store_failure)?;
            return Ok(answer::ok(&stats));
        }
    };
    let query = Query::parse(query.as_deref(), &["since", "until", "buckets"])?;
    let buckets = query.number("buckets", 1, BUCKETS_MAX)?.unwrap_or(BUCKETS_DEFAULT);
    let until = query.read_as("until")?.unwrap_or_else(|| app.store().clock().now());
    let since = query.read_as("since")?.unwrap_or(Timestamp(until.0.saturating_sub(SPAN_MS)));
    if since.0.saturating_add(i64::from(buckets)) > until.0 {
        return Err(Failure::new(
            ErrorCode::InvalidQueryString,
            format!(
                "`since` is {since} and `until` is {until}; they must be {buckets} ms apart at least, one for each bucket"
            ),
        ));
    }
    let stats = allowed.tenant.statistics(since, until, buckets).await.map_err(store_failure)?;
    Ok(answer::ok(&stats))
}
