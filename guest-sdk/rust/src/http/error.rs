//! Why a request has no answer, or not the wanted one.

use std::fmt;
use std::time::Duration;

/// Why a request has no answer, or not the wanted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    code: Code,
    message: String,
    status: Option<u16>,
    retry_after: Option<Duration>,
}

/// The kinds of [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Code {
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
    /// The request or the answer is over its size limit.
    TooLarge,
    /// The run's number of requests is used up.
    TooMany,
    /// The request itself makes no sense.
    Invalid,
    /// There is an answer, and its status is not a success: see [`Error::status`].
    Status,
    /// There is an answer, and its body is not what was asked for.
    Body,
    /// A kind that this version of the SDK has no name for.
    Other,
}

const NAMES: [(Code, &str); 11] = [
    (Code::Blocked, "blocked"),
    (Code::Dns, "dns"),
    (Code::Connect, "connect"),
    (Code::Tls, "tls"),
    (Code::Timeout, "timeout"),
    (Code::TooLarge, "too_large"),
    (Code::TooMany, "too_many"),
    (Code::Invalid, "invalid"),
    (Code::Status, "status"),
    (Code::Body, "body"),
    (Code::Other, "other"),
];

impl Code {
    /// The kind's name in JSON.
    pub fn name(self) -> &'static str {
        NAMES[self as usize].1
    }

    pub(crate) fn of_name(name: &str) -> Self {
        NAMES.iter().find(|(_, known)| *known == name).map_or(Self::Other, |(code, _)| *code)
    }
}

impl Error {
    pub(crate) fn new(code: Code, message: String) -> Self {
        Self { code, message, status: None, retry_after: None }
    }

    pub(crate) fn of_status(message: String, status: u16, retry_after: Option<Duration>) -> Self {
        Self { code: Code::Status, message, status: Some(status), retry_after }
    }

    /// The kind.
    pub fn code(&self) -> Code {
        self.code
    }

    /// The status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        self.status
    }

    /// When the other side asked to come back, where it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// Whether the same request may fare better later: yes for what passes (time limits, connections, 408, 425, 429 and
    /// 5xx), no for what would happen again, nothing where that is open.
    pub fn is_retryable(&self) -> Option<bool> {
        match self.code {
            Code::Dns | Code::Connect | Code::Timeout => Some(true),
            Code::Blocked | Code::TooLarge | Code::TooMany | Code::Invalid => Some(false),
            Code::Status => self.status.map(|status| matches!(status, 408 | 425 | 429 | 500..)),
            Code::Tls | Code::Body | Code::Other => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_stands_at_its_place_and_reads_back() {
        for (index, (code, name)) in NAMES.into_iter().enumerate() {
            assert_eq!((code as usize, code.name(), Code::of_name(name)), (index, name, code));
        }
        assert_eq!(Code::of_name("new"), Code::Other);
    }
}
