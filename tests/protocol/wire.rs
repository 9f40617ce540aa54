//! HTTP/1.1 on a bare socket: what goes out is what the test wrote, byte for byte, and one connection serves all calls.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// A connection to the daemon; opened anew where the daemon closed it.
pub(super) struct Wire {
    address: String,
    stream: Option<BufReader<TcpStream>>,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(super) struct Answer {
    /// The HTTP status.
    pub(super) status: u16,
    /// Lower-case names and values, in order of arrival.
    pub(super) headers: Vec<(String, String)>,
    /// The body.
    pub(super) body: String,
}

impl Answer {
    /// The value of a header that must not come twice.
    pub(super) fn header(&self, name: &str) -> Result<Option<&str>> {
        let mut values = self.headers.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str());
        let first = values.next();
        ensure!(values.next().is_none(), "the header {name} comes twice: {self:?}");
        Ok(first)
    }
}

impl Wire {
    /// For the daemon at `http://ADDRESS`.
    pub(super) fn new(url: &str) -> Result<Self> {
        Ok(Self { address: url.strip_prefix("http://").context("the daemon speaks http")?.to_owned(), stream: None })
    }

    /// What a request has to say in its `Host`.
    pub(super) fn host(&self) -> &str {
        &self.address
    }

    /// Sends the parts of a request, each in a packet of its own, and reads the answer.
    pub(super) fn call(&mut self, parts: &[&[u8]]) -> Result<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(&self.address)?,
        };
        for part in parts {
            stream.get_mut().write_all(part)?;
            stream.get_mut().flush()?;
        }
        let without_body = parts.first().is_some_and(|part| part.starts_with(b"HEAD "));
        let answer = read_answer(&mut stream, without_body)?;
        if answer.header("connection")? != Some("close") {
            self.stream = Some(stream);
        }
        Ok(answer)
    }
}

fn connect(address: &str) -> Result<BufReader<TcpStream>> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    Ok(BufReader::new(stream))
}

fn read_answer(stream: &mut BufReader<TcpStream>, without_body: bool) -> Result<Answer> {
    let line = read_line(stream)?;
    let status: u16 = line
        .strip_prefix("HTTP/1.1 ")
        .and_then(|rest| rest.get(..3)?.parse().ok())
        .with_context(|| format!("not a status line: {line:?}"))?;
    let mut headers = Vec::new();
    loop {
        let line = read_line(stream)?;
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').with_context(|| format!("not a header: {line:?}"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut answer = Answer { status, headers, body: String::new() };
    ensure!(answer.header("transfer-encoding")?.is_none(), "answers here have a length: {answer:?}");
    if without_body || status == 204 {
        return Ok(answer);
    }
    let length: usize = answer.header("content-length")?.context("content-length")?.parse()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body)?;
    answer.body = String::from_utf8(body)?;
    Ok(answer)
}

fn read_line(stream: &mut BufReader<TcpStream>) -> Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    Ok(line.strip_suffix("\r\n").with_context(|| format!("the answer broke off after {line:?}"))?.to_owned())
}
