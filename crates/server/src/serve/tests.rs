//! Connections over loopback, with a real clock where the system's own buffers are part of what is tested.

mod early;
mod slow;

use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Tls, serve};
use crate::testing::{OPERATOR, parts};
use crate::{HttpSettings, ServerSettings};

struct Daemon {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<anyhow::Result<()>>,
    _folder: TempDir,
}

impl Daemon {
    async fn start(http: HttpSettings, tls: Option<Tls>) -> Self {
        let drain = Duration::from_secs(5);
        Self::with(ServerSettings { http, drain, guest_threads: Some(1), ..ServerSettings::default() }, tls).await
    }

    async fn with(settings: ServerSettings, tls: Option<Tls>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let parts = parts(&folder, settings).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let stop = CancellationToken::new();
        let ended = TaskTracker::new().spawn(serve(listener, tls, parts, stop.clone()));
        Self { address, stop, ended, _folder: folder }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    async fn end(self) {
        self.stop.cancel();
        self.ended.await.expect("no panic").expect("a clean stop");
    }
}

/// Everything until the other side closes; within ten seconds.
async fn read_all(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await;
    drop(read.expect("the connection is closed in time"));
    String::from_utf8_lossy(&bytes).into_owned()
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_call_is_answered_and_a_stop_is_clean() {
    let daemon = Daemon::start(HttpSettings::default(), None).await;
    let mut stream = daemon.connect().await;
    stream.write_all(HEALTH.as_bytes()).await.expect("written");
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with(r#"{"status":"ok"}"#), "{answer}");
    let mut idle = daemon.connect().await;
    let address = daemon.address;
    daemon.end().await;
    assert_eq!(read_all(&mut idle).await, "", "idle connections are closed");
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn slow_headers_are_cut_off() {
    let http = HttpSettings { header_timeout: Duration::from_millis(100), ..HttpSettings::default() };
    let daemon = Daemon::start(http, None).await;
    for part in ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nhost: local"] {
        let mut stream = daemon.connect().await;
        stream.write_all(part.as_bytes()).await.expect("written");
        assert!(!read_all(&mut stream).await.contains("200 OK"), "{part}");
    }
    daemon.end().await;
}

#[tokio::test]
async fn slow_bodies_are_refused() {
    let http = HttpSettings { body_grace: Duration::from_millis(100), ..HttpSettings::default() };
    let daemon = Daemon::start(http, None).await;
    let mut stream = daemon.connect().await;
    let head = format!(
        "POST /v1/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {OPERATOR}\r\ncontent-length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request_timeout"), "{answer}");
    daemon.end().await;
}

#[tokio::test]
async fn too_many_or_too_large_headers_are_refused() {
    let daemon = Daemon::start(HttpSettings::default(), None).await;
    let many: String = (0..65).map(|n| format!("x-{n}: 1\r\n")).collect();
    for headers in [many, format!("x: {}\r\n", "a".repeat(17 << 10))] {
        let mut stream = daemon.connect().await;
        // The answer may come before all is written.
        drop(stream.write_all(format!("GET /healthz HTTP/1.1\r\nhost: x\r\n{headers}\r\n").as_bytes()).await);
        let answer = read_all(&mut stream).await;
        assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    daemon.end().await;
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let daemon = Daemon::start(HttpSettings::default(), None).await;
    let bytes = 8 << 20;
    let mut stream = daemon.connect().await;
    let head = format!(
        "POST /v1/tenants HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {OPERATOR}\r\ncontent-length: {bytes}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    stream.write_all(&vec![b'x'; bytes]).await.expect("the connection is not cut while the body is sent");
    stream.shutdown().await.expect("ended");
    let answer = read_all(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_bytes"), "{answer}");
    daemon.end().await;
}

#[tokio::test]
async fn an_address_has_no_more_connections_than_it_may() {
    let http = HttpSettings { connections_per_ip_max: 2, ..HttpSettings::default() };
    let daemon = Daemon::start(http, None).await;
    let mut open = vec![daemon.connect().await, daemon.connect().await];
    let mut refused = daemon.connect().await;
    assert_eq!(read_all(&mut refused).await, "");
    let mut first = open.remove(0);
    first.write_all(HEALTH.as_bytes()).await.expect("written");
    assert!(read_all(&mut first).await.contains("200 OK"));
    daemon.end().await;
}

#[tokio::test]
async fn guesses_are_counted_for_the_address_that_a_connection_comes_from() {
    let daemon = Daemon::start(HttpSettings::default(), None).await;
    let guess = async |from: [u8; 4], number: u32| {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.bind(SocketAddr::from((from, 0))).expect("an address of this machine");
        let mut stream = socket.connect(daemon.address).await.expect("a connection");
        let call = format!(
            "GET /v1/hooks HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: 203.0.113.{number}\r\n\
             authorization: Bearer hbt_0000000000001_{number}\r\n\r\n"
        );
        stream.write_all(call.as_bytes()).await.expect("written");
        read_all(&mut stream).await
    };
    for number in 0..20 {
        let answer = guess([127, 0, 0, 1], number).await;
        assert!(answer.starts_with("HTTP/1.1 401 "), "{number}: {answer}");
    }
    let braked = guess([127, 0, 0, 1], 20).await;
    assert!(braked.starts_with("HTTP/1.1 429 ") && braked.contains("\r\nretry-after: 1\r\n"), "{braked}");
    let other = guess([127, 0, 0, 2], 21).await;
    assert!(other.starts_with("HTTP/1.1 401 "), "another address: {other}");
    daemon.end().await;
}

fn certificate(folder: &TempDir) -> (Tls, TlsConnector) {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["localhost".to_owned()]).expect("a pair");
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::File::create(&path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
        path
    };
    let (cert_file, key_file) = (write("cert.pem", cert.pem()), write("key.pem", signing_key.serialize_pem()));
    let mut roots = RootCertStore::empty();
    roots.add(cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    (Tls::load(&cert_file, &key_file).expect("a pair that fits"), TlsConnector::from(Arc::new(client)))
}

#[tokio::test]
async fn calls_are_answered_over_tls() {
    let folder = TempDir::new().expect("a folder");
    let (tls, connector) = certificate(&folder);
    let daemon = Daemon::start(HttpSettings::default(), Some(tls)).await;
    let name = ServerName::try_from("localhost").expect("a name");
    let mut stream = connector.connect(name, daemon.connect().await).await.expect("a handshake");
    stream.write_all(HEALTH.as_bytes()).await.expect("written");
    assert!(read_all(&mut stream).await.contains("200 OK"));
    let mut plain = daemon.connect().await;
    plain.write_all(HEALTH.as_bytes()).await.expect("written");
    assert!(!read_all(&mut plain).await.contains("200 OK"), "plain HTTP is not answered");
    daemon.end().await;
}

#[test]
fn certificates_that_cannot_be_used_say_why() {
    let folder = TempDir::new().expect("a folder");
    drop(certificate(&folder));
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("empty.pem"), "").expect("a file");
    for (cert, key, part) in [
        ("none.pem", "key.pem", "none.pem cannot be read"),
        ("empty.pem", "key.pem", "has no certificate in it"),
        ("cert.pem", "cert.pem", "unencrypted private key"),
    ] {
        let error = Tls::load(&file(cert), &file(key)).err().expect(part).to_string();
        assert!(error.contains(part), "{error}");
    }
}
