//! What the other side answered.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde::de::DeserializeOwned;

use super::{Code, Error, date};
use crate::event::Event;
use crate::{base64, clock};

/// What the other side answered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// Lower-case names with their values.
    pub headers: BTreeMap<String, Vec<String>>,
    /// The body, decompressed.
    pub body: Vec<u8>,
    label: String,
}

impl Response {
    pub(super) fn of_event(label: String, event: Option<Event>) -> Result<Self, Error> {
        let Some(event) = event else {
            return Err(Error::new(Code::Other, format!("{label}: the host lost the request")));
        };
        if let Some(error) = event.error {
            return Err(Error::new(Code::of_name(&error.code), format!("{label}: {}", error.message)));
        }
        let body = match (event.body, event.body_base64) {
            (Some(text), _) => text.into_bytes(),
            (None, Some(text)) => base64::decode(&text)
                .ok_or_else(|| Error::new(Code::Body, format!("{label}: the body's base64 cannot be read")))?,
            (None, None) => Vec::new(),
        };
        Ok(Self { status: event.status, headers: event.headers, body, label })
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first value of a header; the case of its name does not matter.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(&name.to_ascii_lowercase())?.first().map(String::as_str)
    }

    /// The body as text; what is not UTF-8 in it is replaced.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The body's JSON.
    ///
    /// # Errors
    /// The body is not JSON, or not that of a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let (label, status) = (&self.label, self.status);
            Error::new(Code::Body, format!("{label} answered {status} with a body that cannot be read: {error}"))
        })
    }

    /// The response where its status is 2xx, and an error otherwise.
    ///
    /// # Errors
    /// The status is not 2xx. 408, 425, 429 and 5xx make it retryable, after the time that `Retry-After` asks for.
    pub fn error_for_status(self) -> Result<Self, Error> {
        if self.is_success() { Ok(self) } else { Err(self.status_error(None)) }
    }

    /// An error for this response, as [`error_for_status`](Self::error_for_status) makes it, for what counts as a
    /// failure here whatever its status, with the other side's own `message` where there is one.
    pub fn status_error(&self, message: Option<&str>) -> Error {
        let message = match message {
            Some(message) => message.to_owned(),
            None => format!("{} answered {}", self.label, self.status),
        };
        Error::of_status(message, self.status, self.retry_after())
    }

    /// How long the other side asks to wait (`Retry-After`, in seconds or as a date).
    pub fn retry_after(&self) -> Option<Duration> {
        let value = self.header("retry-after")?.trim();
        if let Ok(seconds) = value.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let due_ms = date::parse(value)?.saturating_mul(1_000);
        Some(Duration::from_millis(due_ms.saturating_sub(clock::now_ms())))
    }
}
