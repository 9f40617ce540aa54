//! Events on their way in: checked without building a value, and kept as the bytes that came.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::limits::EVENT_DEPTH;
use crate::trigger::Trigger;
use crate::{ApiError, ErrorCode};

/// The only connection strategy that has passwords to change.
const DATABASE_STRATEGY: &str = "auth0";

/// A checked event, borrowed from the body of the request.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// The user's JSON, an object, exactly as sent.
    pub user: &'a str,
    /// The context's JSON, an object with a `connection`, exactly as sent.
    pub context: &'a str,
    /// Who made the change, where the identity system said so.
    pub initiated_by: Option<Initiator>,
}

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Initiator {
    /// The user.
    User,
    /// An administrator.
    Admin,
}

impl Initiator {
    /// The name in JSON and SQL.
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    user: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    initiated_by: Option<Initiator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    user: Option<&'a RawValue>,
    #[serde(borrow)]
    context: Option<&'a RawValue>,
    initiated_by: Option<Initiator>,
    idempotency_key: Option<String>,
}

#[derive(Deserialize)]
struct ContextShape<'a> {
    #[serde(borrow)]
    connection: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct ConnectionShape<'a> {
    #[serde(borrow)]
    strategy: Option<std::borrow::Cow<'a, str>>,
}

impl<'a> NewEvent<'a> {
    /// Checks the body of `POST /v1/events/{trigger}`.
    pub fn parse(trigger: Trigger, body: &'a [u8]) -> Result<Self, ApiError> {
        let text = object_text(body)?;
        let Body { user, context, initiated_by } = serde_json::from_str(text).map_err(|e| not_valid(&e))?;
        Self::check(trigger, user, context, initiated_by)
    }

    /// Checks a line of `POST /v1/events/{trigger}/batch`: an event, and the idempotency key that it may carry.
    pub fn parse_line(trigger: Trigger, line: &'a [u8]) -> Result<(Self, Option<String>), ApiError> {
        let text = object_text(line)?;
        let Line { user, context, initiated_by, idempotency_key } =
            serde_json::from_str(text).map_err(|e| not_valid(&e))?;
        Ok((Self::check(trigger, user, context, initiated_by)?, idempotency_key))
    }

    fn check(
        trigger: Trigger,
        user: Option<&'a RawValue>,
        context: Option<&'a RawValue>,
        initiated_by: Option<Initiator>,
    ) -> Result<Self, ApiError> {
        let user = object(user, "user")?;
        let context = object(context, "context")?;
        let shape: ContextShape =
            serde_json::from_str(context).map_err(|e| invalid(format!("`context` is not valid: {e}")))?;
        let connection = object(shape.connection, "context.connection")?;
        let shape: ConnectionShape =
            serde_json::from_str(connection).map_err(|e| invalid(format!("`context.connection` is not valid: {e}")))?;
        if let Some(strategy) = shape.strategy
            && trigger == Trigger::PostChangePassword
            && strategy != DATABASE_STRATEGY
        {
            let strategy: String = strategy.chars().take(64).collect();
            return Err(ApiError::new(
                ErrorCode::UnsupportedConnection,
                format!(
                    "`context.connection.strategy` is '{strategy}'; {trigger} takes events of database connections only \
                     (strategy '{DATABASE_STRATEGY}')"
                ),
            ));
        }
        Ok(Self { user, context, initiated_by })
    }
}

/// The text of what must be a JSON object, so far as that can be seen without parsing it.
fn object_text(body: &[u8]) -> Result<&str, ApiError> {
    let text = std::str::from_utf8(body)
        .map_err(|e| invalid(format!("the event is not UTF-8: byte {} cannot be read", e.valid_up_to())))?;
    check_depth(text)?;
    let trimmed = text.trim_ascii_start();
    if !trimmed.is_empty() && !trimmed.starts_with('{') {
        return Err(invalid(format!("the event must be a JSON object, and is {}", kind_of(trimmed))));
    }
    Ok(text)
}

fn invalid(message: String) -> ApiError {
    ApiError::new(ErrorCode::InvalidBody, message)
}

fn not_valid(error: &serde_json::Error) -> ApiError {
    invalid(format!("the event is not valid: {error}"))
}

fn object<'a>(value: Option<&'a RawValue>, name: &str) -> Result<&'a str, ApiError> {
    let text = value.map(RawValue::get);
    match text {
        Some(text) if text.starts_with('{') => Ok(text),
        Some(text) => {
            Err(ApiError::new(ErrorCode::InvalidBody, format!("`{name}` must be an object, and is {}", kind_of(text))))
        }
        None => {
            Err(ApiError::new(ErrorCode::InvalidBody, format!("the event lacks `{name}`, which must be an object")))
        }
    }
}

fn kind_of(json: &str) -> &'static str {
    match json.as_bytes().first() {
        Some(b'[') => "an array",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        Some(b'-' | b'0'..=b'9') => "a number",
        Some(_) if json.starts_with('\u{feff}') => {
            "a byte order mark and what follows it; send the JSON without the mark"
        }
        _ => "no JSON",
    }
}

