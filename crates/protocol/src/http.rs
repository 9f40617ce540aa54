//! An outgoing HTTP call as it crosses the sandbox's wall: the JSON of `http_start` and of its event.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// How many redirects a hook may ask for.
pub const REDIRECTS_MAX: u8 = 5;

/// What a guest asks `http_start` for.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The method; case does not matter.
    pub method: String,
    /// An absolute `http` or `https` address.
    pub url: String,
    /// Header names with one value or several.
    #[serde(default)]
    pub headers: BTreeMap<String, OneOrMany>,
    /// A text body.
    #[serde(default)]
    pub body: Option<String>,
    /// A binary body in standard base64; `body` must then be absent.
    #[serde(default)]
    pub body_base64: Option<String>,
    /// A limit for the whole call, in milliseconds; never longer than what the run has left.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// How many redirects to follow, 0 to 5; 0 when absent.
    #[serde(default)]
    pub redirect: u8,
}

/// One value or several, as JSON allows for a header.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany {
    /// `"x": "1"`
    One(String),
    /// `"x": ["1", "2"]`
    Many(Vec<String>),
}

impl OneOrMany {
    /// The values in order.
    pub fn values(&self) -> &[String] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }
}

impl Request {
    /// Reads what a guest wrote and settles what JSON alone cannot: one body at most, a redirect count within bounds.
    pub fn parse(json: &[u8]) -> Result<Self, CallError> {
        let invalid = |message: String| CallError::new(ErrorKind::Invalid, message);
        let request: Self =
            serde_json::from_slice(json).map_err(|e| invalid(format!("the request is not valid: {e}")))?;
        if request.body.is_some() && request.body_base64.is_some() {
            return Err(invalid("the request has both `body` and `body_base64`; give one".to_owned()));
        }
        if request.redirect > REDIRECTS_MAX {
            return Err(invalid(format!("redirect is {}; the most is {REDIRECTS_MAX}", request.redirect)));
        }
        Ok(request)
    }

    /// The body's bytes, or why `body_base64` cannot be read.
    pub fn body_bytes(&self) -> Result<Vec<u8>, CallError> {
        match (&self.body, &self.body_base64) {
            (Some(text), _) => Ok(text.clone().into_bytes()),
            (None, Some(text)) => STANDARD
                .decode(text)
                .map_err(|e| CallError::new(ErrorKind::Invalid, format!("body_base64 is not base64: {e}"))),
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// What one call may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallBudget {
    /// Bytes of the request's body, the limit `http_request_bytes`.
    pub request_bytes: u64,
    /// Bytes of the response's decoded body, the limit `http_response_bytes`.
    pub response_bytes: u64,
    /// Time for the whole call, redirects included.
    pub time: Duration,
}

/// What the other side answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Lower-case names with their values, in the order of the names.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body, decoded.
    pub body: Vec<u8>,
}

/// Why a call has no answer. Coarse for the guest's sake: what it must not learn (inner addresses, open ports) is in the operator's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CallError {
    /// The kind.
    pub code: ErrorKind,
    /// In words, for the hook's author.
    pub message: String,
    /// What became of the connection, where the kind is [`ErrorKind::Connect`] and it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<ConnectDetail>,
}

impl CallError {
    /// An error without a detail.
    pub fn new(code: ErrorKind, message: String) -> Self {
        Self { code, message, detail: None }
    }
}

/// What became of a connection, for clients that tell these apart: only a request that was refused never left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectDetail {
    /// There was none.
    Refused,
    /// It broke before the answer was complete.
    Reset,
    /// What came over it is not what it should be: no HTTP, or a body against its own encoding.
    Protocol,
}

/// Why an outgoing call had no answer; the kinds of a call error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// The address, port, host or header is not allowed.
    Blocked,
    /// The name has no address.
    Dns,
    /// No connection, or it broke.
    Connect,
    /// The certificate or the handshake failed.
    Tls,
    /// A time limit passed.
    Timeout,
    /// The request or the response is over its size limit.
    TooLarge,
    /// The run's number of calls, or the request's number of redirects, is used up.
    TooMany,
    /// The request itself makes no sense.
    Invalid,
}

