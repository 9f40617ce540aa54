//! `POST /v1/events/{trigger}`, `GET /v1/events`, `GET /v1/events/{id}`

use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::NewEvent;
use hookbox_protocol::limits::EVENT_BYTES;
use hookbox_protocol::{ErrorCode, EventId};
use hookbox_store::{AcceptEvent, EventFilter};
use http::{HeaderMap, Request, StatusCode};

use super::auth::{Allowed, CreateEvents, ReadEvents};
use super::body::{self, BodyLimit};
use super::query::Query;
use super::{Failure, Segment, answer, hook_id, store_failure, trigger};
use crate::App;

/// When a caller is to try again whose event found the queue full.
const BACKLOG_RETRY_AFTER: Duration = Duration::from_secs(10);

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Accepts an event. The answer comes when it is on disk.
pub(crate) async fn accept(
    State(app): State<App>,
    allowed: Allowed<CreateEvents>,
    Segment(name): Segment<String>,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let trigger = trigger(&name)?;
    if trigger.spec().blocking {
        return Err(Failure::new(
            ErrorCode::WrongTriggerKind,
            format!(
                "{trigger} is called and takes no events: POST /v1/triggers/{trigger}/call answers its hook's result"
            ),
        ));
    }
    Query::parse(request.uri().query(), &[])?;
    check_backlog(&app, &allowed)?;
    body::require_type(request.headers(), &["application/json"])?;
    let idempotency_key = idempotency_key(request.headers())?;
    let limit = BodyLimit::new(&EVENT_BYTES, app.settings().event_bytes_max);
    let bytes = body::read(request, limit, &app.settings().http).await?;
    let event = NewEvent::parse(trigger, &bytes)?;
    let event = AcceptEvent {
        trigger,
        user: event.user.to_owned(),
        context: event.context.to_owned(),
        initiated_by: event.initiated_by,
        idempotency_key,
    };
    let accepted = allowed.tenant.accept(event).await.map_err(store_failure)?;
    Ok(answer::json(StatusCode::ACCEPTED, &accepted))
}

/// Lists events, newest first.
pub(crate) async fn list(allowed: Allowed<ReadEvents>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let known = ["trigger", "hook_id", "state", "since", "until", "take", "from"];
    let query = Query::parse(query.as_deref(), &known)?;
    let filter = EventFilter {
        trigger: query.get("trigger").map(trigger).transpose()?,
        hook_id: query.get("hook_id").map(hook_id).transpose()?,
        state: query.get("state").map(state).transpose()?,
        since: query.read_as("since")?,
        until: query.read_as("until")?,
        take: query.number("take", 1, 100)?,
        from: query.read_as("from")?,
    };
    let events = allowed.tenant.events(filter).await.map_err(store_failure)?;
    Ok(answer::ok(&events))
}

/// Shows one event with its deliveries and their attempts.
pub(crate) async fn show(allowed: Allowed<ReadEvents>, Segment(id): Segment<String>) -> Result<Response, Failure> {
    let missing = || {
        Failure::new(
            ErrorCode::EventDoesNotExist,
            format!("there is no event '{}'", id.escape_debug().take(64).collect::<String>()),
        )
    };
    let event_id: EventId = id.parse().map_err(|_| missing())?;
    let event = allowed.tenant.event(event_id).await.map_err(store_failure)?.ok_or_else(missing)?;
    Ok(answer::ok(&event))
}

/// Refuses an event that would make too long a queue longer, before its body is read.
fn check_backlog(app: &App, allowed: &Allowed<CreateEvents>) -> Result<(), Failure> {
    let (own, own_max) = (allowed.tenant.backlog().total(), app.settings().backlog_per_tenant_max);
    if own >= own_max {
        let message =
            format!("{own} deliveries wait, and the most for a tenant is {own_max}; wait until hooks have run");
        return Err(Failure::new(ErrorCode::BacklogFull, message).retry_after(BACKLOG_RETRY_AFTER));
    }
    if app.store().backlog().total() >= app.settings().backlog_max {
        let message = "the daemon has as many deliveries waiting as it takes; try again later";
        return Err(Failure::new(ErrorCode::Unavailable, message).retry_after(BACKLOG_RETRY_AFTER));
    }
    Ok(())
}

fn state(text: &str) -> Result<DeliveryState, Failure> {
    DeliveryState::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| {
        let names = DeliveryState::ALL.map(DeliveryState::name).join(", ");
        let text: String = text.chars().take(32).collect();
        Failure::new(ErrorCode::InvalidQueryString, format!("`state` is '{text}'; the states are {names}"))
    })
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let text = value
        .to_str()
        .map_err(|_| Failure::new(ErrorCode::InvalidBody, "the header `Idempotency-Key` must be printable ASCII"))?;
    Ok(Some(text.to_owned()))
}
