//! Errors of a call: one text for the caller, one for the log.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use hookbox_protocol::{ApiError, ErrorCode};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use super::answer;
use crate::seldom::Seldom;
use crate::turn::TooMany;

/// The most of a message that a caller is sent, in bytes.
const MESSAGE_BYTES_MAX: usize = 1_000;

/// When another try makes sense with a disk that is nearly full.
const DISK_RETRY_AFTER: Duration = Duration::from_secs(60);

/// What a handler ends with when it has no answer.
#[derive(Debug)]
pub(crate) struct Failure {
    error: ApiError,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

/// What the log says and the caller does not learn. Travels in the response's extensions to the outermost layer, which
/// knows the request's id.
#[derive(Debug, Clone)]
pub(crate) struct Cause(pub(crate) Arc<anyhow::Error>);

/// The code of a failure, for the count of refusals.
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Cow<'static, str>);

impl Failure {
    /// An error that the caller can do something about.
    pub(crate) fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        ApiError::new(code, message).into()
    }

    /// A message of bounded length: a parser may repeat what it was sent, however long that is. Its beginning says what
    /// is wrong, and its end where.
    fn shortened(mut message: String) -> String {
        if message.len() > MESSAGE_BYTES_MAX {
            let from = message.ceil_char_boundary(message.len() - MESSAGE_BYTES_MAX / 2);
            let to = message.floor_char_boundary(MESSAGE_BYTES_MAX / 2);
            message.replace_range(to..from, " … ");
        }
        message
    }

    /// A failure of the daemon.
    pub(crate) fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self { cause: Some(Cause(Arc::new(cause.into()))), ..Self::new(ErrorCode::Internal, "the daemon failed") }
    }

    /// The daemon takes no work just now.
    pub(crate) fn unavailable(cause: impl Into<anyhow::Error>) -> Self {
        let failure = Self::new(ErrorCode::Unavailable, "the daemon takes no work just now; try again");
        Self { cause: Some(Cause(Arc::new(cause.into()))), ..failure }.retry_after(Duration::from_secs(1))
    }

    /// What would take room on the disk is not taken just now.
    pub(crate) fn disk_nearly_full() -> Self {
        let message = "the daemon's disk is nearly full, and it takes no events and no code until there is room; what it \
                       has still runs";
        Self::new(ErrorCode::DiskNearlyFull, message).retry_after(DISK_RETRY_AFTER)
    }

    /// The error's code.
    pub(crate) fn code(&self) -> &'static str {
        match self.error.error_code {
            Cow::Borrowed(code) => code,
            Cow::Owned(_) => ErrorCode::Internal.name(),
        }
    }

    /// What the caller is told, as one of several answers. What the log should know goes there.
    pub(crate) fn into_envelope(self) -> ApiError {
        static SELDOM: Seldom = Seldom::new();
        if let Some(Cause(cause)) = &self.cause
            && let Some(times) = SELDOM.times()
        {
            tracing::error!(error = format!("{cause:#}"), times, "a part of a call failed");
        }
        self.error
    }

    /// Tells the caller when another try makes sense.
    pub(crate) fn retry_after(self, delay: Duration) -> Self {
        Self { retry_after: Some(delay), ..self }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        let error = ApiError { message: Self::shortened(error.message), ..error };
        Self { error, retry_after: None, cause: None }
    }
}

impl From<TooMany> for Failure {
    fn from(refused: TooMany) -> Self {
        let message = format!(
            "{} calls of this tenant wait for their turn already, the most there can be; try again when one has ended",
            refused.waiting_max
        );
        Self::new(ErrorCode::TooManyRequests, message).retry_after(refused.retry_after)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.error.status_code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = answer::json(status, &self.error);
        if let Some(delay) = self.retry_after {
            let seconds = delay.as_secs_f64().ceil().max(1.0);
            response.headers_mut().insert(
                RETRY_AFTER,
                HeaderValue::from_str(&format!("{seconds:.0}")).expect("digits make a header value"),
            );
        }
        response.extensions_mut().insert(Refused(self.error.error_code));
        if let Some(cause) = self.cause {
            response.extensions_mut().insert(cause);
        }
        response
    }
}
