//! `POST /v1/events/{trigger}`, `GET /v1/events`, `GET /v1/events/{id}`

use std::time::Duration;

use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use hookbox_protocol::api::{DeliveryState, Event, EventAccepted, Events};
use hookbox_protocol::event::NewEvent;
use hookbox_protocol::limits::EVENT_BYTES;
use hookbox_protocol::schema::NewEventBody;
use hookbox_protocol::{ErrorCode, EventId, HookId, Timestamp, Trigger};
use hookbox_store::{AcceptEvent, EventFilter, Identity, TenantStore};
use http::{HeaderMap, Request, StatusCode};

use super::auth::{Allowed, CreateEvents, ReadEvents};
use super::body::{self, BodyLimit};
use super::query::{NoQuery, Query};
use super::{Failure, Segment, answer, hook_id, store_failure, trigger};
use crate::App;

/// When a caller is to try again whose event found the queue full.
const BACKLOG_RETRY_AFTER: Duration = Duration::from_secs(10);

/// The header of an event's key; a line of a batch carries its own.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Accepts an event. The answer comes when it is on disk.
#[utoipa::path(
    post,
    path = "/v1/events/{id}",
    operation_id = "reportEvent",
    tag = "Events",
    params(
        ("id" = Trigger, Path, description = "The trigger; one that takes events."),
        ("idempotency-key" = Option<String>, Header, min_length = 1, max_length = 255, description = "Sent again with the same event, it answers the first one."),
    ),
    security(("token" = ["create:events"])),
    request_body = NewEventBody,
    responses(
        (status = 202, description = "The event is on disk, and its hooks will run.", body = EventAccepted),
    ),
    extensions(("x-errors" = json!(["unknown_trigger", "wrong_trigger_kind", "unsupported_connection", "idempotency_conflict", "backlog_full", "disk_nearly_full"])))
)]
pub(crate) async fn accept(
    State(app): State<App>,
    allowed: Allowed<CreateEvents>,
    Segment(name): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let trigger = trigger_of_events(&name)?;
    admit(&app, &allowed.tenant, &allowed.identity, 0)?;
    let arrival = app.tracer().arrival(request.headers());
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
    if !accepted.duplicate {
        arrival.accepted(accepted.event_id, trigger, allowed.identity.tenant);
    }
    Ok(answer::json(StatusCode::ACCEPTED, &accepted))
}

/// Lists events, newest first.
#[utoipa::path(
    get,
    path = "/v1/events",
    operation_id = "listEvents",
    tag = "Events",
    params(
        ("trigger" = Option<Trigger>, Query, description = "Events of this trigger."),
        ("hook_id" = Option<HookId>, Query, description = "Events that this hook ran for, or will."),
        ("state" = Option<DeliveryState>, Query, description = "Events with a delivery that stands there."),
        ("user" = Option<String>, Query, description = "Events about the user with this id, e-mail address or name."),
        ("since" = Option<Timestamp>, Query, description = "Events that came then or later."),
        ("until" = Option<Timestamp>, Query, description = "Events that came before."),
        ("take" = Option<u32>, Query, minimum = 1, maximum = 100, description = "The most rows; 50 where it is left out."),
        ("from" = Option<EventId>, Query, description = "`next` of the page before."),
    ),
    security(("token" = ["read:events"])),
    responses((status = 200, description = "Events, newest first.", body = Events)),
    extensions(("x-errors" = json!(["unknown_trigger", "HookDoesNotExist"])))
)]
pub(crate) async fn list(
    State(app): State<App>,
    allowed: Allowed<ReadEvents>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let known = ["trigger", "hook_id", "state", "user", "since", "until", "take", "from"];
    let query = Query::parse(query.as_deref(), &known)?;
    let filter = EventFilter {
        trigger: query.get("trigger").map(trigger).transpose()?,
        hook_id: query.get("hook_id").map(hook_id).transpose()?,
        state: query.get("state").map(state).transpose()?,
        user: query.get("user").map(str::to_owned),
        since: query.read_as("since")?,
        until: query.read_as("until")?,
        take: query.number("take", 1, 100)?,
        from: query.read_as("from")?,
    };
    let _turn = app.lists().enter(allowed.identity.tenant).await?;
    let events = allowed.tenant.events(filter).await.map_err(store_failure)?;
    Ok(answer::ok(&events))
}

/// Shows one event with its deliveries and their attempts.
#[utoipa::path(
    get,
    path = "/v1/events/{id}",
    operation_id = "showEvent",
    tag = "Events",
    params(("id" = EventId, Path, description = "The event.")),
    security(("token" = ["read:events"])),
    responses(
        (status = 200, description = "The event with its deliveries and their attempts.", body = Event),
    ),
    extensions(("x-errors" = json!(["event_does_not_exist"])))
)]
pub(crate) async fn show(
    allowed: Allowed<ReadEvents>,
    Segment(id): Segment<String>,
    _: NoQuery,
) -> Result<Response, Failure> {
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

/// The trigger that a path names, if it takes events.
pub(super) fn trigger_of_events(name: &str) -> Result<Trigger, Failure> {
    let trigger = trigger(name)?;
    if trigger.spec().blocking {
        return Err(Failure::new(
            ErrorCode::WrongTriggerKind,
            format!(
                "{trigger} is called and takes no events: POST /v1/triggers/{trigger}/call answers its hook's result"
            ),
        ));
    }
    Ok(trigger)
}

/// Refuses an event that would make too long a queue longer, or fill the disk, before its body is read. `more` deliveries
/// of the tenant are on their way already.
pub(super) fn admit(app: &App, tenant: &TenantStore, identity: &Identity, more: u64) -> Result<(), Failure> {
    if app.disk().is_nearly_full() {
        return Err(Failure::disk_nearly_full());
    }
    let own = tenant.backlog().total().saturating_add(more);
    let (quota, settings) = (identity.quotas.backlog, app.settings());
    let own_max = quota.min(settings.backlog_per_tenant_max);
    if own >= own_max {
        let message = format!(
            "{own} deliveries wait, and the most for this tenant is {own_max} (its quota `backlog`); wait until hooks have \
             run, or ask the operator for more"
        );
        return Err(Failure::new(ErrorCode::BacklogFull, message).retry_after(BACKLOG_RETRY_AFTER));
    }
    if app.store().backlog().total().saturating_add(more) >= settings.backlog_max {
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
