//! The scripted server: it records what it gets and answers what it is told.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// One connection, plain or TLS.
pub(super) trait Connection: Read + Write {}
impl<T: Read + Write> Connection for T {}

/// A server on loopback, a thread for each connection.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    log: Arc<Log>,
}

#[derive(Default)]
struct Log {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    connections: usize,
    /// The connection's number and the request's bytes.
    requests: Vec<(usize, String)>,
}

impl Server {
    /// Answers each request of a connection with what `answer` makes of it.
    pub(super) fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving(move |stream, record| {
            while let Some(request) = read_request(stream) {
                let bytes = answer(&request);
                record(request);
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
        })
    }

    /// Answers each request with status 200 and this text.
    pub(super) fn saying(text: &'static str) -> Self {
        Self::answering(move |_| ok(text))
    }

    /// Gives each connection to `serve`, with a function that records a request.
    pub(super) fn serving(serve: impl Fn(&mut dyn Connection, &dyn Fn(String)) + Send + Sync + 'static) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), 0, None, serve)
    }

    /// The same over TLS.
    pub(super) fn serving_tls(
        tls: ServerConfig,
        serve: impl Fn(&mut dyn Connection, &dyn Fn(String)) + Send + Sync + 'static,
    ) -> Self {
        Self::at(Ipv4Addr::LOCALHOST.into(), 0, Some(Arc::new(tls)), serve)
    }

    pub(super) fn answering_tls(tls: ServerConfig, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::serving_tls(tls, move |stream, record| {
            while let Some(request) = read_request(stream) {
                let bytes = answer(&request);
                record(request);
                if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() {
                    return;
                }
            }
        })
    }

    /// A server at another address of loopback, for what must never be reached.
    pub(super) fn at(
        ip: IpAddr,
        port: u16,
        tls: Option<Arc<ServerConfig>>,
        serve: impl Fn(&mut dyn Connection, &dyn Fn(String)) + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((ip, port)).expect("a free port");
        let server = Self { address: listener.local_addr().expect("an address"), log: Arc::default() };
        let (log, serve) = (Arc::clone(&server.log), Arc::new(serve));
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let stream = stream.expect("a connection");
                log.change(|state| state.connections += 1);
                let (log, serve, tls) = (Arc::clone(&log), Arc::clone(&serve), tls.clone());
                std::thread::spawn(move || {
                    let record = |request| log.change(|state| state.requests.push((number, request)));
                    match tls {
                        Some(tls) => serve(&mut secured(stream, tls), &record),
                        None => serve(&mut { stream }, &record),
                    }
                });
            }
        });
        server
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn connections(&self) -> usize {
        self.log.state.lock().expect("not poisoned").connections
    }

    /// The requests so far, each with its connection's number.
    pub(super) fn requests(&self) -> Vec<(usize, String)> {
        self.log.state.lock().expect("not poisoned").requests.clone()
    }

    /// The only request so far; line ends are shown as they are, the port as PORT.
    pub(super) fn only_request(&self) -> String {
        let requests = self.requests();
        let [(_, request)] = &requests[..] else { panic!("{} requests", requests.len()) };
        request.replace("\r\n", "\n").replace(&self.port().to_string(), "PORT")
    }

    /// Waits until `count` connections were made.
    pub(super) async fn wait_for_connections(&self, count: usize) {
        self.wait_until(move |state| state.connections >= count).await;
    }

    /// Waits until `count` requests were recorded.
    pub(super) async fn wait_for_requests(&self, count: usize) {
        self.wait_until(move |state| state.requests.len() >= count).await;
    }

    async fn wait_until(&self, reached: impl Fn(&State) -> bool + Send + 'static) {
        let log = Arc::clone(&self.log);
        let waiting = tokio::task::spawn_blocking(move || {
            let state = log.state.lock().expect("not poisoned");
            drop(log.changed.wait_while(state, |state| !reached(state)).expect("not poisoned"));
        });
        waiting.await.expect("waits");
    }
}

impl Log {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("not poisoned"));
        self.changed.notify_all();
    }
}

fn secured(stream: TcpStream, tls: Arc<ServerConfig>) -> StreamOwned<ServerConnection, TcpStream> {
    StreamOwned::new(ServerConnection::new(tls).expect("a TLS server"), stream)
}

/// A request's head and as much body as its `content-length` says; `None` at the end of the connection.
pub(super) fn read_request(stream: &mut dyn Connection) -> Option<String> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return None,
        }
    }
    let head = String::from_utf8(bytes).expect("a head in UTF-8");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().expect("a length"))];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}

/// Reads until the other side closes.
pub(super) fn wait_for_end(stream: &mut dyn Connection) {
    let mut rest = [0; 1024];
    while matches!(stream.read(&mut rest), Ok(1..)) {}
}

pub(super) fn ok(text: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

pub(super) fn redirect(status: u16, location: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// A certificate authority of a test.
pub(super) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(super) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self { issuer: CertifiedIssuer::self_signed(params, key).expect("a certificate") }
    }

    pub(super) fn pem(&self) -> Vec<u8> {
        self.issuer.pem().into_bytes()
    }

    /// A server's settings with a certificate for `name`, after `change`.
    pub(super) fn server(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> ServerConfig {
        let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        server_config(certificate.der().clone(), &key)
    }

    /// A server's settings under which clients must have a certificate of this authority.
    pub(super) fn server_asking_for_certificates(&self, name: &str) -> ServerConfig {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a certificate");
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build();
        let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").der().clone();
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_client_cert_verifier(clients.expect("a verifier"))
            .with_single_cert(vec![certificate], private_key(&key))
            .expect("a certificate with its key")
    }
}

/// A server's settings with a certificate that nobody signed.
pub(super) fn self_signed(name: &str) -> ServerConfig {
    let params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate");
    server_config(certificate.der().clone(), &key)
}

fn server_config(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], private_key(key))
        .expect("a certificate with its key")
}

fn private_key(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).expect("a key")
}
