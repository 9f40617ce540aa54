//! Server-sent events: one long answer, read event by event.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Response, StatusCode};

use super::Client;
use crate::failure::Failure;

/// The daemon says something every 15 s; a connection that is silent for this long is broken.
const SILENCE_MAX: Duration = Duration::from_secs(45);

/// How long the head of the answer may take.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// More than this for one event is no event of a daemon, in bytes.
const EVENT_BYTES_MAX: usize = 8 << 20;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ServerEvent {
    /// What kind of event it is.
    pub(crate) kind: String,
    /// What it says.
    pub(crate) data: String,
    /// What to go on after, where it can be gone on after.
    pub(crate) id: Option<String>,
}

/// Why there are no more events.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Another try may succeed.
    Passing(Failure),
    /// Another try would end the same way.
    Lasting(Failure),
}

impl Broken {
    /// The failure as such.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Passing(failure) | Self::Lasting(failure) => failure,
        }
    }
}

/// An open stream of events.
#[derive(Debug)]
pub(crate) struct Stream<'a> {
    client: &'a Client,
    response: Response,
    parser: Parser,
}

impl Client {
    /// Opens a stream, after the event of that id.
    pub(crate) async fn stream(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
        after: Option<&str>,
    ) -> Result<Stream<'_>, Broken> {
        let mut request = self.http.get(self.address(path, query)).header(ACCEPT, "text/event-stream");
        if let Some(after) = after {
            request = request.header("last-event-id", after);
        }
        let answer = tokio::time::timeout(HEAD_TIMEOUT, request.send()).await;
        let response = answer
            .map_err(|_| Broken::Passing(self.silent()))?
            .map_err(|error| Broken::Passing(self.unreachable(&error)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(Stream { client: self, response, parser: Parser::default() });
        }
        let body = response.bytes().await.unwrap_or_default();
        let refusal = self.refusal(status, &body);
        let is_passing = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
        Err(if is_passing { Broken::Passing(refusal) } else { Broken::Lasting(refusal) })
    }

    fn silent(&self) -> Failure {
        Failure::new(format!("{} does not answer", self.base))
    }
}

impl Stream<'_> {
    /// The next event. It may be dropped while it waits: nothing is lost.
    pub(crate) async fn next(&mut self) -> Result<ServerEvent, Broken> {
        loop {
            if let Some(event) = self.parser.next() {
                return Ok(event);
            }
            let chunk = tokio::time::timeout(SILENCE_MAX, self.response.chunk()).await;
            let chunk = chunk.map_err(|_| Broken::Passing(self.client.silent()))?;
            let chunk = chunk.map_err(|error| Broken::Passing(self.client.unreachable(&error)))?;
            let Some(chunk) = chunk else {
                return Err(Broken::Passing(Failure::new(format!("{} ended the connection", self.client.base))));
            };
            if !self.parser.push(&chunk) {
                return Err(Broken::Lasting(Failure::new(format!("{} sends no events", self.client.base))));
            }
        }
    }
}

/// Bytes become events, by the rules of the HTML standard's event streams.
#[derive(Debug, Default)]
struct Parser {
    bytes: Vec<u8>,
    event: ServerEvent,
    has_data: bool,
}

impl Parser {
    /// Takes more bytes; false where they are too many for one event.
    fn push(&mut self, bytes: &[u8]) -> bool {
        self.bytes.extend_from_slice(bytes);
        self.bytes.len() + self.event.data.len() <= EVENT_BYTES_MAX
    }

    /// The next event that is complete.
    fn next(&mut self) -> Option<ServerEvent> {
        while let Some(end) = self.bytes.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.bytes.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line[..end]);
            let line = line.strip_suffix('\r').unwrap_or(&line);
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                if std::mem::take(&mut self.has_data) {
                    return Some(event);
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => self.event.kind = value.to_owned(),
                "id" => self.event.id = Some(value.to_owned()).filter(|id| !id.is_empty()),
                "data" => {
                    if self.has_data {
                        self.event.data.push('\n');
                    }
                    self.event.data.push_str(value);
                    self.has_data = true;
                }
                // A comment keeps the connection awake; other fields mean nothing here.
                _ => {}
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_out_however_the_bytes_are_cut() {
        let text = ": hello\n\nevent: entry\nid: log_1\ndata: {\"a\":1}\n\ndata: one\r\ndata:two\r\n\r\n: awake\n\nevent: x\n\nevent: line\ndata: é\n\n";
        let event = |kind: &str, data: &str, id: Option<&str>| ServerEvent {
            kind: kind.to_owned(),
            data: data.to_owned(),
            id: id.map(str::to_owned),
        };
        let expected =
            vec![event("entry", "{\"a\":1}", Some("log_1")), event("", "one\ntwo", None), event("line", "é", None)];
        for size in [1, 2, 7, 1000] {
            let (mut parser, mut found) = (Parser::default(), Vec::new());
            for chunk in text.as_bytes().chunks(size) {
                assert!(parser.push(chunk));
                found.extend(std::iter::from_fn(|| parser.next()));
            }
            assert_eq!(found, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let mut parser = Parser::default();
        assert!(parser.push(&vec![b'x'; EVENT_BYTES_MAX]));
        assert!(!parser.push(b"x"));
    }
}
