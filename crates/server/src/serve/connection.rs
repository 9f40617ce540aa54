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
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::limit::{Open, Place};
use super::stall::{Sending, Stall};
use super::tls::Tls;
use crate::api::Peer;
use crate::app::App;
use crate::seldom::Seldom;
use crate::settings::HttpSettings;

/// How long a TLS handshake may take.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait after the system could not accept a connection, as when the process is out of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// After an answer that came before the whole request was read, what the client still sends is read and dropped for so
/// long, and for so many bytes. Otherwise the system would cut the connection, and with it the answer.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: u64 = 64 << 20;

/// During a stop, who takes nothing of his answer for so long is not waited for.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// How long a new connection waits for one that makes room.
const ROOM_TIMEOUT: Duration = Duration::from_secs(1);

/// The connections of the daemon.
pub(super) struct Connections {
    router: Router,
    app: App,
    tls: Option<Tls>,
    stop: CancellationToken,
    http: http1::Builder,
    all: Arc<Semaphore>,
    open: Open,
    full: Seldom,
}

impl Connections {
    pub(super) fn new(router: Router, app: App, tls: Option<Tls>, stop: CancellationToken) -> Self {
        let settings = &app.settings().http;
        Self {
            http: protocol(settings),
            all: Arc::new(Semaphore::new(settings.connections_max.max(1))),
            open: Open::new(settings),
            full: Seldom::new(),
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
                        let _held = (permit, connections.app.metrics().connection());
                        tokio::select! {
                            () = connections.serve(stream, peer, &place) => {}
                            () = place.makes_room() => {}
                        }
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
    async fn next(&self, listener: &TcpListener) -> io::Result<Option<(TcpStream, Peer, Place, OwnedSemaphorePermit)>> {
        let (stream, peer) = listener.accept().await?;
        let Some(place) = self.open.enter(peer.ip()) else { return Ok(None) };
        // Answers are small and whole: waiting for more to send would only delay them.
        stream.set_nodelay(true)?;
        let permit = match Arc::clone(&self.all).try_acquire_owned() {
            Ok(permit) => Some(permit),
            Err(_) => self.room(&place).await,
        };
        Ok(permit.map(|permit| (stream, Peer(peer.ip()), place, permit)))
    }

    /// Ends a connection, so that there is room for a new one.
    async fn room(&self, newcomer: &Place) -> Option<OwnedSemaphorePermit> {
        if let Some(times) = self.full.times() {
            let most = self.app.settings().http.connections_max;
            tracing::warn!(times, "{most} connections are open, the most there may be; quiet ones end for new ones");
        }
        self.open.make_room(newcomer);
        self.app.metrics().connection_made_room();
        timeout(ROOM_TIMEOUT, Arc::clone(&self.all).acquire_owned()).await.ok()?.ok()
    }

    async fn serve(&self, stream: TcpStream, peer: Peer, place: &Place) {
        let stream = Sending::new(stream, &self.app.settings().http);
        let stall = stream.stall();
        let Some(tls) = &self.tls else { return self.speak(stream, peer, place, stall).await };
        match timeout(HANDSHAKE_TIMEOUT, tls.0.accept(stream)).await {
            Ok(Ok(stream)) => self.speak(stream, peer, place, stall).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn speak<S>(&self, mut stream: S, peer: Peer, place: &Place, stall: Stall)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send,
    {
        let service = service_fn(|mut request: Request<Incoming>| {
            let call = place.call();
            request.extensions_mut().insert(peer);
            request.extensions_mut().insert(place.bodies());
            let answer = self.router.clone().oneshot(request.map(Body::new));
            async move {
                let _call = call;
                answer.await
            }
        });
        let ended = {
            let mut connection = pin!(self.http.serve_connection(TokioIo::new(&mut stream), service));
            tokio::select! {
                ended = connection.as_mut() => ended,
                () = self.stop.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    tokio::select! {
                        ended = connection.as_mut() => ended,
                        () = stands_still(&stall) => return tracing::debug!("an answer was not taken during the stop"),
                    }
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

/// Waits until a client has taken nothing for as long as a stop has patience.
async fn stands_still(stall: &Stall) {
    let mut left = STOP_PATIENCE;
    while !left.is_zero() {
        sleep(left).await;
        left = STOP_PATIENCE.saturating_sub(stall.time().unwrap_or_default());
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
