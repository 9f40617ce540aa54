//! What a run waits for: outgoing calls and timers, and the records of the calls.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::FuturesUnordered;
use hookbox_protocol::RunLimits;
use hookbox_protocol::http::{CallBudget, CallError, ErrorKind, GuestEvent, Request, Response};
use hookbox_protocol::report::{Call, millis};

use super::fault::Fault;
use super::meter::Meter;
use crate::egress::Egress;

/// Calls and timers that a run may have open at a time.
const PENDING_MAX: usize = 4_096;

/// Bytes that requests which wait for their turn may hold together, where the limits of the run do not allow more.
const WAITING_BYTES_MIN: u64 = 8 << 20;

/// Everything a run has started and not yet been told the end of.
pub(crate) struct Pending {
    limits: RunLimits,
    egress: Arc<dyn Egress>,
    meter: Arc<Meter>,
    last_id: u32,
    calls_started: u64,
    calls_in_flight: u64,
    waiting: VecDeque<Waiting>,
    waiting_bytes: u64,
    flying: FuturesUnordered<BoxFuture<'static, Finished>>,
    calls: Vec<Recorded>,
    /// The event that `next_event` announced and `take` hands over.
    event: Option<Vec<u8>>,
}

/// A call that waits for its turn.
struct Waiting {
    id: u32,
    call: usize,
    bytes: u64,
    request: Request,
}

/// What the report says of a call.
struct Recorded {
    call: Call,
    started: Option<Instant>,
    finished: bool,
}

enum Finished {
    Timer { id: u32 },
    Call { id: u32, call: Option<usize>, answer: Result<Response, CallError> },
}

impl Pending {
    pub(crate) fn new(limits: &RunLimits, egress: Arc<dyn Egress>, meter: Arc<Meter>) -> Self {
        Self {
            limits: *limits,
            egress,
            meter,
            last_id: 0,
            calls_started: 0,
            calls_in_flight: 0,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            flying: FuturesUnordered::new(),
            calls: Vec::new(),
            event: None,
        }
    }

    /// Starts the call that the guest's JSON asks for. What is wrong with it becomes its event. A call makes progress
    /// while the guest waits for an event, not while it computes.
    pub(crate) fn start_call(&mut self, json: &[u8]) -> Result<u32, Fault> {
        let id = self.next_id()?;
        if let Err(error) = self.enqueue(id, json) {
            let answer = Err(error);
            self.flying.push(async move { Finished::Call { id, call: None, answer } }.boxed());
        }
        Ok(id)
    }

    /// Starts a timer.
    pub(crate) fn start_timer(&mut self, ms: i64) -> Result<u32, Fault> {
        let id = self.next_id()?;
        let finished = Finished::Timer { id };
        self.flying.push(match u64::try_from(ms) {
            Err(_) | Ok(0) => async move { finished }.boxed(),
            Ok(ms) => {
                let sleep = tokio::time::sleep(self.within_run(ms));
                async move {
                    sleep.await;
                    finished
                }
                .boxed()
            }
        });
        Ok(id)
    }

    /// `ms`, cut to just past the end of the run: no timer needs to be longer.
    pub(crate) fn within_run(&self, ms: u64) -> Duration {
        Duration::from_millis(ms).min(self.meter.wall_left() + Duration::from_secs(1))
    }

    /// Waits for the next event and gives its id and its length; `None` where nothing is pending.
    pub(crate) async fn next(&mut self) -> Option<(u32, usize)> {
        self.event = None;
        let finished = self.flying.next().await?;
        let (id, json) = match finished {
            Finished::Timer { id } => (id, serde_json::to_vec(&GuestEvent::Timer { id, timer: true })),
            Finished::Call { id, call, answer } => {
                let answer = self.landed(call, answer);
                (id, serde_json::to_vec(&GuestEvent::of_answer(id, &answer)))
            }
        };
        // Numbers, texts and lists of texts always serialise.
        let json = json.unwrap_or_default();
        let len = json.len();
        self.event = Some(json);
        Some((id, len))
    }

    /// The event that `next` announced; once.
    pub(crate) fn take(&mut self) -> Option<Vec<u8>> {
        self.event.take()
    }

    /// The records of the calls at the end of the run. `cut_off` says that time ran out while they were open.
    pub(crate) fn finish(&mut self, cut_off: bool) -> Vec<Call> {
        let recorded = std::mem::take(&mut self.calls).into_iter();
        let calls = recorded.map(|mut recorded| {
            if !recorded.finished {
                recorded.call.wall_ms = recorded.started.map_or(0.0, |started| millis(started.elapsed()));
                recorded.call.error = cut_off.then_some(ErrorKind::Timeout);
            }
            recorded.call
        });
        calls.collect()
    }

    fn next_id(&mut self) -> Result<u32, Fault> {
        if self.flying.len() + self.waiting.len() >= PENDING_MAX {
            return Err(Fault::Contract(format!("more than {PENDING_MAX} calls and timers are pending")));
        }
        self.last_id = self.last_id.checked_add(1).ok_or_else(|| Fault::Contract("no ids are left".to_owned()))?;
        Ok(self.last_id)
    }

