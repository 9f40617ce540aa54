//! Spans in the form of OTLP: the protobuf message `ExportTraceServiceRequest` of
//! [opentelemetry-proto](https://github.com/open-telemetry/opentelemetry-proto), written by hand, since of all of its
//! messages these few fields are needed.

use super::{Attribute, Kind, ParentSpan, Parents, Record, ids};

/// A span's flag: the trace is recorded.
const SAMPLED: u32 = 1;

/// The body of a request with those spans. A span whose trace the identity system does not record is left out; `None`
/// where nothing is left.
pub(super) fn request(node: &str, spans: &[Record], parents: &Parents) -> Option<Vec<u8>> {
    let mut resource = Message::default();
    for (name, value) in
        [("service.name", "hookbox"), ("service.version", env!("CARGO_PKG_VERSION")), ("service.instance.id", node)]
    {
        resource.message(1, &attribute(name, &value.into()));
    }
    let mut scope = Message::default();
    scope.bytes(1, b"hookbox");
    scope.bytes(2, env!("CARGO_PKG_VERSION").as_bytes());
    let mut scope_spans = Message::default();
    scope_spans.message(1, &scope);
    let empty = scope_spans.0.len();
    for span in spans {
        if let Some(span) = span_of(span, parents) {
            scope_spans.message(2, &span);
        }
    }
    if scope_spans.0.len() == empty {
        return None;
    }
    let mut resource_spans = Message::default();
    resource_spans.message(1, &resource);
    resource_spans.message(2, &scope_spans);
    let mut request = Message::default();
    request.message(1, &resource_spans);
    Some(request.0)
}

fn span_of(record: &Record, parents: &Parents) -> Option<Message> {
    let caller = parents.of(record.event);
    if caller.is_some_and(|caller| !caller.sampled) {
        return None;
    }
    let trace = caller.map_or(ids(record.event).0, |caller| caller.trace);
    let parent = match record.parent {
        ParentSpan::Caller => caller.map(|caller| caller.span),
        ParentSpan::Span(span) => Some(span),
    };
    let mut span = Message::default();
    span.bytes(1, &trace);
    span.bytes(2, &record.id);
    if let Some(parent) = parent {
        span.bytes(4, &parent);
    }
    span.bytes(5, record.name.as_bytes());
    span.number(
        6,
        match record.kind {
            Kind::Internal => 1,
            Kind::Server => 2,
            Kind::Client => 3,
            Kind::Consumer => 5,
        },
    );
    span.fixed64(7, record.began_ns);
    span.fixed64(8, record.ended_ns);
    for (name, value) in &record.attributes {
        span.message(9, &attribute(name, value));
    }
    if record.failed {
        let mut status = Message::default();
        status.number(3, 2);
        span.message(15, &status);
    }
    span.fixed32(16, SAMPLED);
    Some(span)
}

fn attribute(name: &str, value: &Attribute) -> Message {
    let mut any = Message::default();
    match value {
        Attribute::Text(text) => any.bytes(1, text.as_bytes()),
        Attribute::Number(number) => any.number(3, number.cast_unsigned()),
    }
    let mut pair = Message::default();
    pair.bytes(1, name.as_bytes());
    pair.message(2, &any);
    pair
}

/// A protobuf message that is being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn number(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3));
        self.varint(value);
    }

    fn fixed64(&mut self, field: u32, value: u64) {
        self.varint(u64::from(field << 3 | 1));
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn fixed32(&mut self, field: u32, value: u32) {
        self.varint(u64::from(field << 3 | 5));
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(&mut self, field: u32, value: &[u8]) {
        self.varint(u64::from(field << 3 | 2));
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
    }

    fn message(&mut self, field: u32, value: &Self) {
        self.bytes(field, &value.0);
    }

    fn varint(&mut self, mut value: u64) {
        while value > 0x7f {
            self.0.push(u8::try_from(value & 0x7f).expect("seven bits fit") | 0x80);
            value >>= 7;
        }
        self.0.push(u8::try_from(value).expect("seven bits fit"));
    }
}
