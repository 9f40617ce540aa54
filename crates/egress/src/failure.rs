//! What a guest is told of a failure: the kind and a sentence for the hook's author, which names the host and the limit
//! but nothing of the operator's network. What really happened is in the operator's log.

use std::error::Error as StdError;
use std::time::Duration;

use hookbox_protocol::http::{CallError, ErrorKind};
use rustls::CertificateError;
use url::Host;

pub(crate) fn blocked(message: String) -> CallError {
    CallError { code: ErrorKind::Blocked, message }
}

pub(crate) fn invalid(message: String) -> CallError {
    CallError { code: ErrorKind::Invalid, message }
}

pub(crate) fn too_large(message: String) -> CallError {
    CallError { code: ErrorKind::TooLarge, message }
}

pub(crate) fn connect(message: String) -> CallError {
    CallError { code: ErrorKind::Connect, message }
}

/// The same words whatever the address is, so that they say nothing about what is there.
pub(crate) fn not_public(host: &Host) -> CallError {
    blocked(format!("'{host}' is not a public address; an operator can open it"))
}

pub(crate) fn no_address(host: &Host) -> CallError {
    CallError { code: ErrorKind::Dns, message: format!("'{host}' has no address") }
}

pub(crate) fn late(what: &str, limit: Duration) -> CallError {
    CallError { code: ErrorKind::Timeout, message: format!("{what} within {} ms", limit.as_millis()) }
}

/// Sorts an error of the HTTP client.
pub(crate) fn of_client(error: &reqwest::Error, host: &Host) -> CallError {
    if let Some(tls) = find::<rustls::Error>(error) {
        return CallError { code: ErrorKind::Tls, message: tls_message(tls, host) };
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse_too_large) {
        return too_large(format!("the answer of '{host}' has too many or too long headers"));
    }
    if error.is_connect() {
        return connect(format!("no connection to '{host}'"));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return connect(format!("'{host}' did not answer in HTTP"));
    }
    if error.is_decode() && find::<hyper::Error>(error).is_none() {
        return connect(format!("the answer of '{host}' does not follow its own content-encoding"));
    }
    connect(format!("the connection to '{host}' broke before its answer was complete"))
}

/// The whole chain of an error in one line, for the operator's log.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        text.push_str(": ");
        text.push_str(&error.to_string());
        next = error.source();
    }
    text
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // The source of an `io::Error` is the source of what it wraps: the wrapped error itself would be skipped.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    None
}

fn tls_message(error: &rustls::Error, host: &Host) -> String {
    let why = match error {
        rustls::Error::InvalidCertificate(error) => match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet",
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "is not for this name"
            }
            CertificateError::UnknownIssuer | CertificateError::BadSignature => "is not signed by a known authority",
            CertificateError::Revoked => "is revoked",
            _ => "is not valid",
        },
        _ => return format!("no TLS connection to '{host}': the handshake failed"),
    };
    format!("no TLS connection to '{host}': its certificate {why}")
}
