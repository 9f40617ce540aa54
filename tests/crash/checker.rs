//! What must hold after faults, whatever they were: a pure function from what clients, the sink and the API say to the
//! list of what is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::load::{Fate, Submit};
use super::sink::Executed;

/// A delivery that lost so many attempts with the daemon is dead.
const CRASHES_MAX: u64 = 2;

/// What the API says of a delivery that died of that.
const CRASHED: &str = "twice while this delivery ran";

/// Everything that is known after a campaign.
#[derive(Debug, Clone, Default)]
pub(super) struct Record {
    pub(super) submits: Vec<Submit>,
    pub(super) executed: Vec<Executed>,
    pub(super) found: Vec<Found>,
    /// How many deliveries an event has.
    pub(super) deliveries: usize,
    /// How many deliveries can have been in flight at all faults together.
    pub(super) in_flight_max: u64,
    /// How many can have been running at all faults together.
    pub(super) running_max: u64,
}

/// An event as the API gives it back after the last restart.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) deliveries: Vec<Delivery>,
}

#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) state: String,
    pub(super) reason: String,
    /// Number and outcome of each attempt, as listed.
    pub(super) attempts: Vec<(u64, String)>,
}

impl Found {
    /// From a row of `GET /v1/events`.
    pub(super) fn parse(event: &Value) -> Result<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let deliveries = event["deliveries"].as_array().context("deliveries")?.iter().map(|delivery| {
            let attempts = delivery["attempts"].as_array().context("attempts")?.iter().map(|attempt| {
                Ok((attempt["number"].as_u64().context("number")?, text(&attempt["outcome"]).context("outcome")?))
            });
            Ok(Delivery {
                state: text(&delivery["state"]).context("state")?,
                reason: text(&delivery["waiting_for"]).unwrap_or_default(),
                attempts: attempts.collect::<Result<_>>()?,
            })
        });
        Ok(Self {
            id: text(&event["id"]).context("id")?,
            label: text(&event["user"]["email"]).context("the user's email")?,
            deliveries: deliveries.collect::<Result<_>>()?,
        })
    }
}

/// The ways in which a promise can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// An event was answered 202 and is not there.
    Lost,
    /// An event is there, or ran, that nobody reported, or that was refused.
    Invented,
    /// One report became two events.
    Doubled,
    /// More runs were repeated than can have been in flight, or one attempt ran twice.
    Repeated,
    /// A delivery's history is none that it can have.
    Illegal,
    /// More was given up than what ran when the faults came: something that only waited was.
    GivenUp,
    /// A delivery neither ended nor waits with a reason to.
    Stuck,
}

#[derive(Debug)]
pub(super) struct Violation {
    pub(super) kind: Kind,
    what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.what)
    }
}

/// What a campaign came to, for its table.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Tally {
    /// Labels that were answered 202 at some time.
    pub(super) acked: usize,
    /// Labels whose fate stayed unknown.
    pub(super) unknown: usize,
    pub(super) executed: usize,
    /// Attempts that a fault ended, run or not.
    pub(super) interrupted: u64,
    /// Of those, the ones whose hook had reported: their events ran again.
    pub(super) repeated: usize,
    /// Deliveries that were given up: they were in flight at a fault, and ran alone at another.
    pub(super) dead: usize,
}

/// Checks a record whose load has ended and whose deliveries had the time to end.
pub(super) fn check(record: &Record) -> (Tally, Vec<Violation>) {
    let mut checker = Checker::default();
    checker.submits(record);
    checker.events(record);
    checker.executions(record);
    for event in &record.found {
        checker.history(event, record.deliveries);
    }
    let Checker { tally, .. } = checker;
    if tally.interrupted > record.in_flight_max {
        let most = record.in_flight_max;
        checker.violation(Kind::Repeated, format!("{} interrupted attempts; at most {most}", tally.interrupted));
    }
    if u64::try_from(tally.dead).is_ok_and(|dead| dead > record.running_max) {
        let most = record.running_max;
        checker.violation(Kind::GivenUp, format!("{} deliveries; at most {most} ran at a fault", tally.dead));
    }
    (tally, checker.violations)
}

#[derive(Default)]
struct Checker {
    tally: Tally,
    violations: Vec<Violation>,
    /// Each label that may be there, with the event that it was answered with.
    reported: BTreeMap<String, Option<String>>,
    /// The attempts of each event that ran.
    ran: BTreeMap<String, BTreeSet<u64>>,
}