impl ErrorKind {
    /// The kind's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::TooLarge => "too_large",
            Self::TooMany => "too_many",
            Self::Invalid => "invalid",
        }
    }
}

/// The events that `next_event` hands to a guest, as JSON.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum GuestEvent<'a> {
    /// A call was answered.
    Response {
        /// What `http_start` gave.
        id: u32,
        /// The status code.
        status: u16,
        /// Lower-case names with their values.
        headers: &'a BTreeMap<String, Vec<String>>,
        /// The body, where it is UTF-8.
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<&'a str>,
        /// The body in standard base64, where it is not.
        #[serde(skip_serializing_if = "Option::is_none")]
        body_base64: Option<String>,
    },
    /// A call has no answer.
    Error {
        /// What `http_start` gave.
        id: u32,
        /// Why.
        error: &'a CallError,
    },
    /// A timer is due.
    Timer {
        /// What `timer_start` gave.
        id: u32,
        /// Always true.
        timer: bool,
    },
}

impl<'a> GuestEvent<'a> {
    /// The event for a finished call.
    pub fn of_answer(id: u32, answer: &'a Result<Response, CallError>) -> Self {
        match answer {
            Ok(response) => {
                let body = std::str::from_utf8(&response.body).ok();
                let body_base64 = body.is_none().then(|| STANDARD.encode(&response.body));
                Self::Response { id, status: response.status, headers: &response.headers, body, body_base64 }
            }
            Err(error) => Self::Error { id, error },
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(json: &str, expected: &Expect) {
        let text = match Request::parse(json.as_bytes()).and_then(|request| Ok((request.body_bytes()?, request))) {
            Ok((body, request)) => format!("{} {} {} bytes", request.method, request.url, body.len()),
            Err(error) => format!("{}: {}", error.code.name(), error.message),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn requests_are_read_or_refused_with_a_reason() {
        check(r#"{"method":"GET","url":"http://a/"}"#, &expect!["GET http://a/ 0 bytes"]);
        check(
            r#"{"method":"POST","url":"http://a/","body":"hi","headers":{"a":"1","b":["2","3"]}}"#,
            &expect!["POST http://a/ 2 bytes"],
        );
        check(r#"{"method":"POST","url":"http://a/","body_base64":"AAEC"}"#, &expect!["POST http://a/ 3 bytes"]);
        check(
            r#"{"method":"POST","url":"http://a/","body_base64":"AAEC","body":""}"#,
            &expect!["invalid: the request has both `body` and `body_base64`; give one"],
        );
        check(r#"{"method":"GET","url":"http://a/","redirect":6}"#, &expect!["invalid: redirect is 6; the most is 5"]);
        check(
            r#"{"method":"GET","url":"http://a/","hedaers":{}}"#,
            &expect![
                "invalid: the request is not valid: unknown field `hedaers`, expected one of `method`, `url`, `headers`, `body`, `body_base64`, `timeout_ms`, `redirect` at line 1 column 43"
            ],
        );
    }

    #[test]
    fn a_body_that_is_no_text_travels_as_base64() {
        let answer = Ok(Response { status: 200, headers: BTreeMap::new(), body: vec![0xff, 0] });
        let json = serde_json::to_string(&GuestEvent::of_answer(3, &answer)).expect("serialises");
        assert_eq!(json, r#"{"id":3,"status":200,"headers":{},"body_base64":"/wA="}"#);
    }

    #[test]
    fn an_error_has_a_detail_where_one_is_known() {
        let json =
            |error: CallError| serde_json::to_string(&GuestEvent::of_answer(3, &Err(error))).expect("serialises");
        let plain = CallError::new(ErrorKind::Timeout, "too slow".to_owned());
        assert_eq!(json(plain), r#"{"id":3,"error":{"code":"timeout","message":"too slow"}}"#);
        let broken = CallError {
            detail: Some(ConnectDetail::Reset),
            ..CallError::new(ErrorKind::Connect, "it broke".to_owned())
        };
        assert_eq!(json(broken), r#"{"id":3,"error":{"code":"connect","message":"it broke","detail":"reset"}}"#);
    }
}
