//! Clients that report events: as fast as they are answered, or at a rate. As little client as possible, on one thread:
//! it shares the machine's cores with what is measured.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::MissedTickBehavior;

use crate::daemon::TRIGGER;

/// A password change as an identity system reports it.
pub(crate) const BODY: &str = r#"{"user":{"id":"abc123","username":"user1","email":"user1@example.com","last_password_reset":"2019-02-27T14:14:29.206Z"},"context":{"connection":{"id":"con_xxxxxxxxxxxxxxxx","name":"Username-Password-Authentication","tenant":"my-tenant"}}}"#;

/// The event's two parts, as the daemon keeps them.
pub(crate) fn parts() -> (&'static str, &'static str) {
    let (user, context) = BODY.split_once(r#","context":"#).unwrap_or((BODY, ""));
    (user.trim_start_matches(r#"{"user":"#), &context[..context.len().saturating_sub(1)])
}

/// One connection that posts the event and reads the answer, in turn.
pub(crate) struct Client {
    address: String,
    request: Arc<[u8]>,
    stream: TcpStream,
    buffer: Vec<u8>,
    is_closing: bool,
}

/// An answer to an event.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) head: &'a str,
    pub(crate) body: &'a str,
}

impl Answer<'_> {
    /// The value of a header; names are in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The event's id, in an answer of 202.
    pub(crate) fn event_id(&self) -> Option<&str> {
        self.body.split_once(r#""event_id":""#)?.1.split('"').next()
    }
}

impl Client {
    /// Connects.
    pub(crate) async fn open(address: &str, token: &str) -> Result<Self> {
        let request = format!(
            "POST /v1/events/{TRIGGER} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{BODY}",
            BODY.len()
        );
        let stream = connect(address).await?;
        Ok(Self {
            address: address.to_owned(),
            request: request.into_bytes().into(),
            stream,
            buffer: vec![0; 8 << 10],
            is_closing: false,
        })
    }

    /// Posts the event, and reads the answer to its last byte.
    pub(crate) async fn post(&mut self) -> Result<Answer<'_>> {
        if std::mem::take(&mut self.is_closing) {
            self.stream = connect(&self.address).await?;
        }
        self.stream.write_all(&self.request).await?;
        let mut filled = 0;
        let head = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            ensure!(read > 0, "the server closed the connection");
            filled += read;
            if let Some(head) = whole(&self.buffer[..filled])? {
                break head;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..filled])?;
        let (head, body) = (&text[..head], &text[head + 4..]);
        let status = head.split(' ').nth(1).unwrap_or_default().parse()?;
        let answer = Answer { status, head, body };
        self.is_closing = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Ok(answer)
    }
}

async fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Where the head ends, if the answer is there to its last byte.
fn whole(answer: &[u8]) -> Result<Option<usize>> {
    let text = std::str::from_utf8(answer)?;
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Ok(None) };
    let length = head
        .lines()
        .find_map(|line| line.split_once(": ").filter(|(name, _)| name.eq_ignore_ascii_case("content-length")))
        .map_or(Ok(0), |(_, value)| value.parse::<usize>())?;
    Ok((body.len() >= length).then_some(head.len()))
}

/// Posts the event `events` times over `clients` connections, spread over the servers; gives answers of 202 per second.
pub(crate) async fn as_fast_as_answered(addresses: &[&str], token: &str, clients: usize, events: usize) -> Result<f64> {
    let left = Arc::new(AtomicUsize::new(events));
    let mut connections = Vec::with_capacity(clients);
    for number in 0..clients {
        connections.push(Client::open(addresses[number % addresses.len()], token).await?);
    }
    let began = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for mut client in connections {
        let left = Arc::clone(&left);
        running.spawn(async move {
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |n| n.checked_sub(1)).is_ok() {
                let answer = client.post().await?;
                ensure!(answer.status == 202, "{} {}", answer.head, answer.body);
            }
            Ok(())
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(per_second(events, began.elapsed()))
}

/// What came of events that were offered at a rate.
#[derive(Debug, Default)]
pub(crate) struct Offered {
    /// From request to answer, of those that were answered 202.
    pub(crate) accepted: Vec<Duration>,
    /// The same of those that were answered 429 or 503.
    pub(crate) refused: Vec<Duration>,
    /// Refusals that did not say when to come back.
    pub(crate) without_retry_after: usize,
    /// Anything else: other answers, and connections that broke.
    pub(crate) broken: usize,
}

impl Offered {
    /// All of them.
    pub(crate) fn count(&self) -> usize {
        self.accepted.len() + self.refused.len() + self.broken
    }

    fn add(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.without_retry_after += other.without_retry_after;
        self.broken += other.broken;
    }
}

/// Offers `rate` events a second for so long over `clients` connections, whatever the answers are: a connection whose
/// turn comes while it still waits posts as soon as it can.
pub(crate) async fn at_a_rate(address: &str, token: &str, clients: u32, rate: f64, time: Duration) -> Result<Offered> {
    let pause = Duration::from_secs_f64(f64::from(clients) / rate);
    let begin = tokio::time::Instant::now() + Duration::from_millis(100);
    let mut running = tokio::task::JoinSet::new();
    for number in 0..clients {
        let (address, token) = (address.to_owned(), token.to_owned());
        // Spread over the pause, so that the offer is even.
        let first = begin + pause * number / clients;
        running.spawn(one_at_a_rate(address, token, first, pause, begin + time));
    }
    let mut all = Offered::default();
    while let Some(ended) = running.join_next().await {
        all.add(ended??);
    }
    Ok(all)
}

async fn one_at_a_rate(
    address: String,
    token: String,
    first: tokio::time::Instant,
    pause: Duration,
    end: tokio::time::Instant,
) -> Result<Offered> {
    let mut client = Client::open(&address, &token).await?;
    let mut tick = tokio::time::interval_at(first, pause);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut offered = Offered::default();
    while tick.tick().await < end && tokio::time::Instant::now() < end {
        let sent = Instant::now();
        match client.post().await {
            Ok(answer) if answer.status == 202 => offered.accepted.push(sent.elapsed()),
            Ok(answer) if matches!(answer.status, 429 | 503) => {
                offered.without_retry_after += usize::from(answer.header("retry-after").is_none());
                offered.refused.push(sent.elapsed());
            }
            Ok(_) => offered.broken += 1,
            Err(_) => {
                offered.broken += 1;
                client = Client::open(&address, &token).await?;
            }
        }
    }
    Ok(offered)
}

/// So many in that time.
#[expect(clippy::cast_precision_loss, reason = "a count of events")]
pub(crate) fn per_second(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}
