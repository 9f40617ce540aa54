//! The checker finds each kind of broken promise, and nothing in a record that keeps them.

use anyhow::{Result, ensure};

use super::checker::{Delivery, Found, Kind, Record, check};
use super::load::{Fate, Submit};
use super::sink::Executed;

/// Four events: one that simply ran, one whose first attempt failed, one that a fault interrupted after its hook had
/// reported, and one of which nobody knows whether it was accepted, which two faults hit; and one that was refused.
fn sound() -> Record {
    let submit = |label: &str, fate| Submit { label: label.to_owned(), fate };
    let acked = |id: &str| Fate::Acked(id.to_owned());
    let ran = |event: &str, attempt| Executed { event: event.to_owned(), attempt, label: format!("{event}@") };
    let found = |id: &str, state: &str, attempts: &[(u64, &str)]| Found {
        id: id.to_owned(),
        label: format!("{id}@"),
        deliveries: vec![Delivery {
            state: state.to_owned(),
            reason: String::new(),
            attempts: attempts.iter().map(|(number, outcome)| (*number, (*outcome).to_owned())).collect(),
        }],
    };
    let mut given_up = found("given-up", "dead", &[]);
    "the daemon ended twice while this delivery ran".clone_into(&mut given_up.deliveries[0].reason);
    Record {
        submits: vec![
            submit("plain@", acked("plain")),
            submit("failed@", acked("failed")),
            submit("cut@", Fate::Unknown),
            submit("cut@", acked("cut")),
            submit("given-up@", Fate::Unknown),
            submit("never@", Fate::Unknown),
            submit("refused@", Fate::Refused),
        ],
        executed: vec![ran("plain", 1), ran("failed", 1), ran("failed", 2), ran("cut", 1), ran("cut", 2)],
        found: vec![
            found("plain", "succeeded", &[(1, "completed")]),
            found("failed", "succeeded", &[(1, "failed"), (2, "completed")]),
            found("cut", "succeeded", &[(2, "completed")]),
            given_up,
        ],
        deliveries: 1,
        in_flight_max: 3,
        running_max: 1,
    }
}

/// What is done to a sound record, and what must be found then.
struct Wrong {
    what: &'static str,
    done: fn(&mut Record),
    found: Kind,
}

const fn wrong(found: Kind, what: &'static str, done: fn(&mut Record)) -> Wrong {
    Wrong { what, done, found }
}

fn plain(record: &mut Record) -> &mut Delivery {
    &mut record.found[0].deliveries[0]
}

fn report(record: &mut Record, event: &str, attempt: u64) {
    record.executed.push(Executed { event: event.to_owned(), attempt, label: format!("{event}@") });
}

const WRONGS: &[Wrong] = &[
    wrong(Kind::Lost, "an accepted event is gone", |r| {
        r.found.remove(0);
    }),
    wrong(Kind::Lost, "an accepted event has become another", |r| "other".clone_into(&mut r.found[0].id)),
    wrong(Kind::Invented, "an event that nobody reported", |r| r.submits.retain(|s| s.label != "given-up@")),
    wrong(Kind::Invented, "an event that was refused", |r| {
        "refused@".clone_into(&mut r.found[3].label);
    }),
    wrong(Kind::Invented, "a run of no event", |r| report(r, "nothing", 1)),
    wrong(Kind::Invented, "a run with the user of another event", |r| {
        "failed@".clone_into(&mut r.executed[0].label);
    }),
    wrong(Kind::Doubled, "one report is there twice", |r| {
        let mut twin = r.found[3].clone();
        "twin".clone_into(&mut twin.id);
        r.found.push(twin);
    }),
    wrong(Kind::Doubled, "one key was answered with two events", |r| {
        r.submits.push(Submit { label: "plain@".to_owned(), fate: Fate::Acked("other".to_owned()) });
    }),
    wrong(Kind::Repeated, "an attempt ran twice", |r| report(r, "plain", 1)),
    wrong(Kind::Repeated, "more was interrupted than was in flight", |r| r.in_flight_max = 2),
    wrong(Kind::GivenUp, "one that only waited was given up", |r| r.running_max = 0),
    wrong(Kind::Illegal, "a delivery too many", |r| {
        let twin = plain(r).clone();
        r.found[0].deliveries.push(twin);
    }),
    wrong(Kind::Illegal, "no delivery", |r| r.found[0].deliveries.clear()),
    wrong(Kind::Illegal, "attempts out of order", |r| r.found[1].deliveries[0].attempts.reverse()),
    wrong(Kind::Illegal, "an attempt listed twice", |r| {
        let first = r.found[1].deliveries[0].attempts[0].clone();
        r.found[1].deliveries[0].attempts.insert(0, first);
    }),
    wrong(Kind::Illegal, "completed without a run", |r| {
        r.executed.remove(0);
    }),
    wrong(Kind::Illegal, "succeeded without a completed attempt", |r| plain(r).attempts.clear()),
    wrong(Kind::Illegal, "two completed attempts", |r| {
        plain(r).attempts.push((2, "completed".to_owned()));
        report(r, "plain", 2);
    }),
    wrong(Kind::Illegal, "a failure after the success", |r| {
        plain(r).attempts.push((2, "failed".to_owned()));
    }),
    wrong(Kind::Illegal, "a run after the success", |r| report(r, "plain", 2)),
    wrong(Kind::Illegal, "interrupted too often and tried again", |r| {
        plain(r).attempts = vec![(3, "completed".to_owned())];
        report(r, "plain", 3);
    }),
    wrong(Kind::Illegal, "dead after a success", |r| "dead".clone_into(&mut plain(r).state)),
    wrong(Kind::Illegal, "dead for no reason", |r| r.found[3].deliveries[0].reason.clear()),
    wrong(Kind::Stuck, "leased for ever", |r| "leased".clone_into(&mut plain(r).state)),
    wrong(Kind::Stuck, "pending for ever", |r| "pending".clone_into(&mut plain(r).state)),
];

pub(super) fn finds_each_kind() -> Result<()> {
    let (tally, violations) = check(&sound());
    ensure!(violations.is_empty(), "a sound record: {violations:?}");
    let figures = (tally.acked, tally.unknown, tally.executed, tally.interrupted, tally.repeated, tally.dead);
    ensure!(figures == (3, 2, 5, 3, 1, 1), "{tally:?}");
    for Wrong { what, done, found } in WRONGS {
        let mut record = sound();
        done(&mut record);
        let (_, violations) = check(&record);
        ensure!(violations.iter().any(|violation| violation.kind == *found), "{what}: {violations:?}");
    }
    Ok(())
}