/// Refuses JSON that nests deeper than `event_depth`. `RawValue` skips nested text without a bound of its own, and a
/// guest that parses it by recursion would run out of stack.
fn check_depth(text: &str) -> Result<(), ApiError> {
    let (mut depth, mut in_string, mut escaped) = (0u64, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > EVENT_DEPTH.default {
            let message =
                format!("the event nests deeper than {} levels, the limit `{}`", EVENT_DEPTH.default, EVENT_DEPTH.name);
            return Err(ApiError::new(ErrorCode::InvalidBody, message));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(body: &str, expected: &Expect) {
        let text = match NewEvent::parse(Trigger::PostChangePassword, body.as_bytes()) {
            Ok(event) => format!("{} {} {:?}", event.user, event.context, event.initiated_by),
            Err(error) => format!("{}: {}", error.error_code, error.message),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn events_are_kept_as_they_came() {
        check(
            r#"{"user": {"id" : 1, "x":[ ]}, "context":{"connection":{"name":"db","strategy":"auth0"}},"initiated_by":"admin"}"#,
            &expect![[r#"{"id" : 1, "x":[ ]} {"connection":{"name":"db","strategy":"auth0"}} Some(Admin)"#]],
        );
    }

    #[test]
    fn bad_events_are_refused_by_name() {
        check("", &expect!["invalid_body: the event is not valid: EOF while parsing a value at line 1 column 0"]);
        check("[]", &expect!["invalid_body: the event must be a JSON object, and is an array"]);
        check("-1", &expect!["invalid_body: the event must be a JSON object, and is a number"]);
        check("user=1", &expect!["invalid_body: the event must be a JSON object, and is no JSON"]);
        check(
            "\u{feff}{}",
            &expect![
                "invalid_body: the event must be a JSON object, and is a byte order mark and what follows it; send the JSON without the mark"
            ],
        );
        check("{}", &expect!["invalid_body: the event lacks `user`, which must be an object"]);
        check(r#"{"context":{}}"#, &expect!["invalid_body: the event lacks `user`, which must be an object"]);
        check(r#"{"user":{},"context":[]}"#, &expect!["invalid_body: `context` must be an object, and is an array"]);
        check(
            r#"{"user":null,"context":{}}"#,
            &expect!["invalid_body: the event lacks `user`, which must be an object"],
        );
        check(
            r#"{"user":{},"context":{}}"#,
            &expect!["invalid_body: the event lacks `context.connection`, which must be an object"],
        );
        check(
            r#"{"user":{},"context":{"connection":"db"}}"#,
            &expect!["invalid_body: `context.connection` must be an object, and is a string"],
        );
        check(
            r#"{"user":{},"context":{"connection":{}},"usr":1}"#,
            &expect![
                "invalid_body: the event is not valid: unknown field `usr`, expected one of `user`, `context`, `initiated_by` at line 1 column 44"
            ],
        );
        check(
            r#"{"user":{},"context":{"connection":{"strategy":"google-oauth2"}}}"#,
            &expect![
                "unsupported_connection: `context.connection.strategy` is 'google-oauth2'; post-change-password takes events of database connections only (strategy 'auth0')"
            ],
        );
        check(
            r#"{"user":{},"user":{},"context":{"connection":{}}}"#,
            &expect!["invalid_body: the event is not valid: duplicate field `user` at line 1 column 17"],
        );
    }

    #[test]
    fn a_line_of_a_batch_may_carry_its_key() {
        let parse = |line: &str| NewEvent::parse_line(Trigger::PostChangePassword, line.as_bytes()).map(|(_, key)| key);
        let line = |more: &str| format!(r#"{{"user":{{}},"context":{{"connection":{{}}}}{more}}}"#);
        assert_eq!(parse(&line("")), Ok(None));
        assert_eq!(parse(&line(r#","idempotency_key":"k\u0031""#)), Ok(Some("k1".to_owned())));
        let error = parse(&line(r#","key":"k1""#)).expect_err("unknown");
        assert!(error.message.contains("unknown field `key`"), "{error}");
        assert!(NewEvent::parse(Trigger::PostChangePassword, line(r#","idempotency_key":"k""#).as_bytes()).is_err());
    }

    #[test]
    fn depth_is_limited_and_brackets_in_strings_do_not_count() {
        let nested = |levels: usize| {
            format!(
                r#"{{"user":{{"a":{}{}}},"context":{{"connection":{{}}}}}}"#,
                "[".repeat(levels),
                "]".repeat(levels)
            )
        };
        let parse = |body: &str| NewEvent::parse(Trigger::PostChangePassword, body.as_bytes()).map(|_| ());
        assert_eq!(parse(&nested(62)), Ok(()));
        let error = parse(&nested(63)).expect_err("65 levels");
        assert!(error.message.contains("64 levels, the limit `event_depth`"), "{error}");
        let text = "[{".repeat(1_000);
        assert_eq!(parse(&format!(r#"{{"user":{{"a":"\"{text}"}},"context":{{"connection":{{}}}}}}"#)), Ok(()));
    }
}
