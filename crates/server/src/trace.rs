//! Traces: one for each event, from its acceptance over its attempts to their completion, sent to a collector that speaks
//! OTLP. Without a collector every span here is inert.
//!
//! All daemons of one database work out the same ids from an event's id, so that an attempt on another one joins the
//! trace. Where the identity system sent a `traceparent`, its trace is gone on with by this daemon for as long as it
//! remembers the event; it is not kept on disk.
//!
//! Names and attributes hold no secret and nothing of a user: of an outgoing call the method and the host, never the path.

mod export;
mod parent;
mod wire;

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use hookbox_protocol::{EventId, TenantId, Trigger};
use http::HeaderMap;
use lru::LruCache;
use prometheus_client::metrics::counter::Counter;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

pub(crate) use export::{Endpoint, Exporter};
use parent::Parent;

/// Events whose foreign trace is remembered.
const REMEMBERED_MAX: NonZeroUsize = NonZeroUsize::new(65_536).expect("it is not zero");

/// Spans that wait to be sent; further ones are dropped and counted.
const WAITING_MAX: usize = 8_192;

/// Makes the spans of events.
#[derive(Clone, Default)]
pub(crate) struct Tracer(Option<Arc<Sink>>);

struct Sink {
    spans: mpsc::Sender<Record>,
    dropped: Counter,
    parents: Arc<Parents>,
}

/// What identity systems said of their traces.
struct Parents(Mutex<LruCache<EventId, Parent>>);

impl Parents {
    fn of(&self, event: EventId) -> Option<Parent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&event).copied()
    }
}

