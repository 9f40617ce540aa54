//! `POST /v1/events/{trigger}/batch`: a line for each event in, a line for each answer out

use std::time::Instant;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesOrdered;
use hookbox_protocol::api::EventAccepted;
use hookbox_protocol::event::NewEvent;
use hookbox_protocol::limits::{BATCH_BYTES, BATCH_LINES, EVENT_BYTES};
use hookbox_protocol::{ErrorCode, Trigger};
use hookbox_store::AcceptEvent;
use http::header::CONNECTION;
use http::{HeaderValue, Request, StatusCode};

use super::auth::{Allowed, CreateEvents};
use super::body::{self, BodyLimit, Incoming};
use super::events::{self, IDEMPOTENCY_KEY};
use super::query::NoQuery;
use super::{Failure, Segment, answer, store_failure};
use crate::App;
use crate::settings::HttpSettings;
use crate::trace::Arrival;

const MEDIA: &str = "application/x-ndjson";

/// Events of one batch that wait for the disk together. They share commits, and one batch does not have all of the queue.
const WAITING_MAX: usize = 128;

/// What one line is answered.
type Answer = Result<EventAccepted, Failure>;

/// Accepts events, each for itself. The answer comes when all of them are on disk or refused, one line for each in their
/// order; a line that breaks the batch off, as one too many, is answered and is the last.
#[utoipa::path(
    post,
    path = "/v1/events/{id}/batch",
    operation_id = "reportEvents",
    tag = "Events",
    params(("id" = Trigger, Path, description = "The trigger; one that takes events.")),
    security(("token" = ["create:events"])),
    request_body(content = Option<String>, content_type = "application/x-ndjson", description = "An event in each line, at most 1,000, each with an `idempotency_key` where one is wanted. Empty lines are passed over."),
    responses(
        (status = 200, description = "A line for each event in their order: `{\"event_id\", \"deliveries\", \"duplicate\"}`, or an error in the envelope. After a line that ends the batch (a body over `batch_bytes` or `batch_lines`, or one that comes too slowly) nothing follows.", body = String, content_type = "application/x-ndjson"),
    ),
    extensions(("x-errors" = json!(["unknown_trigger", "wrong_trigger_kind", "backlog_full", "disk_nearly_full"])))
)]
pub(crate) async fn accept(
    State(app): State<App>,
    allowed: Allowed<CreateEvents>,
    Segment(name): Segment<String>,
    _: NoQuery,
    request: Request<Body>,
) -> Result<Response, Failure> {
    let trigger = events::trigger_of_events(&name)?;
    events::admit(&app, &allowed.tenant, &allowed.identity, 0)?;
    body::require_type(request.headers(), &[MEDIA, "application/ndjson", "application/jsonl"])?;
    if request.headers().contains_key(IDEMPOTENCY_KEY) {
        let message = "a batch takes no header `Idempotency-Key`; give each line an `idempotency_key` of its own";
        return Err(Failure::new(ErrorCode::InvalidBody, message));
    }
    let hooks = allowed.tenant.enabled_count(trigger).await.map_err(store_failure)?;
    let limit = BodyLimit::new(&BATCH_BYTES, BATCH_BYTES.default);
    body::check_length(request.headers(), limit)?;
    let arrival = app.tracer().arrival(request.headers());
    let line_limit = BodyLimit::new(&EVENT_BYTES, app.settings().event_bytes_max);
    let lines = Lines::new(request.into_body(), limit, line_limit);
    let (waiting, answers) = (FuturesOrdered::new(), Vec::new());
    Batch { app: &app, allowed: &allowed, trigger, arrival, hooks, waiting, answers }.run(lines).await
}

struct Batch<'a> {
    app: &'a App,
    allowed: &'a Allowed<CreateEvents>,
    trigger: Trigger,
    arrival: Arrival,
    /// Hooks that each event is for.
    hooks: u64,
    /// The lines that are on their way to the disk.
    waiting: FuturesOrdered<BoxFuture<'a, Answer>>,
    /// The lines of the answer.
    answers: Vec<u8>,
}

