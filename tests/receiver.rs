//! A real TLS receiver that stands in for a provider's API: it keeps what came, and answers what the test sets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::Value;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    /// `POST /v3/mail/send`
    pub(crate) line: String,
    /// Lower-case names and values, in order of arrival.
    pub(crate) headers: Vec<(String, String)>,
    /// The body as JSON; null where it is none.
    pub(crate) json: Value,
}

impl Received {
    /// The value of a header that came once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

struct State {
    received: Vec<Received>,
    status: u16,
    body: String,
}

/// The receiver; it stops with the runtime that it was started on.
#[derive(Clone)]
pub(crate) struct Receiver {
    state: Arc<Mutex<State>>,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// The certificate of its CA, as a PEM file.
    pub(crate) ca: PathBuf,
}

impl Receiver {
    /// Starts a receiver with a certificate for `host`, whose CA is written to `directory`. It answers 202.
    pub(crate) async fn start(host: &str, directory: &Path) -> Result<Self> {
        let certificate = rcgen::generate_simple_self_signed([host.to_owned()])?;
        let ca = directory.join("receiver-ca.pem");
        std::fs::write(&ca, certificate.cert.pem())?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certificate.signing_key.serialize_der()));
        let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.cert.der().clone()], key)?;
        let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(Mutex::new(State { received: Vec::new(), status: 202, body: String::new() }));
        let receiver = Self { state, address, ca };
        let serving = receiver.clone();
        let tracker = tokio_util::task::TaskTracker::new();
        tracker.clone().spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, serving) = (acceptor.clone(), serving.clone());
                tracker.spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    let service = hyper::service::service_fn(move |request| {
                        let serving = serving.clone();
                        async move { serving.answer(request).await }
                    });
                    // A peer that goes away in mid-request is the peer's business.
                    drop(
                        hyper::server::conn::http1::Builder::new()
                            .serve_connection(TokioIo::new(stream), service)
                            .await,
                    );
                });
            }
        });
        Ok(receiver)
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>> {
        let line = format!("{} {}", request.method(), request.uri());
        let headers = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = request.into_body().collect().await?.to_bytes();
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received.push(Received { line, headers, json });
        let answer = Response::builder().status(state.status).header("content-type", "application/json");
        Ok(answer.body(Full::from(state.body.clone()))?)
    }

    /// What every further request is answered.
    pub(crate) fn answer_with(&self, status: u16, body: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (state.status, state.body) = (status, body.to_owned());
    }

    /// What has come so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).received.clone()
    }
}
