//! Sends spans to a collector: in batches, with a time limit, and without ever holding up what they are about.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use bytes::Bytes;
use http::Request;
use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use prometheus_client::metrics::counter::Counter;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{Parents, Record, wire};

/// Spans of a request, and how long the first of them waits for others.
const BATCH_MAX: usize = 512;
const BATCH_WAIT: Duration = Duration::from_secs(1);

/// For a request from its connection to its answer.
const REQUEST_TIME: Duration = Duration::from_secs(5);

/// What is read of an answer.
const ANSWER_BYTES_MAX: usize = 64 << 10;

/// How often a collector that does not answer is named in the log.
const COMPLAINT_PAUSE: Duration = Duration::from_secs(60);

/// Where spans go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    host: String,
    port: u16,
    pub(super) path: String,
}

impl Endpoint {
    /// Reads the base address of a collector, to which the protocol adds `/v1/traces`.
    pub(crate) fn new(url: &Url) -> anyhow::Result<Self> {
        ensure!(
            url.scheme() == "http",
            "the OTLP endpoint '{url}' is not http; traces go to a collector near by, as http://127.0.0.1:4318, which can \
             send them on over TLS"
        );
        let host = url.host_str().with_context(|| format!("the OTLP endpoint '{url}' has no host"))?;
        let base = url.path().trim_end_matches('/');
        let path = if base.ends_with("/v1/traces") { base.to_owned() } else { format!("{base}/v1/traces") };
        Ok(Self { host: host.to_owned(), port: url.port_or_known_default().unwrap_or(80), path })
    }
}

/// Takes spans and sends them, until it is stopped.
pub(crate) struct Exporter {
    endpoint: Endpoint,
    node: String,
    waiting: mpsc::Receiver<Record>,
    parents: Arc<Parents>,
    dropped: Counter,
    complained_at: Option<Instant>,
}

impl Exporter {
    pub(super) fn new(
        endpoint: Endpoint,
        node: String,
        waiting: mpsc::Receiver<Record>,
        parents: Arc<Parents>,
        dropped: Counter,
    ) -> Self {
        Self { endpoint, node, waiting, parents, dropped, complained_at: None }
    }

    /// Sends what comes until `stop`, and then what is left.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH_MAX);
        loop {
            let stopped = tokio::select! {
                biased;
                () = stop.cancelled() => true,
                () = collect(&mut self.waiting, &mut batch) => false,
            };
            if stopped {
                break;
            }
            self.send(&mut batch).await;
        }
        self.waiting.close();
        while let Ok(record) = self.waiting.try_recv() {
            batch.push(record);
        }
        self.send(&mut batch).await;
    }

    async fn send(&mut self, batch: &mut Vec<Record>) {
        let count = batch.len() as u64;
        let body = wire::request(&self.node, batch, &self.parents);
        batch.clear();
        let Some(body) = body else { return };
        let sent = timeout(REQUEST_TIME, post(&self.endpoint, body.into())).await;
        let sent = sent.unwrap_or_else(|_| Err(anyhow::anyhow!("no answer within {} s", REQUEST_TIME.as_secs())));
        if let Err(error) = sent {
            self.dropped.inc_by(count);
            if self.complained_at.is_none_or(|at| at.elapsed() > COMPLAINT_PAUSE) {
                self.complained_at = Some(Instant::now());
                tracing::warn!(error = format!("{error:#}"), spans = count, "spans cannot be sent and are dropped");
            }
        }
    }
}

/// Waits for a span, and a little longer for others.
async fn collect(waiting: &mut mpsc::Receiver<Record>, batch: &mut Vec<Record>) {
    if batch.is_empty() && waiting.recv_many(batch, BATCH_MAX).await == 0 {
        // Nobody makes spans any more: only the stop is left to wait for.
        std::future::pending::<()>().await;
    }
    let more = async {
        while batch.len() < BATCH_MAX {
            let room = BATCH_MAX - batch.len();
            if waiting.recv_many(batch, room).await == 0 {
                break;
            }
        }
    };
    drop(timeout(BATCH_WAIT, more).await);
}

/// One request on a connection of its own: one a second is too few to keep it.
async fn post(endpoint: &Endpoint, body: Bytes) -> anyhow::Result<()> {
    let Endpoint { host, port, path } = endpoint;
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), *port))
        .await
        .with_context(|| format!("no connection to the collector at {host}:{port}"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let request = Request::post(path)
        .header(HOST, format!("{host}:{port}"))
        .header(CONTENT_TYPE, "application/x-protobuf")
        .header(USER_AGENT, concat!("hookbox/", env!("CARGO_PKG_VERSION")))
        .body(Full::new(body))?;
    let answer = async {
        let response = sender.send_request(request).await?;
        let status = response.status();
        drop(Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await);
        ensure!(status.is_success(), "the collector at {host}:{port} answered {status}");
        Ok(())
    };
    tokio::pin!(answer);
    tokio::select! {
        answered = &mut answer => answered,
        ended = connection => {
            ended.context("the connection to the collector broke")?;
            answer.await
        }
    }
}