    fn enqueue(&mut self, id: u32, json: &[u8]) -> Result<(), CallError> {
        let too_large = |message: String| CallError::new(ErrorKind::TooLarge, message);
        if self.calls_started >= self.limits.http_calls {
            let message = format!("this run has used its {} calls; raise `http_calls`", self.limits.http_calls);
            return Err(CallError::new(ErrorKind::TooMany, message));
        }
        self.calls_started += 1;
        let body_max = self.limits.http_request_bytes;
        let json_max = body_max.saturating_mul(6).saturating_add(64 << 10);
        if json.len() as u64 > json_max {
            return Err(too_large(format!("the request is {} bytes of JSON; the most is {json_max}", json.len())));
        }
        let request = Request::parse(json)?;
        let call = self.record(&request);
        let bytes = body_bytes(&request);
        let waiting_max = body_max.saturating_mul(self.limits.http_calls_at_once).max(WAITING_BYTES_MIN);
        let refused = if bytes > body_max {
            Some(format!("the request's body is {bytes} bytes; `http_request_bytes` is {body_max}"))
        } else if self.waiting_bytes + json.len() as u64 > waiting_max {
            Some(format!("requests that wait would hold more than {waiting_max} bytes; send fewer at once"))
        } else {
            None
        };
        if let Some(message) = refused {
            self.calls[call].call.error = Some(ErrorKind::TooLarge);
            self.calls[call].finished = true;
            return Err(too_large(message));
        }
        self.waiting_bytes += json.len() as u64;
        self.waiting.push_back(Waiting { id, call, bytes: json.len() as u64, request });
        self.take_off();
        Ok(())
    }

    fn record(&mut self, request: &Request) -> usize {
        let mut method = request.method.to_ascii_uppercase();
        method.truncate(method.floor_char_boundary(Call::METHOD_BYTES_MAX));
        let call = Call {
            method,
            url: shown_url(&request.url),
            status: None,
            error: None,
            wall_ms: 0.0,
            request_bytes: body_bytes(request),
            response_bytes: 0,
        };
        self.calls.push(Recorded { call, started: None, finished: false });
        self.calls.len() - 1
    }

    /// Sends as many of the calls that wait as may be open at once.
    fn take_off(&mut self) {
        while self.calls_in_flight < self.limits.http_calls_at_once {
            let Some(Waiting { id, call, bytes, request }) = self.waiting.pop_front() else { return };
            self.calls_in_flight += 1;
            self.waiting_bytes -= bytes;
            let left = self.meter.wall_left();
            let budget = CallBudget {
                request_bytes: self.limits.http_request_bytes,
                response_bytes: self.limits.http_response_bytes,
                time: request.timeout_ms.map_or(left, |ms| Duration::from_millis(ms).min(left)),
            };
            self.calls[call].started = Some(Instant::now());
            let answer = self.egress.send(request, budget);
            self.flying.push(async move { Finished::Call { id, call: Some(call), answer: answer.await } }.boxed());
        }
    }

    /// Notes how a call ended, and sends the next one that waits.
    fn landed(&mut self, call: Option<usize>, answer: Result<Response, CallError>) -> Result<Response, CallError> {
        let Some(call) = call else { return answer };
        self.calls_in_flight -= 1;
        self.take_off();
        let most = self.limits.http_response_bytes;
        let answer = answer.and_then(|response| match response.body.len() as u64 {
            bytes if bytes > most => Err(CallError::new(
                ErrorKind::TooLarge,
                format!("the answer is {bytes} bytes; `http_response_bytes` is {most}"),
            )),
            _ => Ok(response),
        });
        let recorded = &mut self.calls[call];
        recorded.finished = true;
        recorded.call.wall_ms = recorded.started.map_or(0.0, |started| millis(started.elapsed()));
        match &answer {
            Ok(response) => {
                recorded.call.status = Some(response.status);
                recorded.call.response_bytes = response.body.len() as u64;
            }
            Err(error) => recorded.call.error = Some(error.code),
        }
        answer
    }
}

/// Bytes of the request's body, without decoding it: base64 gives three for every four digits.
fn body_bytes(request: &Request) -> u64 {
    match (&request.body, &request.body_base64) {
        (Some(text), _) => text.len() as u64,
        (None, Some(text)) => {
            let digits = text.trim_end_matches('=').len() as u64;
            digits / 4 * 3 + (digits % 4).saturating_sub(1)
        }
        (None, None) => 0,
    }
}

/// The address without what may be secret in it: query, fragment, user and password.
fn shown_url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let slash = ['/', '\\'];
    let mut shown = match url.split_once(':') {
        Some((scheme, rest)) if rest.starts_with(slash) => {
            let rest = rest.trim_start_matches(slash);
            let (host, path) = rest.split_at(rest.find(slash).unwrap_or(rest.len()));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}{path}")
        }
        _ => url.rsplit_once('@').map_or(url, |(_, host)| host).to_owned(),
    };
    shown.truncate(shown.floor_char_boundary(Call::URL_BYTES_MAX));
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shown_address_keeps_no_query_no_fragment_and_no_credentials() {
        for (url, shown) in [
            ("https://api.example.com/v3/mail?key=1#x", "https://api.example.com/v3/mail"),
            ("https://me:secret@api.example.com/", "https://api.example.com/"),
            ("https://a@b@c.example.com", "https://c.example.com"),
            (r"https:\a:secret@c.example.com\x", r"https://c.example.com\x"),
            ("a:secret@c.example.com", "c.example.com"),
            ("https://api.example.com/@me", "https://api.example.com/@me"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
        assert_eq!(shown_url(&format!("http://a/{}", "ä".repeat(9_999))).len(), 2_047);
    }

    #[test]
    fn the_size_of_a_base64_body_is_known_without_decoding() {
        for (text, bytes) in [("", 0), ("AA==", 1), ("AAA=", 2), ("AAAA", 3), ("AAAAAA==", 4)] {
            let json = format!(r#"{{"method":"POST","url":"http://a/","body_base64":"{text}"}}"#);
            assert_eq!(body_bytes(&Request::parse(json.as_bytes()).expect(text)), bytes, "{text}");
        }
    }
}
