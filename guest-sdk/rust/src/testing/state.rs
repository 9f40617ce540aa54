//! The fake host's side of the guest contract.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::run::{LogLine, SentRequest};
use crate::base64;
use crate::http::Code;
use crate::log::Level;

/// A scripted answer.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) delay_ms: u64,
    pub(super) headers: BTreeMap<String, Vec<String>>,
    pub(super) answer: Result<(u16, Vec<u8>), (Code, String)>,
}

/// An answer that is being scripted; [`Reply::reply`] or [`Reply::fail`] ends it.
#[derive(Debug)]
#[must_use = "the answer is not given before `reply` or `fail`"]
pub struct Reply<'a> {
    to: &'a RefCell<Vec<Script>>,
    pub(super) script: Script,
}

impl<'a> Reply<'a> {
    pub(super) fn new(to: &'a RefCell<Vec<Script>>, method: &str, url: &str) -> Self {
        let (method, url) = (method.to_ascii_uppercase(), url.to_owned());
        let answer = Err((Code::Other, String::new()));
        Self { to, script: Script { method, url, delay_ms: 0, headers: BTreeMap::new(), answer } }
    }

    pub(super) fn done(self) {
        self.to.borrow_mut().push(self.script);
    }
}

/// What a run asked for, and what is to come of it.
#[derive(Debug)]
pub(super) struct State {
    pub(super) requests: Vec<SentRequest>,
    pub(super) logs: Vec<LogLine>,
    script: Vec<Script>,
    clock_ms: u64,
    last_id: u32,
    /// Each with the time at which it comes.
    events: Vec<(u64, Value)>,
    random: u64,
}

thread_local! {
    static CURRENT: RefCell<Option<State>> = const { RefCell::new(None) };
}

/// Ends the host's presence on this thread, also when a test panics in between.
pub(super) struct Guard {
    before: Option<State>,
}

pub(super) fn enter(state: State) -> Guard {
    Guard { before: CURRENT.replace(Some(state)) }
}

impl Guard {
    pub(super) fn leave(self) -> State {
        CURRENT.take().expect("`enter` put it there, and nothing inside takes it")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        CURRENT.set(self.before.take());
    }
}

fn with<T>(what: &str, act: impl FnOnce(&mut State) -> T) -> T {
    CURRENT.with_borrow_mut(|state| match state {
        Some(state) => act(state),
        None => panic!("{what} needs a host; in a test, run the hook with `hookbox_sdk::testing::Host`"),
    })
}

pub(crate) fn http_start(json: &[u8]) -> u32 {
    with("a request", |state| state.http_start(json))
}

pub(crate) fn timer_start(ms: u64) -> u32 {
    with("waiting", |state| {
        let id = state.next_id();
        state.events.push((state.clock_ms.saturating_add(ms), json!({ "id": id, "timer": true })));
        id
    })
}

pub(crate) fn next_event() -> Option<Vec<u8>> {
    with("waiting", |state| {
        let (place, _) = state.events.iter().enumerate().min_by_key(|(_, (due_ms, _))| *due_ms)?;
        let (due_ms, event) = state.events.remove(place);
        state.clock_ms = state.clock_ms.max(due_ms);
        Some(event.to_string().into_bytes())
    })
}

pub(crate) fn log(level: Level, message: &str) {
    with("a log line", |state| state.logs.push(LogLine { level, message: message.to_owned() }));
}

pub(crate) fn random(bytes: &mut [u8]) {
    with("randomness", |state| bytes.fill_with(|| state.next_random()));
}

pub(crate) fn now_ms() -> f64 {
    with("the time", |state| state.clock_ms as f64)
}

impl State {
    pub(super) fn new(clock_ms: u64, script: Vec<Script>) -> Self {
        let (requests, logs, events) = (Vec::new(), Vec::new(), Vec::new());
        Self { requests, logs, script, clock_ms, last_id: 0, events, random: 1 }
    }

    /// The answers that nobody asked for yet.
    pub(super) fn take_script(&mut self) -> Vec<Script> {
        std::mem::take(&mut self.script)
    }

    fn next_id(&mut self) -> u32 {
        self.last_id += 1;
        self.last_id
    }

    /// Knuth's linear congruential generator: the same in each run, and not meant to be more.
    fn next_random(&mut self) -> u8 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.random.to_be_bytes()[0]
    }

    fn http_start(&mut self, json: &[u8]) -> u32 {
        let id = self.next_id();
        let request = SentRequest::of_wire(json);
        let place = self.script.iter().position(|script| script.method == request.method && script.url == request.url);
        let event = match place.map(|place| self.script.remove(place)) {
            Some(script) => {
                let due_ms = self.clock_ms.saturating_add(script.delay_ms);
                match request.timeout_ms {
                    Some(timeout_ms) if timeout_ms < script.delay_ms => {
                        let message = format!("no answer within {timeout_ms} ms");
                        (self.clock_ms.saturating_add(timeout_ms), error(id, Code::Timeout, &message))
                    }
                    _ => (due_ms, script.event(id)),
                }
            }
            None => {
                let SentRequest { method, url, .. } = &request;
                let message =
                    format!("the test has no (further) answer for it; add `host.on({method:?}, {url:?}).reply(…)`");
                (self.clock_ms, error(id, Code::Other, &message))
            }
        };
        self.requests.push(request);
        self.events.push(event);
        id
    }
}

impl Script {
    fn event(self, id: u32) -> Value {
        match self.answer {
            Ok((status, body)) => {
                let mut event = json!({ "id": id, "status": status, "headers": self.headers });
                match String::from_utf8(body) {
                    Ok(text) => event["body"] = text.into(),
                    Err(error) => event["body_base64"] = base64::encode(error.as_bytes()).into(),
                }
                event
            }
            Err((code, message)) => error(id, code, &message),
        }
    }
}

fn error(id: u32, code: Code, message: &str) -> Value {
    json!({ "id": id, "error": { "code": code.name(), "message": message } })
}
