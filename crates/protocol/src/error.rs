//! Errors at the API's edge: one envelope everywhere, codes as data.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ApiError {
    /// The HTTP status.
    pub status_code: u16,
    /// The status in words.
    pub error: String,
    /// What is wrong: the value, the limit, the way out.
    pub message: String,
    /// The code, for programs.
    pub error_code: Cow<'static, str>,
}

impl ApiError {
    /// An error of that code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        let status = code.status();
        Self {
            status_code: status,
            error: reason(status).to_owned(),
            message: message.into(),
            error_code: Cow::Borrowed(code.name()),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.message, self.status_code, self.error_code)
    }
}

impl std::error::Error for ApiError {}

fn reason(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Payload Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Entity",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => "Internal Server Error",
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal, $status:literal;)*) => {
        /// Every code that an answer can carry.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ErrorCode {
            $($(#[doc = $doc])* $variant,)*
        }

        impl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code's text in JSON.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }
        }
    };
}

codes! {
    /// The body is not what the call takes.
    InvalidBody = "invalid_body", 400;
    /// The query is not what the call takes.
    InvalidQueryString = "invalid_query_string", 400;
    /// The path is not what the call takes.
    InvalidUri = "invalid_uri", 400;
    /// No such trigger.
    UnknownTrigger = "unknown_trigger", 404;
    /// The trigger does not take events, or is not called.
    WrongTriggerKind = "wrong_trigger_kind", 400;
    /// The event's connection is not a database connection.
    UnsupportedConnection = "unsupported_connection", 400;
    /// No credential, or one that is not valid.
    InvalidToken = "invalid_token", 401;
    /// The credential does not allow this call.
    InsufficientScope = "insufficient_scope", 403;
    /// The operator has suspended the tenant.
    TenantSuspended = "tenant_suspended", 403;
    /// No such address.
    NotFound = "not_found", 404;
    /// No such hook for this tenant.
    HookDoesNotExist = "HookDoesNotExist", 404;
    /// No such secret.
    SecretDoesNotExist = "SecretDoesNotExist", 404;
    /// No such event for this tenant.
    EventDoesNotExist = "event_does_not_exist", 404;
    /// No such delivery for this tenant.
    DeliveryDoesNotExist = "delivery_does_not_exist", 404;
    /// No such log entry for this tenant.
    LogDoesNotExist = "log_does_not_exist", 404;
    /// No such token or client for this tenant.
    TokenDoesNotExist = "token_does_not_exist", 404;
    /// No such tenant.
    TenantDoesNotExist = "tenant_does_not_exist", 404;
    /// The address exists, the method does not.
    MethodNotAllowed = "method_not_allowed", 405;
    /// The request did not arrive in time.
    RequestTimeout = "request_timeout", 408;
    /// The name is taken.
    Conflict = "conflict", 409;
    /// The idempotency key came before with another body.
    IdempotencyConflict = "idempotency_conflict", 409;
    /// The body is over its limit.
    TooLarge = "too_large", 413;
    /// The content type is not one that the call takes.
    UnsupportedMediaType = "unsupported_media_type", 415;
    /// A number of things is at its limit.
    LimitReached = "limit_reached", 422;
    /// The upload is not a core WebAssembly module.
    NotWasm = "not_wasm", 422;
    /// The module lacks an export.
    MissingExport = "missing_export", 422;
    /// An export has another type than the contract's.
    MistypedExport = "mistyped_export", 422;
    /// The module imports something that does not exist here, or with another type.
    UnknownImport = "unknown_import", 422;
    /// The module speaks another version of the contract.
    UnknownAbi = "unknown_abi", 422;
    /// The module's shape is over a limit of the screen.
    ModuleTooComplex = "module_too_complex", 422;
    /// The compiler ran into its own limits.
    ModuleTooExpensive = "module_too_expensive", 422;
    /// Too much, too fast.
    TooManyRequests = "too_many_requests", 429;
    /// The tenant's backlog is full.
    BacklogFull = "backlog_full", 429;
    /// The daemon failed; its log knows more under the request id.
    Internal = "internal_error", 500;
    /// The daemon does not take work just now.
    Unavailable = "unavailable", 503;
    /// The daemon's disk is nearly full: it takes no events, and runs those that it has.
    DiskNearlyFull = "disk_nearly_full", 503;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_has_the_four_keys_of_the_original() {
        let error = ApiError::new(ErrorCode::HookDoesNotExist, "Error: Hook does not exist");
        assert_eq!(
            serde_json::to_string(&error).expect("serialises"),
            r#"{"statusCode":404,"error":"Not Found","message":"Error: Hook does not exist","errorCode":"HookDoesNotExist"}"#
        );
    }

    #[test]
    fn every_code_has_a_name_of_its_own_and_a_status_with_words() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        for code in ErrorCode::ALL {
            assert!(code.status() == 500 || reason(code.status()) != "Internal Server Error", "{code:?}");
        }
    }
}
