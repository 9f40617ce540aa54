//! One execution of a hook, the same for a delivery, for the runner and for a local run.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hookbox_protocol::outcome::Outcome;
use hookbox_protocol::{Report, RunLimits, Trigger};
use hookbox_runtime::{Error, Invocation, LogTap, Runtime};
use serde_json::Value;

use crate::code::Loaded;
use crate::follow::Listener;
use crate::redact::Redactor;
use crate::way_out::WayOut;

/// What an execution needs besides its program.
pub(crate) struct Execution {
    /// What happened.
    pub(crate) trigger: Trigger,
    /// What the hook gets, a JSON object.
    pub(crate) input: Bytes,
    /// What it may use.
    pub(crate) limits: RunLimits,
    /// Its way out.
    pub(crate) way_out: WayOut,
    /// Who gets what it returns.
    pub(crate) result: ResultFor,
    /// Who hears what it prints while it runs; without secrets.
    pub(crate) listener: Option<Arc<dyn Listener>>,
}

/// Who gets what a hook returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResultFor {
    /// The trigger does not use it.
    Nobody,
    /// The hook's author sees it, without secrets.
    Author,
    /// The identity system goes on with it, as it is: what a hook returns on purpose is not a leak.
    IdentitySystem,
}

/// Runs a program and takes the secrets out of what it leaves behind. An error is the host's.
pub(crate) async fn execute(
    runtime: &Runtime,
    loaded: Loaded,
    execution: Execution,
    redactor: &Arc<Redactor>,
) -> Result<Report, Error> {
    let (program, explainer) = match loaded {
        Loaded::Program(program, explainer) => (program, explainer),
        Loaded::Ended(outcome) => {
            let mut report = report_of(outcome);
            redactor.report(&mut report, &execution.limits);
            return Ok(report);
        }
    };
    let Execution { trigger, input, limits, way_out, result, listener } = execution;
    let logs = listener.map(|listener| redacted(listener, Arc::clone(redactor), limits));
    let notices = way_out.notices().clone();
    notices.begin(logs.clone());
    let invocation = Invocation { trigger, input, limits, egress: Arc::new(way_out), logs };
    let mut report = runtime.run(&program, invocation).await?;
    notices.put_into(&mut report);
    if let Some(explainer) = explainer {
        explainer.explain(&mut report.outcome);
    }
    redactor.report(&mut report, &limits);
    if let Outcome::Completed { value } = &mut report.outcome {
        match result {
            ResultFor::Nobody => *value = Value::Null,
            ResultFor::Author => redactor.value(value),
            ResultFor::IdentitySystem => {}
        }
    }
    Ok(report)
}

/// The report of an execution that ended before a guest ran.
pub(crate) fn report_of(outcome: Outcome) -> Report {
    Report {
        outcome,
        fuel_used: 0,
        cpu: Duration::ZERO,
        wall: Duration::ZERO,
        memory_bytes_peak: 0,
        logs: Vec::new(),
        log_lines_dropped: 0,
        http: Vec::new(),
    }
}

fn redacted(listener: Arc<dyn Listener>, redactor: Arc<Redactor>, limits: RunLimits) -> LogTap {
    Arc::new(move |line| {
        if listener.listens() {
            listener.hear(&redactor.line(line, &limits));
        }
    })
}
