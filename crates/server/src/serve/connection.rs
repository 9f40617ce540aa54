//! Connections: accepted within limits, served over HTTP/1.1, ended in order.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::limit::{PerAddress, Place};
use super::tls::Tls;
use crate::api::Peer;
use crate::app::App;
use crate::settings::HttpSettings;

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait after the system could not accept a connection, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// After an answer that came before the whole request was read, what the client still sends is read and dropped for so
/// long, and for so many bytes. Otherwise the system would cut the connection, and with it the answer.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: u64 = 64 << 20;

/// The connections of the daemon.
pub(super) struct Connections {
    router: Router,
    app: App,
    tls: Option<Tls>,
    stop: CancellationToken,
    http: http1::Builder,
    all: Arc<Semaphore>,
    per_address: PerAddress,
}

impl Connections {
    pub(super) fn new(router: Router, app: App, tls: Option<Tls>, stop: CancellationToken) -> Self {
        let settings = &app.settings().http;
        Self {
            http: protocol(settings),
            all: Arc::new(Semaphore::new(settings.connections_max.max(1))),
            per_address: PerAddress::new(settings.connections_per_ip_max.max(1)),
            router,
            app,
            tls,
            stop,
        }
    }

    /// Takes connections until the stop, then lets those that are open end their current call within `drain`.
    pub(super) async fn accept(self: Arc<Self>, listener: &TcpListener, drain: Duration) {
        let open = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                accepted = self.next(listener) => accepted,
            };
            match accepted {
                Ok(Some((stream, peer, place, permit))) => {
                    let connections = Arc::clone(&self);
                    open.spawn(async move {
                        let _held = (place, permit, connections.app.metrics().connection());
                        connections.serve(stream, peer).await;
                    });
                }
                Ok(None) => self.app.metrics().connection_refused(),
                Err(error) => {
                    tracing::warn!(%error, "a connection cannot be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        open.close();
        if timeout(drain, open.wait()).await.is_err() {
            tracing::warn!(connections = open.len(), "the time to drain is over; open connections are cut");
        }
    }

    /// The next connection; `None` for one whose address has too many already.
    async fn next(&self, listener: &TcpListener) -> io::Result<Option<(TcpStream, Peer, Place, impl Send + use<>)>> {
        let permit = Arc::clone(&self.all).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = listener.accept().await?;
        let Some(place) = self.per_address.enter(peer.ip()) else { return Ok(None) };
        // Answers are small and whole: waiting for more to send would only delay them.
        stream.set_nodelay(true)?;
        Ok(Some((stream, Peer(peer.ip()), place, permit)))
    }

    async fn serve(&self, stream: TcpStream, peer: Peer) {
        let Some(tls) = &self.tls else { return self.speak(stream, peer).await };
        match timeout(HANDSHAKE_TIMEOUT, tls.0.accept(stream)).await {
            Ok(Ok(stream)) => self.speak(stream, peer).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak<S: AsyncRead + AsyncWrite + Unpin + Send>(&self, mut stream: S, peer: Peer) {
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(peer);
            self.router.clone().oneshot(request.map(Body::new))
        });
        let ended = {
            let mut connection = pin!(self.http.serve_connection(TokioIo::new(&mut stream), service));
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = self.stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        } else if !self.stop.is_cancelled() {
            drop(timeout(LINGER, tokio::io::copy(&mut stream.take(LINGER_BYTES), &mut tokio::io::sink())).await);
        }
    }
}

fn protocol(settings: &HttpSettings) -> http1::Builder {
    let mut http = http1::Builder::new();
    // Without a timer hyper has no time limit for a request's head.
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_headers(settings.headers_max)
        .max_header_size(settings.header_bytes_max);
    http
}
