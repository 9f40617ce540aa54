//! `POST /v1/deliveries/{id}/replay`, `POST /v1/deliveries/replay`

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::schema::Flag;
use hookbox_protocol::{DeliveryId, ErrorCode, EventId, HookId, Timestamp, Trigger, flag};
use hookbox_store::{ReplayFilter, Replayed, ReplayedMany};
use http::{Request, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::auth::{Allowed, UpdateEvents};
use super::body::{self, BodyLimit};
use super::query::NoQuery;
use super::{Failure, Segment, answer, hook_id, no_body, store_failure, trigger};
use crate::App;

/// The most deliveries that one call replays.
const TAKE_MAX: u32 = 10_000;

/// A delivery that runs again.
#[derive(Serialize, ToSchema)]
pub(super) struct Again {
    /// The delivery.
    delivery_id: DeliveryId,
    /// Its event.
    event_id: EventId,
    /// `pending`.
    state: DeliveryState,
}

/// Which deliveries run again.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// Those that ended badly, which is what a replay is for, those that succeeded, or both.
    state: Option<States>,
    /// Those of this trigger.
    #[schema(value_type = Option<Trigger>)]
    trigger: Option<String>,
    /// Those to this hook.
    #[schema(value_type = Option<HookId>)]
    hook_id: Option<String>,
    /// Those of events about the user with this id, e-mail address or name.
    user: Option<String>,
    /// Those of events that came then or later.
    since: Option<Timestamp>,
    /// Those of events that came before.
    until: Option<Timestamp>,
    /// The most of them, newest first; 10,000 where it is left out.
    #[schema(minimum = 1, maximum = 10_000)]
    take: Option<u32>,
    /// Only counts them.
    #[serde(default, deserialize_with = "flag::optional")]
    #[schema(value_type = Option<Flag>)]
    dry_run: Option<bool>,
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum States {
    #[default]
    Dead,
    Succeeded,
    All,
}

/// What a replay by filter found and did.
#[derive(Serialize, ToSchema)]
pub(super) struct Counts {
    /// Deliveries that match: as many as `take` where it is given, else all of them, of which one call runs the newest
    /// 10,000 again. Where a `user` is given, those among the newest 50,000 events that the other members leave.
    matched: u64,
    /// Those that run again; 0 for a dry run.
    replayed: u64,
}

/// Runs a delivery that ended once more, with the whole schedule of retries before it.
#[utoipa::path(
    post,
    path = "/v1/deliveries/{id}/replay",
    operation_id = "replayDelivery",
    tag = "Events",
    params(("id" = DeliveryId, Path, description = "The delivery.")),
    security(("token" = ["update:events"])),
    responses((status = 202, description = "The delivery is due.", body = Again)),
    extensions(("x-errors" = json!(["delivery_does_not_exist", "conflict", no_body::REFUSALS])))
)]
pub(crate) async fn replay(
    State(app): State<App>,
    allowed: Allowed<UpdateEvents>,
    Segment(id): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    no_body::check(&app, request).await?;
    let id: DeliveryId = id.parse().map_err(|_| {
        let id: String = id.escape_debug().take(64).collect();
        Failure::new(ErrorCode::DeliveryDoesNotExist, format!("there is no delivery '{id}'"))
    })?;
    let Replayed { delivery } = allowed.tenant.replay(id).await.map_err(store_failure)?;
    let again = Again { delivery_id: delivery, event_id: delivery.event, state: DeliveryState::Pending };
    Ok(answer::json(StatusCode::ACCEPTED, &again))
}

/// Runs the deliveries once more that match, newest first, or counts them.
#[utoipa::path(
    post,
    path = "/v1/deliveries/replay",
    operation_id = "replayDeliveries",
    tag = "Events",
    security(("token" = ["update:events"])),
    request_body = Asked,
    responses(
        (status = 200, description = "How many match; none of them runs again.", body = Counts),
        (status = 202, description = "The deliveries are due.", body = Counts),
    ),
    extensions(("x-errors" = json!(["unknown_trigger", "HookDoesNotExist"])))
)]
pub(crate) async fn replay_matching(
    State(app): State<App>,
    allowed: Allowed<UpdateEvents>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let asked: Asked = body::json(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    if let Some(take) = asked.take
        && !(1..=TAKE_MAX).contains(&take)
    {
        let message = format!("`take` is {take}; it must be between 1 and {TAKE_MAX}");
        return Err(Failure::new(ErrorCode::InvalidBody, message));
    }
    let hook_id = asked.hook_id.as_deref().map(hook_id).transpose()?;
    if let Some(id) = &hook_id {
        allowed.tenant.hook(id).await.map_err(store_failure)?.ok_or_else(super::no_such_hook)?;
    }
    let filter = ReplayFilter {
        states: match asked.state.unwrap_or_default() {
            States::Dead => vec![DeliveryState::Dead],
            States::Succeeded => vec![DeliveryState::Succeeded],
            States::All => vec![DeliveryState::Dead, DeliveryState::Succeeded],
        },
        trigger: asked.trigger.as_deref().map(trigger).transpose()?,
        hook_id,
        user: asked.user,
        since: asked.since,
        until: asked.until,
        take: asked.take,
    };
    let dry_run = asked.dry_run.unwrap_or(false);
    let ReplayedMany { matched, replayed } =
        allowed.tenant.replay_matching(filter, dry_run).await.map_err(store_failure)?;
    let status = if dry_run { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(answer::json(status, &Counts { matched, replayed }))
}
