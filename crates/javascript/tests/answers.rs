//! The other side of a script's requests: answers as the script's header scripted them, requests as they came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::http::{CallBudget, CallError, ErrorKind, Request, Response};
use hookbox_runtime::Egress;
use serde::Deserialize;

/// What a header says about one answer.
#[derive(Debug, Clone)]
pub(crate) struct Scripted {
    /// `GET https://…`; `None` for the next request that has no answer of its own.
    target: Option<String>,
    /// `None`: there is none.
    answer: Option<Result<Response, CallError>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Details {
    headers: BTreeMap<String, Vec<String>>,
    body: String,
    body_base64: Option<String>,
}

impl Scripted {
    /// Reads `[METHOD URL]: 200 {…}`, without the word `answer`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let (target, answer) = match text.strip_prefix(": ") {
            Some(answer) => (None, answer),
            None => {
                let (target, answer) = text.trim_start().split_once(": ").context("an answer is `: STATUS …`")?;
                (Some(target.to_owned()), answer)
            }
        };
        Ok(Self { target, answer: parse_answer(answer)? })
    }
}

fn parse_answer(text: &str) -> Result<Option<Result<Response, CallError>>> {
    if text == "never" {
        return Ok(None);
    }
    if let Some(error) = text.strip_prefix("error ") {
        let (code, message) = error.split_once(' ').context("an error is a code and a message")?;
        let (code, detail) = code.split_once('/').map_or((code, None), |(code, detail)| (code, Some(detail)));
        let code: ErrorKind = serde_json::from_value(code.into()).context("no such error code")?;
        let detail =
            detail.map(|detail| serde_json::from_value(detail.into())).transpose().context("no such detail")?;
        return Ok(Some(Err(CallError { code, message: message.to_owned(), detail })));
    }
    let (status, details) = text.split_once(' ').unwrap_or((text, "{}"));
    let status = status.parse().context("an answer starts with its status")?;
    let Details { headers, body, body_base64 } = serde_json::from_str(details)?;
    let body = match body_base64 {
        Some(_) if !body.is_empty() => bail!("an answer has one body"),
        Some(base64) => STANDARD.decode(base64)?,
        None => body.into_bytes(),
    };
    Ok(Some(Ok(Response { status, headers, body })))
}

/// Answers the requests of one run.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    scripted: Vec<Scripted>,
    requests: Vec<Request>,
}

impl Answers {
    pub(crate) fn new(scripted: Vec<Scripted>) -> Self {
        Self(Arc::new(Mutex::new(State { scripted, requests: Vec::new() })))
    }

    /// The requests so far, in order.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.0.lock().expect("no holder panics").requests.clone()
    }

    /// How many answers nobody asked for.
    pub(crate) fn left(&self) -> usize {
        self.0.lock().expect("no holder panics").scripted.len()
    }
}

impl State {
    fn take(&mut self, request: &Request) -> Option<Scripted> {
        let target = format!("{} {}", request.method, request.url);
        let of = |wanted: Option<&str>| self.scripted.iter().position(|scripted| scripted.target.as_deref() == wanted);
        let index = of(Some(&target)).or_else(|| of(None))?;
        Some(self.scripted.remove(index))
    }
}

impl Egress for Answers {
    fn send(&self, request: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let mut state = self.0.lock().expect("no holder panics");
        let scripted = state.take(&request);
        state.requests.push(request);
        match scripted {
            Some(Scripted { answer: Some(answer), .. }) => async move { answer }.boxed(),
            Some(Scripted { answer: None, .. }) => std::future::pending().boxed(),
            None => {
                let message = "the test has no answer for this request".to_owned();
                async move { Err(CallError::new(ErrorKind::Blocked, message)) }.boxed()
            }
        }
    }
}
