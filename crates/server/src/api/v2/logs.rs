//! `/api/v2/logs` and `/api/v2/logs/{id}`: the tenant log in the original's form

use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::ErrorCode;
use hookbox_protocol::id::LogId;
use hookbox_store::{LogFilter, LogPaging, LogRow};
use serde_json::{Map, Value, json};

use super::fields::Fields;
use super::schema::{LogEntries, LogEntryFields};
use super::{log_query, store_failure};
use crate::App;
use crate::api::auth::{Allowed, ReadLogs};
use crate::api::query::Query;
use crate::api::{Failure, Segment, answer};

/// The keys of an entry; the last line are those of the original that an entry here never has.
const FIELDS: [&str; 26] = [
    "date",
    "type",
    "description",
    "connection",
    "connection_id",
    "client_id",
    "client_name",
    "ip",
    "is_mobile",
    "user_agent",
    "strategy",
    "strategy_type",
    "user_id",
    "user_name",
    "hook_id",
    "hook_name",
    "tenant_name",
    "environment_name",
    "details",
    "log_id",
    "_id",
    "hostname",
    "audience",
    "scope",
    "isMobile",
    "location_info",
];

const PER_PAGE_DEFAULT: u32 = 50;
const PER_PAGE_MAX: u32 = 100;

/// Lists log entries: newest first by page, or from a checkpoint on in the order in which they were written.
#[utoipa::path(
    get,
    path = "/api/v2/logs",
    operation_id = "get_logs",
    tag = "Management API: logs",
    params(
        ("page" = Option<u64>, Query, minimum = 0, maximum = 4294967295_u64, description = "0 for the first."),
        ("per_page" = Option<u32>, Query, minimum = 0, maximum = 100, description = "50 where it is left out."),
        ("include_totals" = Option<bool>, Query, description = "Answers an object with the number of all rows."),
        ("from" = Option<LogId>, Query, description = "The entries after this one, oldest first."),
        ("take" = Option<u32>, Query, minimum = 1, maximum = 100, description = "The most entries from there on."),
        ("q" = Option<String>, Query, example = "type:fcph", description = "`type:CODE` (several with `OR`), `date:[FROM TO UNTIL]`, `hook_id:ID`."),
        ("search" = Option<String>, Query, description = "The same, where `q` is left out."),
        ("sort" = Option<String>, Query, description = "Taken and ignored."),
        ("fields" = Option<String>, Query, description = "Members with commas between."),
        ("include_fields" = Option<bool>, Query, description = "Whether `fields` are those that are shown, or those that are not."),
    ),
    security(("token" = ["read:logs"])),
    responses((status = 200, description = "A page of the log.", body = LogEntries))
)]
pub(super) async fn list(
    State(app): State<App>,
    allowed: Allowed<ReadLogs>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let known =
        ["page", "per_page", "include_totals", "from", "take", "q", "search", "sort", "fields", "include_fields"];
    let query = Query::parse_v2(query.as_deref(), &known)?;
    let with_totals = query.boolean("include_totals")?.unwrap_or(false);
    let fields = Fields::read(&query, &FIELDS)?;
    let paging = paging(&query)?;
    let filter = LogFilter { paging, ..log_query::parse(query.get("q").or_else(|| query.get("search")))? };
    let _turn = app.lists().enter(allowed.identity.tenant).await?;
    let rows = allowed.tenant.logs(filter.clone()).await.map_err(store_failure)?;
    let name = &*allowed.identity.tenant_name;
    let shown: Vec<Value> = rows.iter().map(|row| fields.of(shown(row, name))).collect();
    let LogPaging::Page { page, per_page } = paging else { return Ok(answer::ok(&shown)) };
    if !with_totals {
        return Ok(answer::ok(&shown));
    }
    let total = allowed.tenant.log_count(filter).await.map_err(store_failure)?;
    let start = u64::from(page) * u64::from(per_page);
    Ok(answer::ok(&json!({ "start": start, "limit": per_page, "length": shown.len(), "total": total, "logs": shown })))
}

/// Shows one log entry.
#[utoipa::path(
    get,
    path = "/api/v2/logs/{id}",
    operation_id = "get_logs_by_id",
    tag = "Management API: logs",
    params(("id" = LogId, Path, description = "The entry.")),
    security(("token" = ["read:logs"])),
    responses((status = 200, description = "The entry.", body = LogEntryFields)),
    extensions(("x-errors" = json!(["log_does_not_exist"])))
)]
pub(super) async fn show(allowed: Allowed<ReadLogs>, Segment(id): Segment<String>) -> Result<Response, Failure> {
    let missing = || Failure::new(ErrorCode::LogDoesNotExist, "The log entry does not exist");
    let id: LogId = id.parse().map_err(|_| missing())?;
    let row = allowed.tenant.log(id).await.map_err(store_failure)?.ok_or_else(missing)?;
    Ok(answer::ok(&shown(&row, &allowed.identity.tenant_name)))
}

/// `from` and `take` walk on from a checkpoint; `page` and `per_page` go back from the newest.
fn paging(query: &Query) -> Result<LogPaging, Failure> {
    let take = query.number("take", 1, PER_PAGE_MAX)?;
    if let Some(from) = query.read_as::<LogId>("from")? {
        return Ok(LogPaging::After { from, take: take.unwrap_or(PER_PAGE_DEFAULT) });
    }
    if let Some(take) = take {
        return Ok(LogPaging::Before { from: None, take });
    }
    Ok(LogPaging::Page {
        page: query.number("page", 0, u32::MAX)?.unwrap_or(0),
        per_page: query.number("per_page", 0, PER_PAGE_MAX)?.unwrap_or(PER_PAGE_DEFAULT),
    })
}

/// An entry in the original's form.
pub(in crate::api) fn shown(row: &LogRow, tenant: &str) -> Map<String, Value> {
    let entry = &row.entry;
    let mut details = entry.details.clone();
    if let (Some(members), Some(event)) = (details.as_object_mut(), row.event_id) {
        members.entry("event_id").or_insert_with(|| json!(event));
    }
    let value = json!({
        "date": row.at,
        "type": entry.code,
        "description": entry.description,
        "connection": entry.connection,
        "connection_id": entry.connection_id,
        "client_id": details["client"]["id"],
        "client_name": details["client"]["name"].as_str().unwrap_or_default(),
        "ip": "",
        "is_mobile": false,
        "user_agent": "",
        "strategy": "auth0",
        "strategy_type": "database",
        "user_id": entry.user_id,
        "user_name": entry.user_name.as_ref().or(entry.user_email.as_ref()),
        "hook_id": row.hook_id,
        "hook_name": row.hook_name,
        "tenant_name": tenant,
        "environment_name": "",
        "details": details,
        "log_id": row.id,
        "_id": row.id,
    });
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
