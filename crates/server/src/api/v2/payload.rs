//! Bodies of `/api/v2`: JSON, or a form for clients that send one; refusals in the original's words.

use axum::body::Body;
use hookbox_protocol::ErrorCode;
use http::Request;
use serde_json::{Map, Value};

use crate::App;
use crate::api::body::{self, BodyLimit};
use crate::api::{Failure, answer};

const FORM: &str = "application/x-www-form-urlencoded";

/// Reads a body as JSON of any kind. A form becomes an object of strings.
pub(super) async fn read(app: &App, request: Request<Body>) -> Result<Value, Failure> {
    body::require_type(request.headers(), &["application/json", FORM])?;
    let is_form = request.headers().contains_key(http::header::CONTENT_TYPE)
        && answer::content_type_is(request.headers(), &[FORM]);
    let most = BodyLimit::of_management(app.settings());
    let bytes = body::read(request, most, &app.settings().http).await?;
    if is_form {
        let members = url::form_urlencoded::parse(&bytes);
        return Ok(Value::Object(members.map(|(name, value)| (name.into_owned(), Value::from(value))).collect()));
    }
    if bytes.trim_ascii().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::new(ErrorCode::InvalidBody, format!("the body is not valid JSON: {error}")))
}

/// The body's members, if it is an object.
pub(super) fn object(value: Value) -> Result<Map<String, Value>, Failure> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(mistyped("object", &other, None)),
    }
}

/// A value of another type than the one that is taken.
pub(super) fn mistyped(expected: &str, found: &Value, property: Option<&str>) -> Failure {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    refused(&format!("Expected type {expected} but found type {found}"), property)
}

/// A body that is refused.
pub(super) fn refused(what: &str, property: Option<&str>) -> Failure {
    let place = property.map_or_else(String::new, |property| format!(" on property {property}"));
    Failure::new(ErrorCode::InvalidBody, format!("Payload validation error: '{what}'{place}."))
}
