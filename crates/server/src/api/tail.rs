//! `GET /v1/logs/tail`: the tenant log and what hooks print, while it happens

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use hookbox_protocol::id::LogId;
use hookbox_protocol::{ErrorCode, HookId, Timestamp};
use hookbox_store::{LogFilter, LogPaging, TenantStore};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::auth::{self, Allowed, ReadLogs};
use super::query::Query;
use super::{Failure, answer, hook_id, no_such_hook, store_failure, v2};
use crate::App;
use crate::follow::{Following, Heard, TooManyFollowers};

const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream; charset=utf-8");

/// Asks proxies not to collect the stream.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How often the log is read for what other daemons wrote, and the token is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// How often a quiet stream says that it is alive.
const COMMENT: Duration = Duration::from_secs(15);

/// Entries of one read.
const PAGE: u32 = 100;

/// An entry of another daemon may become visible so much later than entries with a higher id: their clocks differ, and
/// what is committed first need not have begun first.
const LATE_MS: i64 = 5_000;

/// Follows the tenant log and the lines that hooks print on this daemon, as server-sent events.
#[utoipa::path(
    get,
    path = "/v1/logs/tail",
    operation_id = "followLog",
    tag = "Events",
    params(
        ("hook_id" = Option<HookId>, Query, description = "Only what is about this hook."),
        ("last-event-id" = Option<String>, Header, description = "The `id` of the last `entry` that was received: those written since come first."),
    ),
    security(("token" = ["read:logs"])),
    responses(
        (status = 200, description = "`event: entry` with an entry of the log, its `log_id` as `id`; `event: line` with a line that a hook printed just now; `event: gap` with `{\"dropped\"}` where a slow reader missed lines; `event: end` with `{\"reason\"}` before the stream is closed from here; a comment every 15 s.", body = String, content_type = "text/event-stream"),
    ),
    extensions(("x-errors" = json!(["HookDoesNotExist", "too_many_requests"])))
)]
pub(crate) async fn follow(
    State(app): State<App>,
    allowed: Allowed<ReadLogs>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = Query::parse(query.as_deref(), &["hook_id"])?;
    let hook = query.get("hook_id").map(hook_id).transpose()?;
    if let Some(hook) = &hook {
        allowed.tenant.hook(hook).await.map_err(store_failure)?.ok_or_else(no_such_hook)?;
    }
    let Allowed { tenant, identity, .. } = allowed;
    let following = app.followers().follow(identity.tenant, hook.clone()).map_err(|TooManyFollowers(most)| {
        let message =
            format!("{most} followers of this tenant's log are connected, the most there can be; end one of them");
        Failure::new(ErrorCode::TooManyRequests, message).retry_after(COMMENT)
    })?;
    let entries = Entries::after(last_event_id(&headers), &tenant, hook).await?;
    let now = Instant::now();
    let tail = Tail {
        token: auth::bearer(&headers)?.to_owned(),
        tenant_name: identity.tenant_name.to_string(),
        app,
        tenant,
        following,
        entries,
        ready: VecDeque::from([Bytes::from_static(b": following\n\n")]),
        next_check: now + LOOK,
        next_look: now + LOOK,
        next_comment: now + COMMENT,
        ended: false,
    };
    let frames = stream::unfold(tail, |mut tail| async move {
        let frame = tail.next().await?;
        Some((Ok::<_, std::convert::Infallible>(frame), tail))
    });
    let mut response = answer::with_type(StatusCode::OK, EVENT_STREAM, Body::from_stream(frames));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.headers_mut().insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

/// What a client that connects again has. What is no id of an entry is none that was sent from here.
fn last_event_id(headers: &HeaderMap) -> Option<LogId> {
    headers.get("last-event-id")?.to_str().ok()?.parse().ok()
}

/// One stream. It is read from only when the client takes something: what is not taken waits in the bounded queue of
/// the follower, or in the store.
struct Tail {
    app: App,
    tenant: TenantStore,
    tenant_name: String,
    token: String,
    following: Following,
    entries: Entries,
    ready: VecDeque<Bytes>,
    /// When the token is looked at, whether the client reads fast or slowly.
    next_check: Instant,
    /// When the log is read, if nothing is left to send before.
    next_look: Instant,
    next_comment: Instant,
    ended: bool,
}

impl Tail {
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            if !self.ended && Instant::now() >= self.next_check {
                self.next_check = Instant::now() + LOOK;
                self.check_token().await;
            }
            if !self.ended && self.app.draining().is_cancelled() {
                self.end("the daemon is stopping");
            }
            if let Some(frame) = self.take() {
                self.next_comment = Instant::now() + COMMENT;
                return Some(frame);
            }
            if self.ended {
                return None;
            }
            if self.following.take_entry() || self.entries.has_more() {
                self.read().await;
                continue;
            }
            let draining = self.app.draining().clone();
            tokio::select! {
                biased;
                () = draining.cancelled() => {}
                () = self.following.woken() => {}
                () = sleep_until(self.next_look) => {
                    self.next_look = Instant::now() + LOOK;
                    self.read().await;
                }
                () = sleep_until(self.next_comment) => self.ready.push_back(Bytes::from_static(b": alive\n\n")),
            }
        }
    }

    fn take(&mut self) -> Option<Bytes> {
        if let Some(frame) = self.ready.pop_front() {
            return Some(frame);
        }
        if self.ended {
            return None;
        }
        Some(match self.following.next()? {
            Heard::Line(line) => line,
            Heard::Gap(dropped) => frame("gap", None, &json!({ "dropped": dropped })),
        })
    }

    async fn read(&mut self) {
        match self.entries.read(&self.tenant, &self.tenant_name).await {
            Ok(frames) => self.ready.extend(frames),
            Err(error) => {
                tracing::warn!(%error, "the log cannot be read for a follower");
                self.end("the log cannot be read; connect again");
            }
        }
    }

    /// A token that was revoked, or whose tenant is suspended, hears nothing more.
    async fn check_token(&mut self) {
        match self.app.store().authenticate(&self.token).await {
            Ok(Some(identity)) if !identity.suspended => {}
            Ok(_) => {
                self.ready.clear();
                self.end("the token no longer holds");
            }
            Err(error) => tracing::warn!(%error, "the token of a follower cannot be looked at"),
        }
    }

    fn end(&mut self, reason: &str) {
        self.ended = true;
        self.ready.push_back(frame("end", None, &json!({ "reason": reason })));
    }
}

