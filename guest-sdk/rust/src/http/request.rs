//! A request, from its method to its way out.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;

use super::{Code, Error, Response, send_all};
use crate::{base64, form};

/// A request that is being put together. [`Request::send`] sends it.
#[derive(Debug, Clone)]
#[must_use = "a request is sent by `send` or `send_all`"]
pub struct Request {
    method: String,
    url: String,
    /// By lower-case names: a header has one name, however it is written.
    headers: BTreeMap<String, Vec<String>>,
    body: Option<Vec<u8>>,
    timeout: Option<Duration>,
    redirects: u8,
    /// Why the body could not be written; said when the request is sent.
    invalid: Option<String>,
}

/// What `http_start` takes.
#[derive(Serialize)]
struct Wire<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a BTreeMap<String, Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body_base64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u64>,
    redirect: u8,
}

impl Request {
    pub(super) fn new(method: String, url: String) -> Self {
        let (headers, body, timeout, redirects, invalid) = (BTreeMap::new(), None, None, 0, None);
        Self { method, url, headers, body, timeout, redirects, invalid }
    }

    /// Adds a header. One that is added twice is sent twice.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.entry(name.to_ascii_lowercase()).or_default().push(value.into());
        self
    }

    /// Authorizes with a token: `Authorization: Bearer …`.
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    /// Authorizes with a name and a password: `Authorization: Basic …`.
    pub fn basic(self, user: &str, password: &str) -> Self {
        let credentials = base64::encode(format!("{user}:{password}").as_bytes());
        self.header("authorization", format!("Basic {credentials}"))
    }

    /// Adds `name=value` pairs to the address's query.
    pub fn query<K: AsRef<str>, V: AsRef<str>>(mut self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let fragment = self.url.find('#').map(|start| self.url.split_off(start)).unwrap_or_default();
        let start = self.url.find('?').map_or(self.url.len(), |place| place + 1);
        let mut query = self.url.split_off(start);
        form::append(&mut query, pairs);
        if !self.url.ends_with('?') && !query.is_empty() {
            self.url.push('?');
        }
        self.url += &query;
        self.url += &fragment;
        self
    }

    /// Sends `value` as JSON.
    pub fn json<T: Serialize + ?Sized>(mut self, value: &T) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => self.typed_body("application/json", body),
            Err(error) => {
                self.invalid = Some(format!("the body cannot be written as JSON: {error}"));
                self
            }
        }
    }

    /// Sends `name=value` pairs as a form.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut body = String::new();
        form::append(&mut body, pairs);
        self.typed_body("application/x-www-form-urlencoded", body.into_bytes())
    }

    /// Sends `body` as it is, text or bytes; say what it is with the header `content-type`.
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// Limits the time of the whole call; it is never longer than what the run has left.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Follows up to that many redirects, 5 at most; none otherwise.
    pub fn redirects(mut self, redirects: u8) -> Self {
        self.redirects = redirects;
        self
    }

    /// Sends the request and waits for the answer. An answer of any status is an `Ok`: see
    /// [`Response::error_for_status`].
    ///
    /// # Errors
    /// There is no answer; [`Error::code`] says why.
    pub fn send(self) -> Result<Response, Error> {
        let lost = || Error::new(Code::Other, "the host lost the request".to_owned());
        send_all([self]).pop().unwrap_or_else(|| Err(lost()))
    }

    fn typed_body(mut self, content_type: &str, body: Vec<u8>) -> Self {
        self.headers.entry("content-type".to_owned()).or_insert_with(|| vec![content_type.to_owned()]);
        self.body(body)
    }

    /// The request in a message: without its query, since keys travel there.
    pub(super) fn label(&self) -> String {
        let end = self.url.find(['?', '#']).unwrap_or(self.url.len());
        format!("{} {}", self.method, &self.url[..end])
    }

    pub(super) fn to_wire(&self) -> Result<Vec<u8>, Error> {
        let invalid = |reason: &str| Error::new(Code::Invalid, format!("{}: {reason}", self.label()));
        if let Some(reason) = &self.invalid {
            return Err(invalid(reason));
        }
        let text = self.body.as_deref().map(std::str::from_utf8);
        let wire = Wire {
            method: &self.method,
            url: &self.url,
            headers: &self.headers,
            body: text.and_then(Result::ok),
            body_base64: match text {
                Some(Err(_)) => self.body.as_deref().map(base64::encode),
                _ => None,
            },
            timeout_ms: self.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX)),
            redirect: self.redirects,
        };
        serde_json::to_vec(&wire).map_err(|error| invalid(&error.to_string()))
    }
}
