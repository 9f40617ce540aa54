//! What a guest is told of a failure: the kind and a sentence for the hook's author, which names the host and the limit
//! but nothing of the operator's network. What really happened is in the operator's log.

use std::error::Error as StdError;
use std::time::Duration;

use hookbox_protocol::http::{CallError, ConnectDetail, ErrorKind};
use hyper_util::client::legacy;
use rustls::CertificateError;
use url::Host;

use crate::connect::Late;
use crate::wire::TooMuch;

pub(crate) fn blocked(message: String) -> CallError {
    CallError::new(ErrorKind::Blocked, message)
}

pub(crate) fn invalid(message: String) -> CallError {
    CallError::new(ErrorKind::Invalid, message)
}

pub(crate) fn too_large(message: String) -> CallError {
    CallError::new(ErrorKind::TooLarge, message)
}

pub(crate) fn no_connection(host: &Host) -> CallError {
    connect(ConnectDetail::Refused, format!("no connection to '{host}'"))
}

/// The same words whatever the address is, so that they say nothing about what is there.
pub(crate) fn not_public(host: &Host) -> CallError {
    blocked(format!("'{host}' is not a public address; an operator can open it"))
}

pub(crate) fn no_address(host: &Host) -> CallError {
    CallError::new(ErrorKind::Dns, format!("'{host}' has no address"))
}

pub(crate) fn late(what: &str, limit: Duration) -> CallError {
    CallError::new(ErrorKind::Timeout, format!("{what} within {} ms", limit.as_millis()))
}

/// Sorts an error of the HTTP client.
pub(crate) fn of_client(error: &(dyn StdError + 'static), host: &Host) -> CallError {
    if let Some(Late(time)) = find(error) {
        return late(&format!("no connection to '{host}'"), *time);
    }
    if find::<TooMuch>(error).is_some() {
        return too_much(host);
    }
    if let Some(tls) = find::<rustls::Error>(error) {
        return CallError::new(ErrorKind::Tls, tls_message(tls, host));
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse_too_large) {
        return too_large(format!("the answer of '{host}' has too many or too long headers"));
    }
    if find::<legacy::Error>(error).is_some_and(legacy::Error::is_connect) {
        return no_connection(host);
    }
    if find::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
        return connect(ConnectDetail::Protocol, format!("'{host}' did not answer in HTTP"));
    }
    connect(ConnectDetail::Reset, format!("the connection to '{host}' broke before its answer was complete"))
}

/// For a call that was under way when the daemon stopped.
pub(crate) fn stopping() -> CallError {
    connect(ConnectDetail::Reset, "the call was broken off because the host stops".to_owned())
}

/// For what a server sends beside the body of its answer.
pub(crate) fn too_much(host: &Host) -> CallError {
    too_large(format!("'{host}' sends far more than an answer within the limits has"))
}

pub(crate) fn not_as_encoded(host: &Host) -> CallError {
    connect(ConnectDetail::Protocol, format!("the answer of '{host}' does not follow its own content-encoding"))
}

fn connect(detail: ConnectDetail, message: String) -> CallError {
    CallError { detail: Some(detail), ..CallError::new(ErrorKind::Connect, message) }
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
