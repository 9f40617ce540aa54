//! What surrounds every call: a request id, a panic that ends as a 500, a count, and the log line of a failure.

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::body::{Body, HttpBody as _};
use axum::extract::{MatchedPath, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use hookbox_protocol::{ApiError, ErrorCode};
use http::header::{CONNECTION, CONTENT_ENCODING};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};

use super::failure::{Cause, Refused};
use super::{Failure, answer};
use crate::App;
use crate::seldom::Seldom;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const CONTENT_TYPE_OPTIONS: HeaderName = HeaderName::from_static("x-content-type-options");

/// A refused call whose body may be larger ends its connection, since the rest of the body is not read. The client must be
/// told, or it would send its next call into a connection that closes.
const BODY_DRAINED_MAX: u64 = 8 << 10;

/// Runs a call and finishes its answer.
pub(crate) async fn around(State(app): State<App>, request: Request<Body>, next: Next) -> Response {
    let started = Instant::now();
    let id = app.next_request_id();
    let method = request.method().clone();
    let body_is_large = request.body().size_hint().upper().is_none_or(|bytes| bytes > BODY_DRAINED_MAX);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let called = async {
        match check_encoding(&request) {
            Ok(()) => next.run(request).await,
            Err(failure) => failure.into_response(),
        }
    };
    let called = AssertUnwindSafe(called).catch_unwind().await;
    let mut response = called.unwrap_or_else(|panic| Failure::internal(panic_text(panic.as_ref())).into_response());
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    if let Some(cause) = response.extensions().get::<Cause>().cloned() {
        response = server_error(&response, &cause, &id, &method, route);
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    if body_is_large && (response.status().is_client_error() || response.status().is_server_error()) {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response.headers_mut().insert(CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(Refused(Cow::Borrowed(code))) = response.extensions().get() {
        app.metrics().refused(code);
    }
    app.metrics().http_request(method_label(&method), route, response.status(), started.elapsed());
    tracing::debug!(request_id = id, %method, route, status = response.status().as_u16(), "answered");
    response
}

/// Bodies are read as they come: one that is compressed would be refused for what it seems to hold.
fn check_encoding(request: &Request<Body>) -> Result<(), Failure> {
    let has_body = !request.body().is_end_stream();
    let is_plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    match request.headers().get_all(CONTENT_ENCODING).iter().find(|value| !is_plain(value)) {
        Some(value) if has_body => {
            let sent: String = String::from_utf8_lossy(value.as_bytes()).chars().take(64).collect();
            let message =
                format!("the header `Content-Encoding` is '{sent}'; send the body as it is, without the header");
            Err(Failure::new(ErrorCode::UnsupportedMediaType, message))
        }
        _ => Ok(()),
    }
}

/// The answer to a failure of the daemon: a code and the request's id, under which the log has the rest. Of calls that
/// failed because the store takes no work just now the log has one a second.
fn server_error(response: &Response, cause: &Cause, id: &str, method: &Method, route: &str) -> Response {
    let status = response.status();
    let error = format!("{:#}", cause.0);
    let code = if status == StatusCode::SERVICE_UNAVAILABLE { ErrorCode::Unavailable } else { ErrorCode::Internal };
    static UNAVAILABLE: Seldom = Seldom::new();
    let times = if code == ErrorCode::Unavailable { UNAVAILABLE.times() } else { Some(1) };
    if let Some(times) = times {
        tracing::error!(request_id = id, %method, route, status = status.as_u16(), error, times, "a call failed");
    }
    let what = match code {
        ErrorCode::Unavailable => "the daemon takes no work just now; try again later",
        _ => "the daemon failed; its log has the reason",
    };
    let mut answer = answer::json(status, &ApiError::new(code, format!("{what} (request id {id})")));
    if let Some(delay) = response.headers().get(http::header::RETRY_AFTER) {
        answer.headers_mut().insert(http::header::RETRY_AFTER, delay.clone());
    }
    answer
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    anyhow::anyhow!("a handler panicked: {}", text.unwrap_or("without a message"))
}

/// Methods that a client made up must not make labels.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
