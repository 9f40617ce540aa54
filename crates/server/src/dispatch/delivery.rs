//! One delivery, from its lease to its completion.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hookbox_protocol::{Report, Timestamp};
use hookbox_store::{Completion, Error, LeaseKey, Leased, Next, Recorded};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::speaker::Speaker;
use super::suspect::{self, Start};
use super::{Dispatcher, dropped, log_entry};
use crate::execution::{self, Execution, ResultFor};
use crate::follow::Listener as _;
use crate::input::{self, EventInfo};
use crate::prepared::Equipment;
use crate::retry::{self, Attempt};
use crate::seldom::Seldom;
use crate::trace::{Scope, Span};

/// For how long a delivery rests that the host failed to run. No attempt is counted: it was not the hook's fault.
const HOST_FAILURE_REST: Duration = Duration::from_secs(10);

/// How often a completion is tried that the store refused. One that it cannot take just now is tried until the daemon stops:
/// what is not recorded runs again, and for whoever got the mail that is a second one.
const COMPLETION_TRIES: u32 = 3;

/// How long after each try.
const COMPLETION_PAUSE: Duration = Duration::from_millis(200);

/// How a run ended, seen from here.
enum Ended {
    Report {
        started_at: Timestamp,
        report: Box<Report>,
    },
    HostFailure(anyhow::Error),
    /// Somebody else has the delivery now.
    LeaseLost,
    /// The daemon stops, and the delivery is to be given back.
    Stopped,
}

impl Dispatcher {
    /// Runs a delivery on the guests' threads.
    pub(super) fn start(self: &Arc<Self>, leased: Leased, deliveries: &TaskTracker) {
        let dispatcher = Arc::clone(self);
        let place = Arc::clone(&self.places).try_acquire_owned().ok();
        let key = leased.key;
        let lost = self.in_flight.insert(key);
        let span = self.app.tracer().attempt(leased.event(), leased.trigger, leased.tenant);
        let task = deliveries.track_future(async move {
            let _held = Held { dispatcher: &dispatcher, key };
            let rests = dispatcher.deliver(leased, &lost, span).await;
            drop(place);
            if rests {
                dispatcher.rest(key).await;
            }
        });
        self.app.guests().spawn(task);
    }

    /// Answers whether the delivery must rest because the host failed.
    async fn deliver(&self, leased: Leased, lost: &CancellationToken, mut span: Span) -> bool {
        span.set("hookbox.hook_id", leased.hook.id.to_string());
        span.set("hookbox.attempt", i64::from(leased.attempt));
        match self.run_once(&leased, lost, &span).await {
            Ended::Report { started_at, report } => {
                self.in_flight.has_run(leased.key);
                self.host_failures_in_a_row.store(0, Ordering::Relaxed);
                self.app.metrics().attempt(leased.trigger, &report);
                span.set("hookbox.outcome", report.outcome.name());
                if !report.outcome.is_completed() {
                    span.fail();
                }
                let _completing = span.part("complete");
                self.complete(&leased, started_at, *report).await;
                false
            }
            Ended::HostFailure(error) => {
                span.fail();
                self.app.metrics().host_failed();
                self.host_failures_in_a_row.fetch_add(1, Ordering::Relaxed);
                let (delivery, hook) = (leased.key.delivery, &leased.hook.id);
                tracing::error!(%delivery, %hook, error = format!("{error:#}"), "the host failed to run a hook; the delivery rests");
                true
            }
            Ended::LeaseLost => false,
            Ended::Stopped => {
                self.give_back(leased.key).await;
                false
            }
        }
    }

    async fn run_once(&self, leased: &Leased, lost: &CancellationToken, span: &Span) -> Ended {
        let waiting = span.part("lease");
        let start = tokio::select! {
            biased;
            () = self.stop.cancelled() => return Ended::Stopped,
            () = lost.cancelled() => return Ended::LeaseLost,
            start = self.start_of(leased) => start,
        };
        // There are fewer places than callers that may wait for a slot.
        let Ok(start) = start else { return Ended::Stopped };
        let Some(Start { slot: _slot, alone }) = start else { return Ended::LeaseLost };
        drop(waiting);
        let running = span.part("run");
        let _counted = self.app.metrics().running();
        let started_at = now();
        tokio::select! {
            biased;
            report = Box::pin(self.execute(leased, running.scope())) => match report {
                Ok(report) => Ended::Report { started_at, report: Box::new(report) },
                Err(error) => Ended::HostFailure(error),
            },
            () = lost.cancelled() => Ended::LeaseLost,
            () = self.abort.cancelled() => Ended::Stopped,
            never = suspect::alone_for_a_while(alone) => match never {},
        }
    }

