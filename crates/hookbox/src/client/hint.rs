//! What to do next, by the code of the API's error.

use hookbox_protocol::{ApiError, ErrorCode};

/// What helps against that error, where the message itself does not say it all.
pub(super) fn of(error: &ApiError) -> Option<&'static str> {
    let code = ErrorCode::ALL.iter().find(|code| code.name() == error.error_code)?;
    Some(match code {
        ErrorCode::InvalidToken => "`hookbox login`, or set HOOKBOX_TOKEN to a token of this daemon's tenant",
        // The message says whose token it has to be.
        ErrorCode::InsufficientScope if error.message.contains("operator") => {
            "the operator's calls are `tenants` and `keys`; HOOKBOX_TOKEN is a tenant's token, HOOKBOX_OPERATOR_TOKEN the \
             operator's"
        }
        ErrorCode::InsufficientScope => "use a token that carries this scope",
        ErrorCode::HookDoesNotExist => "`hookbox hooks` lists the hooks of your tenant",
        ErrorCode::SecretDoesNotExist => "`hookbox secrets list HOOK` lists the secrets of a hook",
        ErrorCode::EventDoesNotExist => "`hookbox events` lists the latest events",
        ErrorCode::TokenDoesNotExist => "`hookbox tokens` lists the tokens with their ids",
        ErrorCode::TenantDoesNotExist => "`hookbox tenants` lists the tenants",
        ErrorCode::TenantSuspended => "an operator lets the tenant go on: `hookbox tenants resume NAME`",
        ErrorCode::LimitReached => "an operator raises a tenant's quotas: `hookbox tenants quota NAME`",
        ErrorCode::DeliveryDoesNotExist => "`hookbox events EVENT` shows the ids of an event's deliveries",
        ErrorCode::DiskNearlyFull => {
            "the operator has to make room on the daemon's disk; `hookbox doctor` says how much there is"
        }
        ErrorCode::LogDoesNotExist => "`hookbox logs` lists the latest entries",
        ErrorCode::MissingExport | ErrorCode::MistypedExport => {
            "is the hook built for this trigger? `hookbox build` checks the module and names its exports"
        }
        ErrorCode::NotWasm => "build with `hookbox build`, or give a .wasm file of target wasm32-wasip1",
        ErrorCode::UnknownImport => {
            "build for wasm32-wasip1 or wasm32-unknown-unknown, and without other host interfaces"
        }
        ErrorCode::TooManyRequests | ErrorCode::BacklogFull | ErrorCode::Unavailable => "wait a little and try again",
        ErrorCode::Internal => "the daemon's log tells more",
        ErrorCode::NotFound | ErrorCode::MethodNotAllowed => {
            "the daemon does not know this call; it may be of another version than this command"
        }
        _ => return None,
    })
}