impl<'a> Batch<'a> {
    async fn run(mut self, mut lines: Lines) -> Result<Response, Failure> {
        let (mut taken, mut busy_since) = (0, None);
        let broken = loop {
            let has_room = self.waiting.len() < WAITING_MAX;
            if let (true, Some(since)) = (has_room, busy_since.take_if(|_| has_room)) {
                lines.body.excuse(Instant::elapsed(&since));
            }
            if !has_room {
                busy_since.get_or_insert_with(Instant::now);
            }
            let line = tokio::select! {
                biased;
                () = self.app.draining().cancelled() => break Some(stopping()),
                Some(answered) = self.waiting.next(), if !self.waiting.is_empty() => {
                    self.answer(answered);
                    continue;
                }
                line = lines.next(&self.app.settings().http), if has_room => line,
            };
            match line {
                Ok(None) => break None,
                Ok(Some(_)) if taken == BATCH_LINES.default => break Some(too_many()),
                Ok(Some(line)) => {
                    taken += 1;
                    self.take(line);
                }
                // Nothing was taken: the whole call fails.
                Err(failure) if taken == 0 => return Err(failure),
                Err(failure) => break Some(failure),
            }
        };
        while let Some(answered) = self.waiting.next().await {
            self.answer(answered);
        }
        let is_whole = broken.is_none();
        if let Some(failure) = broken {
            self.answer(Err(failure));
        }
        let mut response = answer::with_type(StatusCode::OK, HeaderValue::from_static(MEDIA), Body::from(self.answers));
        if !is_whole {
            // The rest of the body is not read: the next call needs another connection.
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }

    /// Sends a line on its way. Its own trouble is its own answer.
    fn take(&mut self, line: Result<Bytes, Failure>) {
        let answer = line.and_then(|line| self.event(&line)).map(|event| self.allowed.tenant.accept(event));
        self.waiting.push_back(match answer {
            Ok(accepting) => async move { accepting.await.map_err(store_failure) }.boxed(),
            Err(failure) => std::future::ready(Err(failure)).boxed(),
        });
    }

    fn event(&self, line: &[u8]) -> Result<AcceptEvent, Failure> {
        let Allowed { tenant, identity, .. } = self.allowed;
        events::admit(self.app, tenant, identity, self.waiting.len() as u64 * self.hooks)?;
        let (event, idempotency_key) = NewEvent::parse_line(self.trigger, line)?;
        Ok(AcceptEvent {
            trigger: self.trigger,
            user: event.user.to_owned(),
            context: event.context.to_owned(),
            initiated_by: event.initiated_by,
            idempotency_key,
        })
    }

    fn answer(&mut self, answered: Answer) {
        let line = match answered {
            Ok(accepted) => {
                if !accepted.duplicate {
                    self.arrival.accepted(accepted.event_id, self.trigger, self.allowed.identity.tenant);
                }
                serde_json::to_vec(&accepted)
            }
            Err(failure) => {
                self.app.metrics().refused(failure.code());
                serde_json::to_vec(&failure.into_envelope())
            }
        };
        self.answers.extend_from_slice(&line.expect("an answer of texts and numbers serialises"));
        self.answers.push(b'\n');
    }
}

fn too_many() -> Failure {
    let most = BATCH_LINES.default;
    Failure::new(
        ErrorCode::TooLarge,
        format!(
            "the batch has more than {most} lines, the limit `{}`; this line and those after it were not taken",
            BATCH_LINES.name
        ),
    )
}

fn stopping() -> Failure {
    let message = "the daemon is stopping; this line and those after it were not taken";
    Failure::new(ErrorCode::Unavailable, message)
}

/// The lines of a body, as they come.
struct Lines {
    body: Incoming,
    limit: BodyLimit,
    line_limit: BodyLimit,
    buffer: BytesMut,
    /// Bytes of the buffer in which there is no line end.
    searched: usize,
    /// Whether what comes until the next line end belongs to a line that was too long.
    skipping: bool,
    ended: bool,
}

impl Lines {
    fn new(body: Body, limit: BodyLimit, line_limit: BodyLimit) -> Self {
        let buffer = BytesMut::new();
        Self { body: Incoming::new(body), limit, line_limit, buffer, searched: 0, skipping: false, ended: false }
    }

    /// The next line that is not empty, or what is wrong with it; an error where the body itself is at its end. May be
    /// cancelled.
    async fn next(&mut self, http: &HttpSettings) -> Result<Option<Result<Bytes, Failure>>, Failure> {
        loop {
            if let Some(line) = self.buffered() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            match self.body.next(self.limit, http).await? {
                Some(data) => self.buffer.extend_from_slice(&data),
                None => {
                    self.ended = true;
                    // The last line needs no end.
                    self.buffer.extend_from_slice(b"\n");
                }
            }
        }
    }

    fn buffered(&mut self) -> Option<Result<Bytes, Failure>> {
        loop {
            let Some(end) = self.buffer[self.searched..].iter().position(|byte| *byte == b'\n') else {
                if self.buffer.len() as u64 > self.line_limit.bytes {
                    self.skipping = true;
                    self.buffer.clear();
                }
                self.searched = self.buffer.len();
                return None;
            };
            let line = self.buffer.split_to(self.searched + end + 1).freeze();
            self.searched = 0;
            let line = line.slice(..line.len() - 1);
            let bytes = line.len() as u64;
            if std::mem::take(&mut self.skipping) || bytes > self.line_limit.bytes {
                return Some(Err(self
                    .line_limit
                    .exceeded("the line", &format!("more than {}", self.line_limit.bytes))));
            }
            if !line.trim_ascii().is_empty() {
                return Some(Ok(line));
            }
        }
    }
}