    async fn execute(&self, leased: &Leased, scope: Scope) -> anyhow::Result<Report> {
        let hook = &leased.hook;
        let prepared = self.app.prepared().get(hook);
        let event = EventInfo { id: leased.event(), attempt: leased.attempt, initiated_by: leased.initiated_by };
        let Equipment { secrets_json, way_out } = prepared.equip(self.app.egress(), leased.tenant)?;
        let input = input::of_event(&leased.user, &leased.context, secrets_json.expose(), event)?;
        let speaker = Arc::new(Speaker::new(self.app.followers(), leased));
        let execution = Execution {
            trigger: leased.trigger,
            input,
            limits: prepared.limits,
            way_out: way_out.traced(scope),
            result: ResultFor::Nobody,
            listener: Some(Arc::<Speaker>::clone(&speaker)),
        };
        let loaded = self.app.loader().saved(&hook.code).await?;
        let mut report = execution::execute(self.app.runtime(), loaded, execution, &prepared.redactor).await?;
        if let Some(line) = dropped::line_of(&report, &prepared.limits) {
            if speaker.listens() {
                speaker.hear(&line);
            }
            report.logs.push(line);
        }
        Ok(report)
    }

    async fn complete(&self, leased: &Leased, started_at: Timestamp, report: Report) {
        let attempt = Attempt {
            number: leased.attempt,
            place: leased.attempt.saturating_sub(leased.replayed_after),
            earlier_outcomes: &leased.earlier_outcomes,
            report: &report,
        };
        let next = retry::next(&attempt, leased.hook.settings.retry, random());
        let log = (next != Next::Succeeded).then(|| log_entry::of(leased, &report, &next));
        let is_logged = log.is_some();
        let completion = Completion {
            key: leased.key,
            tenant: leased.tenant,
            version: leased.hook.version,
            started_at,
            report,
            next,
            log,
        };
        self.record(&completion, is_logged).await;
    }

    async fn record(&self, completion: &Completion, is_logged: bool) {
        static REFUSED: Seldom = Seldom::new();
        static GIVEN_UP: Seldom = Seldom::new();
        let (delivery, mut tries) = (completion.key.delivery, 0);
        loop {
            match self.queue.complete(completion.clone()).await {
                Ok(Recorded::Done) => {
                    if is_logged {
                        self.app.followers().tell_of_entry(completion.tenant);
                    }
                    return;
                }
                Ok(Recorded::LeaseLost) => {
                    tracing::warn!(%delivery, "an attempt ended after its lease was gone; it is not recorded");
                    self.app.metrics().lease_lost();
                    return;
                }
                Err(error) => {
                    tries += 1;
                    if let Some(times) = REFUSED.times() {
                        tracing::error!(%delivery, %error, times, "an attempt cannot be recorded");
                    }
                    let may_pass = matches!(error, Error::Unavailable(_) | Error::Full(_)) && !self.stop.is_cancelled();
                    if tries >= COMPLETION_TRIES && !may_pass {
                        break;
                    }
                    sleep(COMPLETION_PAUSE).await;
                }
            }
        }
        if let Some(times) = GIVEN_UP.times() {
            tracing::error!(
                %delivery, times,
                "an attempt was not recorded; the delivery is taken again when its lease runs out"
            );
        }
    }

    /// Keeps the lease without a place or a slot for a while, then gives the delivery back.
    async fn rest(&self, key: LeaseKey) {
        drop(timeout(HOST_FAILURE_REST, self.stop.cancelled()).await);
        self.give_back(key).await;
    }

    async fn give_back(&self, key: LeaseKey) {
        static SELDOM: Seldom = Seldom::new();
        if let Err(error) = self.queue.release(&[key]).await
            && let Some(times) = SELDOM.times()
        {
            tracing::error!(delivery = %key.delivery, %error, times, "a delivery cannot be given back; its lease runs out by itself");
        }
    }
}

/// Ends the care for a lease however the delivery's task ends, a panic included.
struct Held<'a> {
    dispatcher: &'a Dispatcher,
    key: LeaseKey,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.dispatcher.in_flight.remove(self.key);
    }
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

/// A number in `0.0..1.0`; the middle where the system has no random numbers, since a wait needs no secrecy.
fn random() -> f64 {
    getrandom::u32().map_or(0.5, |number| f64::from(number) / (f64::from(u32::MAX) + 1.0))
}