/// What a span does, in the words of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Internal,
    Server,
    Client,
    Consumer,
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Attribute {
    Text(String),
    Number(i64),
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Attribute {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// A span that ended.
#[derive(Debug)]
struct Record {
    event: EventId,
    id: [u8; 8],
    parent: ParentSpan,
    name: String,
    kind: Kind,
    began_ns: u64,
    ended_ns: u64,
    attributes: Vec<(&'static str, Attribute)>,
    failed: bool,
}

/// What a span is part of.
#[derive(Debug, Clone, Copy)]
enum ParentSpan {
    /// What the identity system said, where it said something.
    Caller,
    Span([u8; 8]),
}

impl Tracer {
    /// A tracer whose spans wait in the exporter until that is run.
    pub(crate) fn new(endpoint: Endpoint, node: &str, dropped: Counter) -> (Self, Exporter) {
        let (sender, waiting) = mpsc::channel(WAITING_MAX);
        let parents = Arc::new(Parents(Mutex::new(LruCache::new(REMEMBERED_MAX))));
        let exporter = Exporter::new(endpoint, node.to_owned(), waiting, Arc::clone(&parents), dropped.clone());
        (Self(Some(Arc::new(Sink { spans: sender, dropped, parents }))), exporter)
    }

    /// An event comes in. It has no id yet.
    pub(crate) fn arrival(&self, headers: &HeaderMap) -> Arrival {
        let sink = self.0.as_ref();
        Arrival(sink.map(|sink| (Arc::clone(sink), Parent::of_headers(headers), Began::now())))
    }

    /// An attempt of a delivery begins, with its lease.
    pub(crate) fn attempt(&self, event: EventId, trigger: Trigger, tenant: TenantId) -> Span {
        let Some(sink) = &self.0 else { return Span(None) };
        let scope = Scope(Some((Arc::clone(sink), event, ParentSpan::Span(ids(event).1))));
        let mut span = scope.span(Kind::Consumer, format!("deliver {trigger}"));
        span.set("hookbox.event_id", event.to_string());
        span.set("hookbox.tenant_id", tenant.to_string());
        span
    }
}

/// An event that is being accepted.
pub(crate) struct Arrival(Option<(Arc<Sink>, Option<Parent>, Began)>);

impl Arrival {
    /// The event is on disk.
    pub(crate) fn accepted(&self, event: EventId, trigger: Trigger, tenant: TenantId) {
        let Some((sink, parent, began)) = &self.0 else { return };
        if let Some(parent) = parent {
            sink.parents.0.lock().unwrap_or_else(PoisonError::into_inner).put(event, *parent);
        }
        let mut span = Span(Some(Box::new(Open {
            sink: Arc::clone(sink),
            event,
            id: ids(event).1,
            parent: ParentSpan::Caller,
            name: format!("accept {trigger}"),
            kind: Kind::Server,
            began: *began,
            attributes: Vec::new(),
            failed: false,
        })));
        span.set("hookbox.event_id", event.to_string());
        span.set("hookbox.tenant_id", tenant.to_string());
    }
}

/// Where the spans within a span belong. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Scope(Option<(Arc<Sink>, EventId, ParentSpan)>);

impl Scope {
    /// Whether anybody sees the spans.
    pub(crate) fn is_seen(&self) -> bool {
        self.0.is_some()
    }

    /// A span that begins now and ends when it is dropped.
    pub(crate) fn span(&self, kind: Kind, name: impl Into<String>) -> Span {
        let Some((sink, event, parent)) = &self.0 else { return Span(None) };
        let mut id = [0; 8];
        // Without random numbers there is no span; everything else goes on.
        if getrandom::fill(&mut id).is_err() {
            return Span(None);
        }
        Span(Some(Box::new(Open {
            sink: Arc::clone(sink),
            event: *event,
            id,
            parent: *parent,
            name: name.into(),
            kind,
            began: Began::now(),
            attributes: Vec::new(),
            failed: false,
        })))
    }
}

/// A span that has begun; it ends when it is dropped.
pub(crate) struct Span(Option<Box<Open>>);

struct Open {
    sink: Arc<Sink>,
    event: EventId,
    id: [u8; 8],
    parent: ParentSpan,
    name: String,
    kind: Kind,
    began: Began,
    attributes: Vec<(&'static str, Attribute)>,
    failed: bool,
}

impl Span {
    /// Where the spans within this one belong.
    pub(crate) fn scope(&self) -> Scope {
        let open = self.0.as_ref();
        Scope(open.map(|open| (Arc::clone(&open.sink), open.event, ParentSpan::Span(open.id))))
    }

    /// A part of this span.
    pub(crate) fn part(&self, name: &'static str) -> Self {
        self.scope().span(Kind::Internal, name)
    }

    /// Says something of the span.
    pub(crate) fn set(&mut self, name: &'static str, value: impl Into<Attribute>) {
        if let Some(open) = &mut self.0 {
            open.attributes.push((name, value.into()));
        }
    }

    /// What the span stands for failed.
    pub(crate) fn fail(&mut self) {
        if let Some(open) = &mut self.0 {
            open.failed = true;
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        let Open { sink, event, id, parent, name, kind, began, attributes, failed } = *open;
        let (began_ns, ended_ns) = (began.ns, began.now_ns());
        let record = Record { event, id, parent, name, kind, began_ns, ended_ns, attributes, failed };
        if sink.spans.try_send(record).is_err() {
            sink.dropped.inc();
        }
    }
}

/// When a span began: on the wall's clock once, then by one that never steps back.
#[derive(Debug, Clone, Copy)]
struct Began {
    ns: u64,
    at: Instant,
}

impl Began {
    fn now() -> Self {
        Self { ns: u64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or(0), at: Instant::now() }
    }

    fn now_ns(&self) -> u64 {
        self.ns.saturating_add(u64::try_from(self.at.elapsed().as_nanos()).unwrap_or(u64::MAX))
    }
}

/// The trace of an event, and the span of its acceptance: the same on every daemon.
fn ids(event: EventId) -> ([u8; 16], [u8; 8]) {
    let digest: [u8; 32] =
        Sha256::new().chain_update("hookbox trace").chain_update(event.0.to_be_bytes()).finalize().into();
    let (trace, rest) = digest.split_first_chunk::<16>().expect("32 bytes begin with 16");
    let (span, _) = rest.split_first_chunk::<8>().expect("16 bytes begin with 8");
    (*trace, *span)
}

#[cfg(test)]
mod tests;
