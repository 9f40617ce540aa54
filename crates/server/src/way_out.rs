//! The sandbox's way out: an egress session seen through the runtime's trait, with what the host has to say about it.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hookbox_egress::{Misplaced, Session, Url};
use hookbox_protocol::Report;
use hookbox_protocol::http::{CallBudget, CallError, Request, Response};
use hookbox_protocol::report::{Level, LogLine, millis};
use hookbox_runtime::{Egress, LogTap};

use crate::redact::Redactor;
use crate::trace::{Kind, Scope};

/// What a run sends its calls through.
pub(crate) struct WayOut {
    session: Session,
    notices: Notices,
    redactor: Arc<Redactor>,
    trace: Scope,
}

impl WayOut {
    /// A way out that nobody traces. What the operator sees of it goes through `redactor`.
    pub(crate) fn new(session: Session, notices: Notices, redactor: &Arc<Redactor>) -> Self {
        let session = if redactor.is_idle() {
            session
        } else {
            let shown = Arc::clone(redactor);
            session.with_mask(Arc::new(move |text| shown.text(text).into_owned()))
        };
        Self { session, notices, redactor: Arc::clone(redactor), trace: Scope::default() }
    }

    /// This way out with a span for each call.
    pub(crate) fn traced(self, trace: Scope) -> Self {
        Self { trace, ..self }
    }

    pub(crate) fn notices(&self) -> &Notices {
        &self.notices
    }
}

impl Egress for WayOut {
    fn send(&self, request: Request, budget: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let session = self.session.clone();
        if !self.trace.is_seen() {
            return async move { session.send(request, budget).await }.boxed();
        }
        // Of the address only the host: the rest names users, and holds secrets.
        let host = Url::parse(&request.url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        let host = self.redactor.text(&host).into_owned();
        let method = self.redactor.text(&request.method.to_ascii_uppercase()).chars().take(16).collect::<String>();
        let mut span = self.trace.span(Kind::Client, format!("{method} {host}"));
        span.set("http.request.method", method);
        span.set("server.address", host);
        async move {
            let answer = session.send(request, budget).await;
            match &answer {
                Ok(response) => span.set("http.response.status_code", i64::from(response.status)),
                Err(error) => {
                    span.set("error.type", error.code.name());
                    span.fail();
                }
            }
            answer
        }
        .boxed()
    }
}

/// Lines that the host adds to what a run prints. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Notices(Arc<Told>);

#[derive(Default)]
struct Told {
    /// When the run began, and who hears its lines as they come.
    run: OnceLock<(Instant, Option<LogTap>)>,
    lines: Mutex<Vec<LogLine>>,
}

impl Notices {
    /// The run begins now, and `tap` hears its lines as they come.
    pub(crate) fn begin(&self, tap: Option<LogTap>) {
        self.0.run.get_or_init(|| (Instant::now(), tap));
    }

    /// A placeholder goes to a host that its secret is not sealed to.
    pub(crate) fn misplaced(&self, Misplaced { secret, host }: &Misplaced) {
        let (began, tap) = self.0.run.get_or_init(|| (Instant::now(), None));
        let line = LogLine {
            level: Level::Warn,
            message: format!(
                "the secret '{secret}' is sealed to other hosts: '{host}' was sent a placeholder; add the host to the \
                 secret's `hosts` if it should get the value"
            ),
            at_ms: millis(began.elapsed()),
        };
        if let Some(tap) = tap {
            tap(&line);
        }
        self.0.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Adds the lines to those that the hook printed, in the order of time.
    pub(crate) fn put_into(&self, report: &mut Report) {
        let mut lines = std::mem::take(&mut *self.0.lines.lock().unwrap_or_else(PoisonError::into_inner));
        if !lines.is_empty() {
            report.logs.append(&mut lines);
            report.logs.sort_by(|one, other| one.at_ms.total_cmp(&other.at_ms));
        }
    }
}
