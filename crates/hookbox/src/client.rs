//! The way to a daemon's API: the only HTTP client of this binary.

mod connection;
mod hint;
mod stream;

use std::fs;
use std::time::Duration;

use anyhow::Context as _;
use bytes::Bytes;
use hookbox_protocol::ApiError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use url::Url;

use crate::failure::{Exit, Failure};
use crate::secret::SecretText;

use connection::Role;
pub(crate) use connection::{Connection, OperatorConnection, Place, Target, is_same};
pub(crate) use stream::{Broken, ServerEvent};

/// Hardly anything that a client command asks for takes longer; a runner's longest run is a minute.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What goes through all of a daemon's data may take this long.
const PATIENT_TIMEOUT: Duration = Duration::from_secs(6 * 60 * 60);

/// A client of one daemon.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base: Url,
    timeout: Duration,
}

/// What goes along with a request.
#[derive(Debug, Default)]
pub(crate) enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// JSON.
    Json(Vec<u8>),
    /// A module.
    Wasm(Bytes),
}

impl Body {
    /// The value as JSON.
    pub(crate) fn json(value: &impl Serialize) -> anyhow::Result<Self> {
        Ok(Self::Json(serde_json::to_vec(value)?))
    }
}

impl Client {
    /// A client for a tenant's calls.
    pub(crate) fn new(connection: &Connection) -> anyhow::Result<Self> {
        let (target, token) = connection.place.settle(connection.token.as_ref(), Role::Tenant)?;
        Self::with_token(&target, &token)
    }

    /// A client for the operator's calls.
    pub(crate) fn operator(connection: &OperatorConnection) -> anyhow::Result<Self> {
        let (target, token) = connection.place.settle(connection.operator_token.as_ref(), Role::Operator)?;
        Self::with_token(&target, &token)
    }

    /// A client with that token.
    pub(crate) fn with_token(target: &Target, token: &SecretText) -> anyhow::Result<Self> {
        let mut authorization = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
            .context("the token holds control characters")?;
        authorization.set_sensitive(true);
        let agent = HeaderValue::from_static(concat!("hookbox/", env!("CARGO_PKG_VERSION")));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, authorization), (USER_AGENT, agent)]);
        let mut builder = reqwest::Client::builder()
            .default_headers(headers)
            .connect_timeout(Duration::from_secs(10))
            // A token must not follow a redirect to another place.
            .redirect(reqwest::redirect::Policy::none());
        if let Some(path) = &target.ca {
            let pem = fs::read(path).with_context(|| format!("cannot read the CA file {}", path.display()))?;
            let certificates = Certificate::from_pem_bundle(&pem)
                .with_context(|| format!("{} holds no certificate in PEM form", path.display()))?;
            builder = builder.tls_certs_only(certificates);
        } else if target.url.scheme() == "http" {
            // A machine without system certificates can still talk plain HTTP.
            builder = builder.tls_certs_only([]);
        }
        // An earlier client of this process has set it already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = builder.build().context("cannot set up the HTTP client")?;
        if !matches!(target.url.scheme(), "http" | "https") {
            return Err(Failure::new(format!("'{}' is not an http or https address", target.url))
                .hint("write the address as https://hooks.example.com, or http://127.0.0.1:8080")
                .into());
        }
        Ok(Self { http, base: target.url.clone(), timeout: TIMEOUT })
    }

    /// The same client for calls that go through all of a daemon's data.
    pub(crate) fn patient(self) -> Self {
        Self { timeout: PATIENT_TIMEOUT, ..self }
    }

    /// The daemon's address.
    pub(crate) fn url(&self) -> &Url {
        &self.base
    }

    /// A GET that answers JSON.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> anyhow::Result<T> {
        self.call(Method::GET, path, query, Body::Empty).await
    }

    /// Any request that answers JSON.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Body,
    ) -> anyhow::Result<T> {
        let bytes = self.send(method, path, query, body).await?;
        serde_json::from_slice(&bytes).map_err(|error| self.unreadable(&error).into())
    }

    /// Any request; the body of the answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Body,
    ) -> anyhow::Result<Bytes> {
        let request = self.http.request(method, self.address(path, query)).timeout(self.timeout);
        let request = match body {
            Body::Empty => request,
            Body::Json(json) => request.header(CONTENT_TYPE, "application/json").body(json),
            Body::Wasm(wasm) => request.header(CONTENT_TYPE, "application/wasm").body(wasm),
        };
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(|error| self.unreachable(&error))?;
        if status.is_success() {
            return Ok(bytes);
        }
        Err(self.refusal(status, &bytes).into())
    }

    fn address(&self, path: &[&str], query: &[(&str, &str)]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let mut cause = error as &dyn std::error::Error;
        while let Some(source) = cause.source() {
            cause = source;
        }
        let cause = cause.to_string();
        let hint = if cause.contains("InvalidContentType") || cause.contains("corrupt message") {
            // What answers does not begin as TLS does.
            "is that a plain HTTP port? write its address with http://, in --url or HOOKBOX_URL"
        } else if cause.contains("certificate") {
            "give the daemon's certificate authority with --ca FILE or HOOKBOX_CA"
        } else {
            "is the daemon running (`hookbox serve`)? --url or HOOKBOX_URL says where it is"
        };
        Failure::new(format!("cannot reach the daemon at {}: {cause}", self.base)).hint(hint).exit(Exit::Unreachable)
    }

    fn unreadable(&self, error: &serde_json::Error) -> Failure {
        let failure = Failure::new(format!("the answer of {} cannot be read: {error}", self.base));
        if self.base.path() == "/" {
            let hint =
                "the daemon may be of another version than this command; compare `hookbox --version` on both sides";
            return failure.hint(hint);
        }
        let mut root = self.base.clone();
        root.set_path("/");
        failure.hint(format!("an address without a path is usual: --url {root}, or HOOKBOX_URL={root}"))
    }

    fn refusal(&self, status: StatusCode, body: &[u8]) -> Failure {
        let exit = match status.as_u16() {
            401 | 403 => Exit::Refused,
            _ => Exit::Failed,
        };
        let Ok(error) = serde_json::from_slice::<ApiError>(body) else {
            return Failure::new(format!("{} answered {status}", self.base))
                .hint("this does not look like a Hookbox daemon; check --url or HOOKBOX_URL")
                .exit(exit);
        };
        let failure = Failure::new(format!("{} ({} {})", error.message, error.status_code, error.error_code));
        match hint::of(&error) {
            Some(hint) => failure.hint(hint).exit(exit),
            None => failure.exit(exit),
        }
    }
}

