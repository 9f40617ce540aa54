//! Bodies on their way in: bounded in bytes and in time.

mod room;
mod unique;

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use futures_util::FutureExt;
use hookbox_protocol::ErrorCode;
use hookbox_protocol::limits::{BODY_BYTES, Limit, SECRET_NAME_CHARS};
use hookbox_store::SecretLimits;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;
use tokio::time::{Instant, timeout_at};

use super::{Failure, answer};
use crate::settings::{HttpSettings, ServerSettings};
use room::Held;
pub(crate) use room::{Bodies, BodyRoom};

/// Bodies up to here need no room: there are no more of them than connections.
const SMALL_BYTES: u64 = 64 << 10;
/// When another try makes sense where there was no room for a body.
const ROOM_RETRY: Duration = Duration::from_secs(5);

/// A limit of a body: the row that names it, and the number that holds here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BodyLimit {
    /// The limit's name.
    pub(crate) name: &'static str,
    /// In bytes.
    pub(crate) bytes: u64,
    /// The row, where an operator can set it.
    limit: Option<Limit>,
}

/// A byte of text in JSON: a letter may be written as `\u0061`.
const JSON_BYTES_MAX: u64 = 6;

/// What a body holds beside what it is sent for.
const REST_BYTES: u64 = 64 << 10;

impl BodyLimit {
    /// That of a call that takes neither an event nor code.
    pub(crate) const OF_CALL: Self = Self { name: BODY_BYTES.name, bytes: BODY_BYTES.default, limit: None };

    /// That of a call that takes a script, or secrets: whatever they may be fits, however it is written as JSON.
    pub(crate) fn of_management(settings: &ServerSettings) -> Self {
        let sent = settings.script_bytes_max.max(bytes_of_secrets(settings));
        let bytes = BODY_BYTES.default.max(sent.saturating_mul(JSON_BYTES_MAX).saturating_add(REST_BYTES));
        Self { bytes, ..Self::OF_CALL }
    }

    /// That of the runner: room for a script or a module in base64, for secrets, and for the input.
    pub(crate) fn of_runner(settings: &ServerSettings) -> Self {
        let module = settings.module_bytes_max.div_ceil(3).saturating_mul(4);
        let code = settings.script_bytes_max.saturating_mul(JSON_BYTES_MAX).max(module);
        let beside = settings.event_bytes_max.saturating_add(bytes_of_secrets(settings));
        let bytes = code.saturating_add(beside.saturating_mul(JSON_BYTES_MAX)).saturating_add(1 << 20);
        Self { bytes, ..Self::OF_CALL }
    }

    /// The limit of that row with the operator's number.
    pub(crate) fn new(limit: &Limit, bytes: u64) -> Self {
        Self { name: limit.name, bytes, limit: Some(*limit) }
    }

    /// Refuses what has more bytes than the limit.
    pub(crate) fn check(self, what: &str, bytes: u64) -> Result<(), Failure> {
        if bytes > self.bytes { Err(self.exceeded(what, &bytes.to_string())) } else { Ok(()) }
    }

    pub(super) fn exceeded(self, what: &str, bytes: &str) -> Failure {
        let Self { name, bytes: most, limit } = self;
        let way_up = limit.map(|limit| limit.way_up(most)).unwrap_or_default();
        let message = format!("{what} has {bytes} bytes; the limit `{name}` is {most} bytes{way_up}");
        Failure::new(ErrorCode::TooLarge, message)
    }
}

/// As many secrets as a hook may have, all as large as they may be, with their names.
fn bytes_of_secrets(settings: &ServerSettings) -> u64 {
    let SecretLimits { count_max, value_bytes_max } = settings.secrets;
    count_max.saturating_mul(value_bytes_max.saturating_add(SECRET_NAME_CHARS.default))
}

/// A body that is being read, within the time that its bytes have earned.
pub(crate) struct Incoming {
    body: Body,
    started: Instant,
    /// Bytes that have come.
    pub(crate) received: u64,
}

impl Incoming {
    pub(crate) fn new(body: Body) -> Self {
        Self { body, started: Instant::now(), received: 0 }
    }

    /// The next bytes; `None` at the end. May be cancelled.
    pub(crate) async fn next(&mut self, limit: BodyLimit, http: &HttpSettings) -> Result<Option<Bytes>, Failure> {
        loop {
            // The first frame of most bodies is already here: no timer for those.
            let frame = match self.body.frame().now_or_never() {
                Some(frame) => frame,
                None => timeout_at(deadline(self.started, self.received, http), self.body.frame())
                    .await
                    .map_err(|_| slow(self.received))?,
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| {
                tracing::debug!(%error, "a body broke off");
                Failure::new(ErrorCode::InvalidBody, format!("the body broke off after {} bytes", self.received))
            })?;
            let Ok(data) = frame.into_data() else { continue };
            self.received += data.len() as u64;
            if self.received > limit.bytes {
                return Err(limit.exceeded("the body", &format!("more than {}", limit.bytes)));
            }
            return Ok(Some(data));
        }
    }

    /// The reader was busy for so long: that is not the sender's time.
    pub(crate) fn excuse(&mut self, time: Duration) {
        self.started += time;
    }
}