impl Checker {
    fn violation(&mut self, kind: Kind, what: String) {
        self.violations.push(Violation { kind, what });
    }

    fn submits(&mut self, record: &Record) {
        for Submit { label, fate } in &record.submits {
            match fate {
                Fate::Refused => {}
                Fate::Unknown => {
                    self.reported.entry(label.clone()).or_default();
                }
                Fate::Acked(id) => {
                    let before = self.reported.insert(label.clone(), Some(id.clone())).flatten();
                    if before.is_some_and(|before| before != *id) {
                        self.violation(Kind::Doubled, format!("{label} was answered with two events"));
                    }
                }
            }
        }
        self.tally.acked = self.reported.values().flatten().count();
        self.tally.unknown = self.reported.len() - self.tally.acked;
    }

    fn events(&mut self, record: &Record) {
        let mut there: BTreeMap<&str, &str> = BTreeMap::new();
        for Found { id, label, .. } in &record.found {
            if !self.reported.contains_key(label) {
                self.violation(Kind::Invented, format!("event {id} of {label}, which was not reported or was refused"));
            }
            if let Some(other) = there.insert(label, id) {
                self.violation(Kind::Doubled, format!("{label} is event {other} and event {id}"));
            }
        }
        for (label, id) in std::mem::take(&mut self.reported) {
            if let Some(id) = id
                && there.get(label.as_str()) != Some(&id.as_str())
            {
                self.violation(Kind::Lost, format!("event {id} of {label} was answered 202 and is not there"));
            }
        }
    }

    fn executions(&mut self, record: &Record) {
        let labels: BTreeMap<&str, &str> = record.found.iter().map(|e| (e.id.as_str(), e.label.as_str())).collect();
        for Executed { event, attempt, label } in &record.executed {
            if labels.get(event.as_str()) != Some(&label.as_str()) {
                self.violation(Kind::Invented, format!("event {event} of {label} ran and is not there"));
            }
            if !self.ran.entry(event.clone()).or_default().insert(*attempt) {
                self.violation(Kind::Repeated, format!("attempt {attempt} of event {event} ran twice"));
            }
        }
        self.tally.executed = record.executed.len();
    }

    fn history(&mut self, event: &Found, deliveries: usize) {
        if event.deliveries.len() != deliveries {
            let has = event.deliveries.len();
            self.violation(Kind::Illegal, format!("event {} has {has} deliveries, not {deliveries}", event.id));
        }
        let ran = self.ran.remove(&event.id).unwrap_or_default();
        for delivery in &event.deliveries {
            if let Err((kind, what)) = self.delivery(delivery, &ran) {
                self.violation(kind, format!("event {} {what}: ran {ran:?}, {delivery:?}", event.id));
            }
        }
    }

    fn delivery(&mut self, delivery: &Delivery, ran: &BTreeSet<u64>) -> Result<(), (Kind, &'static str)> {
        let numbers: BTreeSet<u64> = delivery.attempts.iter().map(|(number, _)| *number).collect();
        let illegal = |what| Err((Kind::Illegal, what));
        if numbers.contains(&0) || !delivery.attempts.is_sorted_by(|a, b| a.0 < b.0) {
            return illegal("counts its attempts wrongly");
        }
        let completed = || delivery.attempts.iter().filter(|(_, outcome)| outcome == "completed");
        if completed().any(|(number, _)| !ran.contains(number)) {
            return illegal("completed without a run");
        }
        let last = numbers.last().copied().unwrap_or(0);
        let highest = last.max(ran.last().copied().unwrap_or(0));
        let mut interrupted = highest - numbers.len() as u64;
        match delivery.state.as_str() {
            "succeeded" => {
                if completed().count() != 1 || delivery.attempts.last().is_none_or(|(_, end)| end != "completed") {
                    return illegal("succeeded without exactly one completed attempt at the end");
                }
                if highest > last {
                    return illegal("ran again after it had succeeded");
                }
                if interrupted >= CRASHES_MAX {
                    return illegal("was interrupted too often to be tried again");
                }
            }
            "dead" => {
                if completed().count() > 0 {
                    return illegal("is dead although an attempt completed");
                }
                if !delivery.reason.contains(CRASHED) || interrupted > CRASHES_MAX {
                    return illegal("is dead without a reason to be");
                }
                interrupted = CRASHES_MAX;
                self.tally.dead += 1;
            }
            _ => return Err((Kind::Stuck, "has not ended")),
        }
        self.tally.interrupted += interrupted;
        self.tally.repeated += ran.difference(&numbers).count();
        Ok(())
    }
}
