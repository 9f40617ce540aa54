//! What a collector gets, decoded from the bytes that arrive.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use http::HeaderValue;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

use super::*;

const EVENT: EventId = EventId(7);
const TRACEPARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The fields of a protobuf message by number.
type Fields<'a> = BTreeMap<u64, Vec<Field<'a>>>;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

impl<'a> Field<'a> {
    fn message(self) -> Fields<'a> {
        fields(self.bytes())
    }

    fn bytes(self) -> &'a [u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Number(_) => panic!("bytes, not {self:?}"),
        }
    }

    fn text(self) -> &'a str {
        std::str::from_utf8(self.bytes()).expect("text")
    }

    fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Bytes(_) => panic!("a number, not {self:?}"),
        }
    }
}

/// Reads a message as the encoding's specification has it, and nothing of how it is written here.
fn fields(mut bytes: &[u8]) -> Fields<'_> {
    let mut found = Fields::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        let field = match tag & 7 {
            0 => Field::Number(varint(&mut bytes)),
            1 => Field::Number(u64::from_le_bytes(take(&mut bytes, 8).try_into().expect("eight bytes"))),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).expect("a length");
                Field::Bytes(take(&mut bytes, length))
            }
            5 => Field::Number(u64::from(u32::from_le_bytes(take(&mut bytes, 4).try_into().expect("four bytes")))),
            other => panic!("wire type {other}"),
        };
        found.entry(tag >> 3).or_default().push(field);
    }
    found
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn attributes(fields: &[Field<'_>]) -> String {
    let shown = fields.iter().map(|pair| {
        let pair = pair.message();
        let value = pair[&2][0].message();
        let value = match (value.get(&1), value.get(&3)) {
            (Some(text), None) => text[0].text().to_owned(),
            (None, Some(number)) => number[0].number().to_string(),
            other => panic!("{other:?}"),
        };
        format!("{}={value}", pair[&1][0].text())
    });
    shown.collect::<Vec<_>>().join(" ")
}

/// A line for each span: `name kind parent-name [attributes]`, in the order in which they ended.
fn show(body: &[u8]) -> String {
    let request = fields(body);
    let resource_spans = request[&1][0].message();
    let mut text = attributes(&resource_spans[&1][0].message()[&1]).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    let spans: Vec<_> = resource_spans[&2][0].message()[&2].iter().map(|span| span.message()).collect();
    let name_of = |id: &[u8]| spans.iter().find(|span| span[&2][0].bytes() == id).map(|span| span[&5][0].text());
    for span in &spans {
        let parent = span.get(&4).map_or("none".to_owned(), |parent| {
            name_of(parent[0].bytes()).map_or_else(|| hex(parent[0].bytes()), str::to_owned)
        });
        assert!(span[&7][0].number() <= span[&8][0].number(), "a span ends after it begins");
        let failed =
            span.get(&15).map_or("", |status| if status[0].message()[&3][0].number() == 2 { " failed" } else { "" });
        let said = span.get(&9).map_or_else(String::new, |said| attributes(said));
        write!(
            text,
            "\n{} {} kind {} in {parent}{failed} [{said}]",
            &hex(span[&1][0].bytes())[..8],
            span[&5][0].text(),
            span[&6][0].number()
        )
        .expect("written");
    }
    text
}

/// A collector that answers each request with `status` and gives the bodies.
async fn collector(status: &'static str) -> (Url, mpsc::UnboundedReceiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let (sender, received) = mpsc::unbounded_channel();
    TaskTracker::new().spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut bytes = Vec::new();
            let head = loop {
                if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
                    break String::from_utf8(bytes.drain(..end + 4).collect()).expect("a head");
                }
                assert_ne!(stream.read_buf(&mut bytes).await.expect("read"), 0, "a whole head");
            };
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
            while bytes.len() < length.parse().expect("a number") {
                stream.read_buf(&mut bytes).await.expect("read");
            }
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.expect("written");
            sender.send((head, bytes)).expect("the test listens");
        }
    });
    (url.parse().expect("an address"), received)
}