/// Reads a whole body. What its `Content-Length` already shows to be too large is refused before a byte is read.
pub(crate) async fn read(request: Request<Body>, limit: BodyLimit, http: &HttpSettings) -> Result<Bytes, Failure> {
    let length = check_length(request.headers(), limit)?;
    let room = request.extensions().get::<BodyRoom>().cloned();
    let mut body = Incoming::new(request.into_body());
    let mut held = None;
    let mut first = Bytes::new();
    let mut rest: Option<BytesMut> = None;
    while let Some(data) = body.next(limit, http).await? {
        match (&mut rest, first.is_empty()) {
            (Some(rest), _) => rest.extend_from_slice(&data),
            (None, true) => first = data,
            (None, false) => {
                let expected = length.unwrap_or(body.received * 2);
                held = held_for(room.as_ref(), length.unwrap_or(limit.bytes))?;
                let mut all = BytesMut::with_capacity(usize::try_from(expected).unwrap_or(0));
                all.extend_from_slice(&first);
                all.extend_from_slice(&data);
                rest = Some(all);
            }
        }
    }
    drop(held);
    Ok(rest.map_or(first, BytesMut::freeze))
}

/// Room for a body that comes in several pieces.
fn held_for(room: Option<&BodyRoom>, bytes: u64) -> Result<Option<Held>, Failure> {
    let Some(room) = room.filter(|_| bytes > SMALL_BYTES) else { return Ok(None) };
    let held = room.take(bytes).ok_or_else(|| {
        let message = "too many large bodies are on their way, from this address or in all; send this one again later";
        Failure::new(ErrorCode::Unavailable, message).retry_after(ROOM_RETRY)
    })?;
    Ok(Some(held))
}

/// Refuses a body whose `Content-Length` is over the limit, and gives that length where there is one.
pub(crate) fn check_length(headers: &HeaderMap, limit: BodyLimit) -> Result<Option<u64>, Failure> {
    let length = content_length(headers);
    limit.check("the body", length.unwrap_or(0))?;
    Ok(length)
}

/// Reads a JSON body of a `/v1` call. The error names what is wrong with its line and column.
pub(crate) async fn json<T: DeserializeOwned>(
    request: Request<Body>,
    limit: BodyLimit,
    http: &HttpSettings,
) -> Result<T, Failure> {
    require_type(request.headers(), &["application/json"])?;
    let bytes = read(request, limit, http).await?;
    parse(&bytes)
}

/// Parses the JSON body of a `/v1` call, which is always an object. A member that is there twice is refused; of the
/// bodies of `/api/v2` the last one counts, as in the original.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    // serde would take an array for the members of an object, in their order.
    let kind = match bytes.trim_ascii().first() {
        Some(b'{') => None,
        None => Some("empty"),
        Some(b'[') => Some("an array"),
        Some(_) => Some("something else"),
    };
    if let Some(kind) = kind {
        return Err(Failure::new(ErrorCode::InvalidBody, format!("the body must be a JSON object, and is {kind}")));
    }
    unique::check(bytes)
        .and_then(|()| serde_json::from_slice(bytes))
        .map_err(|error| Failure::new(ErrorCode::InvalidBody, format!("the body is not valid: {error}")))
}

/// Refuses a content type that the call does not take; a request without one is let through.
pub(crate) fn require_type(headers: &HeaderMap, accepted: &[&str]) -> Result<(), Failure> {
    if answer::content_type_is(headers, accepted) {
        return Ok(());
    }
    let sent = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("not readable");
    let sent: String = sent.chars().take(100).collect();
    Err(Failure::new(
        ErrorCode::UnsupportedMediaType,
        format!("the content type is '{sent}'; this call takes {}", accepted.join(" or ")),
    ))
}

/// The `Content-Length`, where there is one.
pub(super) fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn deadline(started: Instant, received: u64, http: &HttpSettings) -> Instant {
    let earned = Duration::from_secs_f64(received as f64 / http.body_rate_min.max(1) as f64);
    started + http.body_grace + earned
}

fn slow(received: u64) -> Failure {
    Failure::new(ErrorCode::RequestTimeout, format!("the body came too slowly: {received} bytes until now"))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use http_body_util::StreamBody;
    use hyper::body::Frame;

    use super::*;

    const LIMIT: BodyLimit = BodyLimit { name: "event_bytes", bytes: 8, limit: None };

    fn body_of(parts: &[&'static str]) -> Body {
        let frames: Vec<Result<_, std::io::Error>> =
            parts.iter().map(|part| Ok(Frame::data(Bytes::from_static(part.as_bytes())))).collect();
        Body::new(StreamBody::new(stream::iter(frames)))
    }

    async fn check(request: Request<Body>, expected: Result<&str, &str>) {
        match read(request, LIMIT, &HttpSettings::default()).await {
            Ok(bytes) => assert_eq!(Ok(bytes.as_ref()), expected.map(str::as_bytes)),
            Err(failure) => {
                let text = format!("{failure:?}");
                let part = expected.expect_err(&text);
                assert!(text.contains(part), "{text}");
            }
        }
    }

    #[tokio::test]
    async fn bodies_are_read_up_to_their_limit() {
        check(Request::new(Body::empty()), Ok("")).await;
        check(Request::new(body_of(&["abc"])), Ok("abc")).await;
        check(Request::new(body_of(&["ab", "", "cd", "efgh"])), Ok("abcdefgh")).await;
        check(Request::new(body_of(&["abcdefgh", "i"])), Err("more than 8 bytes; the limit `event_bytes` is 8")).await;
    }

    #[tokio::test]
    async fn a_length_over_the_limit_is_refused_before_the_body_is_read() {
        let unread = Body::new(StreamBody::new(stream::pending::<Result<Frame<Bytes>, std::io::Error>>()));
        let request = Request::builder().header(CONTENT_LENGTH, 9).body(unread).expect("a request");
        check(request, Err("the body has 9 bytes; the limit `event_bytes` is 8")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stops_coming_is_cut_off() {
        let endless = Body::new(StreamBody::new(stream::pending::<Result<Frame<Bytes>, std::io::Error>>()));
        check(Request::new(endless), Err("request_timeout")).await;
    }
}