/// JSON that is shown as it came.
pub(crate) type Raw = Box<RawValue>;

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::failure;

    fn target() -> Target {
        Target { url: "http://127.0.0.1:9".parse().expect("url"), ca: None }
    }

    fn check(status: u16, body: &str, expected: &Expect) {
        let status = StatusCode::from_u16(status).expect("status");
        let client = Client::with_token(&target(), &String::from("t").into()).expect("client");
        let failure = client.refusal(status, body.as_bytes());
        let (text, exit) = failure::describe(&failure.into());
        expected.assert_eq(&format!("{text}\nexit {}", exit.number()));
    }

    #[test]
    fn answers_of_the_api_become_an_error_and_a_hint() {
        check(
            401,
            r#"{"statusCode":401,"error":"Unauthorized","message":"Invalid token","errorCode":"invalid_token"}"#,
            &expect![[r#"
                error: Invalid token (401 invalid_token)
                hint: `hookbox login`, or set HOOKBOX_TOKEN to a token of this daemon's tenant
                exit 5"#]],
        );
        check(
            422,
            r#"{"statusCode":422,"error":"Unprocessable Entity","message":"the module lacks `memory`","errorCode":"missing_export"}"#,
            &expect![[r#"
                error: the module lacks `memory` (422 missing_export)
                hint: is the hook built for this trigger? `hookbox build` checks the module and names its exports
                exit 1"#]],
        );
        let tenants = r#"{"statusCode":403,"error":"Forbidden","message":"this call is the operator's, and the token is a tenant's","errorCode":"insufficient_scope"}"#;
        check(
            403,
            tenants,
            &expect![[r#"
                error: this call is the operator's, and the token is a tenant's (403 insufficient_scope)
                hint: the operator's calls are `tenants` and `keys`; HOOKBOX_TOKEN is a tenant's token, HOOKBOX_OPERATOR_TOKEN the operator's
                exit 5"#]],
        );
        check(
            502,
            "<html>",
            &expect![[r#"
                error: http://127.0.0.1:9/ answered 502 Bad Gateway
                hint: this does not look like a Hookbox daemon; check --url or HOOKBOX_URL
                exit 1"#]],
        );
    }

    #[test]
    fn an_address_with_a_path_is_told_the_one_without() {
        let target = Target { url: "http://127.0.0.1:9/console/".parse().expect("url"), ca: None };
        let client = Client::with_token(&target, &String::from("t").into()).expect("client");
        let error = serde_json::from_str::<u8>("<html>").expect_err("is no JSON");
        expect![[r#"
            error: the answer of http://127.0.0.1:9/console/ cannot be read: expected value at line 1 column 1
            hint: an address without a path is usual: --url http://127.0.0.1:9/, or HOOKBOX_URL=http://127.0.0.1:9/"#]]
        .assert_eq(&failure::describe(&client.unreadable(&error).into()).0);
    }
}