/// How far the log was read.
struct Entries {
    hook: Option<HookId>,
    /// Everything up to here was there before.
    floor: LogId,
    /// Where a read goes on that ended with a full page.
    more_from: Option<LogId>,
    /// What was sent, as far back as something late may come.
    sent: BTreeMap<LogId, Timestamp>,
}

impl Entries {
    /// What comes after that entry, or after the newest one.
    async fn after(last: Option<LogId>, tenant: &TenantStore, hook: Option<HookId>) -> Result<Self, Failure> {
        let floor = match last {
            Some(last) => last,
            None => {
                let newest = LogFilter { paging: LogPaging::Before { from: None, take: 1 }, ..LogFilter::default() };
                tenant.logs(newest).await.map_err(store_failure)?.first().map_or(LogId(0), |row| row.id)
            }
        };
        Ok(Self { hook, floor, more_from: None, sent: BTreeMap::new() })
    }

    fn has_more(&self) -> bool {
        self.more_from.is_some()
    }

    /// One page of what was not sent yet.
    async fn read(&mut self, tenant: &TenantStore, tenant_name: &str) -> Result<Vec<Bytes>, hookbox_store::Error> {
        let newest = self.sent.values().max().copied();
        let since = newest.filter(|_| self.more_from.is_none()).map(|at| Timestamp(at.0 - LATE_MS));
        let from = self.more_from.unwrap_or(self.floor);
        let paging = LogPaging::After { from, take: PAGE };
        let rows = tenant.logs(LogFilter { hook_id: self.hook.clone(), since, paging, ..LogFilter::default() }).await?;
        self.more_from = (rows.len() == PAGE as usize).then(|| rows.last().map(|row| row.id)).flatten();
        let mut frames = Vec::new();
        for row in &rows {
            if self.sent.insert(row.id, row.at).is_none() {
                let mut entry = v2::log_entry(row, tenant_name);
                entry.insert("event_id".to_owned(), json!(row.event_id));
                frames.push(frame("entry", Some(row.id), &json!(entry)));
            }
        }
        if let Some(newest) = self.sent.values().max().copied() {
            self.sent.retain(|_, at| at.0 > newest.0 - 2 * LATE_MS);
        }
        Ok(frames)
    }
}

/// One server-sent event. JSON has no line ends of its own.
fn frame(event: &str, id: Option<LogId>, data: &serde_json::Value) -> Bytes {
    let id = id.map_or_else(String::new, |id| format!("id: {id}\n"));
    Bytes::from(format!("{id}event: {event}\ndata: {data}\n\n"))
}
