//! Answers: JSON with the content type that clients of the original expect.

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::Serialize;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A JSON answer.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let (status, bytes) = match serde_json::to_vec(body) {
        Ok(bytes) => (status, bytes),
        Err(error) => {
            tracing::error!(%error, "an answer does not serialise");
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    with_type(status, JSON, Body::from(bytes))
}

/// A JSON answer whose bytes are there already.
pub(crate) fn json_bytes(status: StatusCode, json: Bytes) -> Response {
    with_type(status, JSON, Body::from(json))
}

/// `200` with a JSON body.
pub(crate) fn ok(body: &impl Serialize) -> Response {
    json(StatusCode::OK, body)
}

/// `204` in the form of the original: without a body, with its content type.
pub(crate) fn no_content() -> Response {
    with_type(StatusCode::NO_CONTENT, JSON, Body::empty())
}

/// Plain text of a given type.
pub(crate) fn text(status: StatusCode, content_type: &'static str, body: String) -> Response {
    with_type(status, HeaderValue::from_static(content_type), Body::from(body))
}

/// Whether the request's content type is one of `accepted`, without its parameters; a request without one says yes.
pub(crate) fn content_type_is(headers: &HeaderMap, accepted: &[&str]) -> bool {
    let Some(value) = headers.get(CONTENT_TYPE) else { return true };
    let text = value.to_str().unwrap_or_default();
    let media = text.split(';').next().unwrap_or_default().trim();
    accepted.iter().any(|accepted| media.eq_ignore_ascii_case(accepted))
}

/// An answer with a body of that type.
pub(super) fn with_type(status: StatusCode, content_type: HeaderValue, body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
