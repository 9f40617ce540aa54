//! A conversation with the daemon, written down: calls, and the answer that each must get to the byte.
//!
//! ```text
//! ### what the call shows
//! METHOD PATH
//! header: value
//!
//! body
//! >>> STATUS
//! body
//! ```
//!
//! `host`, `authorization` and `content-length` are filled in, and so is the `content-type` of a body, which is JSON; a
//! header that is named is sent as it stands, and not at all where its value is empty. The lines of an expected body are
//! put together without anything between them. `{{name}}` stands in an answer for what is there at its first time, up
//! to the next quote, comma or brace, and from then on for just that, in calls and answers alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, Result, bail, ensure};

use super::wire::{Answer, Wire};

const JSON: &str = "application/json; charset=utf-8";

/// A conversation.
pub(super) struct Transcript {
    calls: Vec<Call>,
}

struct Call {
    name: String,
    line: String,
    headers: Vec<(String, String)>,
    body: Option<String>,
    status: u16,
    answer: String,
}

/// What the names in a conversation stand for.
pub(super) type Bindings = BTreeMap<String, String>;

impl Transcript {
    /// Reads a conversation; what comes before its first call is for people.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let calls: Vec<Call> = text.split("\n### ").skip(1).map(Call::parse).collect::<Result<_>>()?;
        ensure!(!calls.is_empty(), "the transcript has no call");
        Ok(Self { calls })
    }

    /// How many calls it has.
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Holds the conversation. Every call is made, and all that went wrong is told at the end.
    pub(super) fn play(&self, wire: &mut Wire, bindings: &mut Bindings) -> Result<()> {
        let mut wrong = String::new();
        for call in &self.calls {
            if let Err(error) = call.play(wire, bindings) {
                writeln!(wrong, "### {}\n{error:#}", call.name)?;
            }
        }
        ensure!(wrong.is_empty(), "{wrong}");
        Ok(())
    }
}

impl Call {
    fn parse(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once('\n').context("a call has a name and a request")?;
        let (request, answer) =
            rest.split_once("\n>>> ").with_context(|| format!("the call '{name}' has no answer"))?;
        let (head, body) = match request.split_once("\n\n") {
            Some((head, body)) => (head, Some(body.to_owned())),
            None => (request, None),
        };
        let mut lines = head.lines();
        let line = lines.next().context("a request line")?.to_owned();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').with_context(|| format!("not a header: {line}"))?;
            Ok((name.to_owned(), value.trim().to_owned()))
        };
        let headers = lines.map(header).collect::<Result<_>>()?;
        let (status, answer) = answer.split_once('\n').unwrap_or((answer, ""));
        let status = status.parse().with_context(|| format!("the call '{name}' has no status"))?;
        Ok(Self { name: name.to_owned(), line, headers, body, status, answer: answer.lines().collect() })
    }

    fn play(&self, wire: &mut Wire, bindings: &mut Bindings) -> Result<()> {
        let request = self.request(wire.host(), bindings)?;
        let answer = wire.call(&[request.as_bytes()])?;
        ensure!(answer.status == self.status, "expected {}, got {} {}", self.status, answer.status, answer.body);
        if let Err(error) = bind(&self.answer, &answer.body, bindings) {
            bail!("{error}\nexpected {}\n     got {}", self.answer, answer.body);
        }
        check_headers(&self.line, &answer)
    }

    fn request(&self, host: &str, bindings: &Bindings) -> Result<String> {
        let body = self.body.as_deref().map(|body| fill(body, bindings)).transpose()?;
        let mut defaults = vec![
            ("host", host.to_owned()),
            ("authorization", format!("Bearer {}", bindings["token"])),
            ("content-length", body.as_ref().map_or(0, String::len).to_string()),
        ];
        if body.is_some() {
            defaults.push(("content-type", "application/json".to_owned()));
        }
        defaults.retain(|(name, _)| !self.headers.iter().any(|(named, _)| named == name));
        let mut text = format!("{} HTTP/1.1\r\n", fill(&self.line, bindings)?);
        for (name, value) in defaults {
            write!(text, "{name}: {value}\r\n")?;
        }
        for (name, value) in self.headers.iter().filter(|(_, value)| !value.is_empty()) {
            write!(text, "{name}: {}\r\n", fill(value, bindings)?)?;
        }
        Ok(format!("{text}\r\n{}", body.unwrap_or_default()))
    }
}

/// What holds for every answer: its type, an id for the operator's log, and on the Management API how fast one may go on.
fn check_headers(line: &str, answer: &Answer) -> Result<()> {
    let header = |name: &str| answer.header(name)?.with_context(|| format!("the header {name} is missing"));
    ensure!(header("content-type")? == JSON, "the content type is {}", header("content-type")?);
    ensure!(header("x-request-id")?.starts_with("req_"), "the request id is {}", header("x-request-id")?);
    let is_counted = line.contains(" /api/v2/") && ![401, 403, 405].contains(&answer.status);
    if is_counted && !answer.body.contains("\"errorCode\":\"not_found\"") {
        let limit: u32 = header("x-ratelimit-limit")?.parse()?;
        let remaining: u32 = header("x-ratelimit-remaining")?.parse()?;
        ensure!(remaining < limit, "{remaining} of {limit} calls remain");
        let reset: u64 = header("x-ratelimit-reset")?.parse()?;
        let now = std::time::UNIX_EPOCH.elapsed()?.as_secs();
        ensure!(reset.abs_diff(now) <= 60, "the rate limit is reset at {reset}, and it is {now}");
    }
    Ok(())
}

/// Puts in what names stand for.
fn fill(text: &str, bindings: &Bindings) -> Result<String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, name, after)) = next_name(rest) {
        filled.push_str(before);
        filled.push_str(bindings.get(name).with_context(|| format!("nothing is known of {name}"))?);
        rest = after;
    }
    Ok(filled + rest)
}

/// Compares a text with what is expected of it, and learns what new names stand for.
fn bind(expected: &str, found: &str, bindings: &mut Bindings) -> Result<()> {
    let (mut expected, mut found) = (expected, found);
    while let Some((before, name, after)) = next_name(expected) {
        found = found.strip_prefix(before).context("the answer is another one")?;
        let value = match bindings.get(name) {
            Some(value) => value.clone(),
            None => found.split(['"', ',', '}']).next().unwrap_or_default().to_owned(),
        };
        found = found.strip_prefix(value.as_str()).with_context(|| format!("{name} is another one than before"))?;
        bindings.insert(name.to_owned(), value);
        expected = after;
    }
    ensure!(expected == found, "the answer is another one");
    Ok(())
}

fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name, after))
}
