//! Calls that are all in their address, and take no body.

use axum::body::Body;
use hookbox_protocol::ErrorCode;
use http::Request;
use serde::Deserialize;

use super::Failure;
use super::body::{self, BodyLimit};
use crate::App;

/// The codes with which a body is refused, for the description of such calls.
pub(super) const REFUSALS: [&str; 4] = ["invalid_body", "request_timeout", "too_large", "unsupported_media_type"];

/// The members of the object that clients send which always send JSON: none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// Refuses a body that is neither empty nor an empty JSON object.
pub(super) async fn check(app: &App, request: Request<Body>) -> Result<(), Failure> {
    let bytes = body::read(request, BodyLimit::OF_CALL, &app.settings().http).await?;
    let text = bytes.trim_ascii();
    // serde would take an empty array for it.
    if text.is_empty() || text.starts_with(b"{") && serde_json::from_slice::<Nothing>(text).is_ok() {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::InvalidBody, "this call takes no body, or an empty JSON object"))
}