/// Makes the spans of one event under these headers, and shows what a collector gets.
async fn check(traceparent: Option<&'static str>, expected: &Expect) {
    let (url, mut received) = collector("200 OK").await;
    let dropped = Counter::default();
    let (tracer, exporter) = Tracer::new(Endpoint::new(&url).expect("http"), "node-1", dropped.clone());
    let mut headers = HeaderMap::new();
    if let Some(traceparent) = traceparent {
        headers.insert("traceparent", HeaderValue::from_static(traceparent));
    }
    let arrival = tracer.arrival(&headers);
    // Another task may lease the event before its acceptance is known here.
    let mut attempt = tracer.attempt(EVENT, Trigger::PostChangePassword, TenantId(1));
    drop(attempt.part("lease"));
    arrival.accepted(EVENT, Trigger::PostChangePassword, TenantId(1));
    let run = attempt.part("run");
    let mut call = run.scope().span(Kind::Client, "POST api.example.com");
    call.set("http.response.status_code", 503);
    call.fail();
    drop(call);
    drop(run);
    attempt.set("hookbox.attempt", 1);
    drop(attempt);
    let stop = CancellationToken::new();
    stop.cancel();
    exporter.run(stop).await;
    let text = match received.try_recv() {
        Ok((head, body)) => {
            assert!(head.starts_with("POST /v1/traces HTTP/1.1\r\n"), "{head}");
            assert!(head.contains("content-type: application/x-protobuf\r\n"), "{head}");
            show(&body)
        }
        Err(_) => "nothing".to_owned(),
    };
    expected.assert_eq(&text);
    assert_eq!(dropped.get(), 0);
}

#[tokio::test]
async fn an_event_is_one_trace_from_its_acceptance_to_its_calls() {
    let expected = expect![[r#"
        service.name=hookbox service.version=VERSION service.instance.id=node-1
        92f5c91c lease kind 1 in deliver post-change-password []
        92f5c91c accept post-change-password kind 2 in none [hookbox.event_id=evt_0000000000007 hookbox.tenant_id=ten_0000000000001]
        92f5c91c POST api.example.com kind 3 in run failed [http.response.status_code=503]
        92f5c91c run kind 1 in deliver post-change-password []
        92f5c91c deliver post-change-password kind 5 in accept post-change-password [hookbox.event_id=evt_0000000000007 hookbox.tenant_id=ten_0000000000001 hookbox.attempt=1]"#]];
    check(None, &expected).await;
}

#[tokio::test]
async fn the_trace_of_the_identity_system_goes_on() {
    let expected = expect![[r#"
        service.name=hookbox service.version=VERSION service.instance.id=node-1
        0af76519 lease kind 1 in deliver post-change-password []
        0af76519 accept post-change-password kind 2 in b7ad6b7169203331 [hookbox.event_id=evt_0000000000007 hookbox.tenant_id=ten_0000000000001]
        0af76519 POST api.example.com kind 3 in run failed [http.response.status_code=503]
        0af76519 run kind 1 in deliver post-change-password []
        0af76519 deliver post-change-password kind 5 in accept post-change-password [hookbox.event_id=evt_0000000000007 hookbox.tenant_id=ten_0000000000001 hookbox.attempt=1]"#]];
    check(Some(TRACEPARENT), &expected).await;
}

#[tokio::test]
async fn what_the_identity_system_does_not_record_is_not_sent() {
    check(Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"), &expect!["nothing"]).await;
}

#[tokio::test]
async fn a_collector_that_refuses_or_is_away_costs_spans_and_nothing_else() {
    let (refusing, _received) = collector("503 Service Unavailable").await;
    let away: Url = "http://127.0.0.1:9".parse().expect("an address");
    for url in [refusing, away] {
        let dropped = Counter::default();
        let (tracer, exporter) = Tracer::new(Endpoint::new(&url).expect("http"), "node-1", dropped.clone());
        for _ in 0..WAITING_MAX + 3 {
            drop(tracer.attempt(EVENT, Trigger::PostChangePassword, TenantId(1)));
        }
        assert_eq!(dropped.get(), 3, "what has no room is dropped at once");
        let stop = CancellationToken::new();
        stop.cancel();
        exporter.run(stop).await;
        assert_eq!(dropped.get(), WAITING_MAX as u64 + 3);
    }
}

#[test]
fn an_endpoint_is_a_base_address_over_plain_http() {
    let path = |text: &str| Endpoint::new(&text.parse().expect("an address")).map(|endpoint| endpoint.path);
    assert_eq!(path("http://127.0.0.1:4318").ok().as_deref(), Some("/v1/traces"));
    assert_eq!(path("http://localhost:4318/otlp/").ok().as_deref(), Some("/otlp/v1/traces"));
    assert_eq!(path("http://localhost:4318/v1/traces").ok().as_deref(), Some("/v1/traces"));
    let error = path("https://collector.example.com").expect_err("not http").to_string();
    assert!(error.contains("http://127.0.0.1:4318"), "{error}");
}

#[test]
fn without_a_collector_spans_cost_nothing() {
    let tracer = Tracer::default();
    let span = tracer.attempt(EVENT, Trigger::PostChangePassword, TenantId(1));
    assert!(!span.scope().is_seen() && span.part("run").0.is_none());
}
