//! A stand-in for SendGrid's mail API, over TLS on loopback, with a certificate for the real name.

mod mail;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;
use bytes::Bytes;
use hookbox_egress::ResolveOverride;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

pub(super) use mail::Mail;

/// The name that hooks call.
const HOST: &str = "api.sendgrid.com";

/// A mail with its headers is far smaller.
const BODY_BYTES_MAX: usize = 1 << 20;

/// The stand-in. It ends when it is dropped.
#[derive(Debug)]
pub(super) struct SendGrid {
    address: SocketAddr,
    ca_pem: String,
    state: Arc<State>,
    mails: Mutex<mpsc::UnboundedReceiver<Mail>>,
    _stop: DropGuard,
}

#[derive(Debug)]
struct State {
    api_key: String,
    revoked: AtomicBool,
    mails: mpsc::UnboundedSender<Mail>,
}

impl SendGrid {
    /// Listens on a free port.
    pub(super) async fn start() -> anyhow::Result<Self> {
        let mut random = [0u8; 16];
        getrandom::fill(&mut random).context("the system gives no random bytes")?;
        let api_key = format!("SG.demo-{:032x}", u128::from_be_bytes(random));
        let (config, ca_pem) = certificate().context("cannot make a certificate for the stand-in")?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen on loopback")?;
        let address = listener.local_addr()?;
        let (sender, receiver) = mpsc::unbounded_channel();
        let state = Arc::new(State { api_key, revoked: AtomicBool::new(false), mails: sender });
        let stop = CancellationToken::new();
        TaskTracker::new().spawn(accept(
            listener,
            TlsAcceptor::from(Arc::new(config)),
            Arc::clone(&state),
            stop.clone(),
        ));
        Ok(Self { address, ca_pem, state, mails: Mutex::new(receiver), _stop: stop.drop_guard() })
    }

    /// The key that it accepts.
    pub(super) fn api_key(&self) -> &str {
        &self.state.api_key
    }

    /// Leads the daemon here.
    pub(super) fn resolve_override(&self) -> anyhow::Result<ResolveOverride> {
        Ok(format!("{HOST}:443={}", self.address).parse()?)
    }

    /// The authority behind its certificate.
    pub(super) fn ca_pem(&self) -> &str {
        &self.ca_pem
    }

    /// Whether the key is refused from now on.
    pub(super) fn set_revoked(&self, revoked: bool) {
        self.state.revoked.store(revoked, Ordering::SeqCst);
    }

    /// The next mail that was accepted.
    pub(super) async fn next_mail(&self) -> Option<Mail> {
        self.mails.lock().await.recv().await
    }
}

fn certificate() -> anyhow::Result<(ServerConfig, String)> {
    let mut ca = CertificateParams::default();
    ca.distinguished_name.push(DnType::CommonName, "Hookbox demo");
    ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let ca_key = KeyPair::generate()?;
    let ca_pem = ca.self_signed(&ca_key)?.pem();
    let mut leaf = CertificateParams::new(vec![HOST.to_owned()])?;
    leaf.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let leaf = leaf.signed_by(&key, &Issuer::new(ca, ca_key))?;
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], private)?;
    Ok((config, ca_pem))
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, state: Arc<State>, stop: CancellationToken) {
    let connections = TaskTracker::new();
    while let Some(accepted) = stop.run_until_cancelled(listener.accept()).await {
        let Ok((stream, _)) = accepted else { continue };
        let serve = serve(stream, tls.clone(), Arc::clone(&state));
        let stop = stop.clone();
        connections.spawn(async move { stop.run_until_cancelled(serve).await });
    }
}

async fn serve(stream: TcpStream, tls: TlsAcceptor, state: Arc<State>) {
    // A handshake or a connection that fails is the caller's to report: the hook sees it as its call's error.
    let Ok(stream) = tls.accept(stream).await else { return };
    let service = service_fn(|request| answer(request, Arc::clone(&state)));
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    if head.uri.path() != "/v3/mail/send" || head.method != Method::POST {
        return Ok(refuse(StatusCode::NOT_FOUND, "not found", None));
    }
    let expected = format!("Bearer {}", state.api_key);
    let given = head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(&expected) || state.revoked.load(Ordering::SeqCst) {
        let message = "The provided authorization grant is invalid, expired, or revoked";
        return Ok(refuse(StatusCode::UNAUTHORIZED, message, None));
    }
    let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
        return Ok(refuse(StatusCode::PAYLOAD_TOO_LARGE, "the message is too large", None));
    };
    Ok(match Mail::parse(&body.to_bytes()) {
        Ok(mail) => {
            // The demo may have ended meanwhile; then nobody asks for the mail.
            let _ = state.mails.send(mail);
            let mut accepted = Response::new(Full::default());
            *accepted.status_mut() = StatusCode::ACCEPTED;
            accepted
        }
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error.message, Some(error.field)),
    })
}

/// An answer in the form of SendGrid's errors.
fn refuse(status: StatusCode, message: &str, field: Option<&str>) -> Response<Full<Bytes>> {
    let body = json!({ "errors": [{ "message": message, "field": field, "help": null }] });
    let mut answer = Response::new(Full::from(body.to_string()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
    answer
}

#[cfg(test)]
mod tests;
