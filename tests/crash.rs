//! A 202 is a promise: faults under load, and a checker over what clients were told, what ran, and what is there at last.
//!
//! The short form kills a daemon on SQLite fifty times, two nodes on PostgreSQL eight times, that PostgreSQL four times, and
//! cuts them off from it ten times; `HOOKBOX_KILLS=n` does each n times and prints what came of it as rows of a table.

mod checker;
mod checker_itself;
mod cut;
mod disk;
mod load;
mod nodes;
mod outage;
mod sink;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::api::{Api, password_change};
use crate::daemon::{Daemon, Setup};
use crate::eventually::{block_on, eventually};
use crate::{Case, Need, case, case_needing, guests};

use checker::{Found, Record, check};
use load::{Labels, Load};
use sink::Sink;

pub(crate) use disk::strace_is_there;

pub(crate) const CASES: &[Case] = &[
    case("the checker of crashes finds each kind of broken promise", checker_itself::finds_each_kind),
    case("every event that was answered 202 before a SIGKILL ends with a finished delivery", killed_again_and_again),
    case("an idempotency key still answers the first event after a SIGKILL", keys_survive),
    case_needing("a flush that fails is answered 202 to nobody, and no 202 is lost", STRACE, disk::flush_fails),
    case_needing("a full disk takes no event, and takes events again when there is room", STRACE, disk::fills_up),
    case_needing("of two nodes one is killed by SIGKILL in turn, and no 202 is lost", POSTGRES, nodes::killed),
    case_needing(
        "a database that is stopped at once or killed under load loses no 202 of two nodes, which go on by themselves",
        POSTGRES,
        outage::restarted,
    ),
    case_needing(
        "a connection to the database that is cut in the middle of a commit makes no 202 that is not kept",
        POSTGRES,
        outage::cut_off,
    ),
    case_needing(
        "while the database is away every call is answered 503, and the log says so once a second",
        POSTGRES,
        outage::the_log_stays_short,
    ),
    case_needing("a node that stood still until the other took over spoils nothing", POSTGRES, nodes::frozen),
];

const STRACE: &[Need] = &[Need::Strace];
const POSTGRES: &[Need] = &[Need::Postgres];

const KILLS: usize = 50;

/// What a daemon here may run at once, and what it may have leased beyond that, for each of them.
const RUNS_AT_ONCE: u64 = 4;
const PLACES_PER_SLOT: u64 = 8;

/// The longest that deliveries may take to end after the last fault, and how much longer for the backlog that each leaves.
const SETTLING: Duration = Duration::from_secs(120);
const SETTLING_PER_FAULT: Duration = Duration::from_secs(1);

/// A tenant whose hook reports to a sink, and all that is known of its events.
struct Campaign {
    token: String,
    sink: Sink,
    labels: Arc<Labels>,
    record: Record,
    begun: Instant,
    faults: u32,
    /// How many daemons each fault meets.
    met_by_each: u64,
}

impl Campaign {
    /// With a new tenant on a daemon that was set up by [`reaching`] the sink.
    async fn begin(sink: Sink, daemon: &Daemon) -> Result<Self> {
        let tenant = daemon.tenant("acme").await?;
        tenant.create_hook("reporter", &guests::reporter()?).await?;
        let record = Record { deliveries: 1, ..Record::default() };
        let token = tenant.token().to_owned();
        Ok(Self { token, sink, labels: Arc::default(), record, begun: Instant::now(), faults: 0, met_by_each: 1 })
    }

    fn at(&self, daemon: &Daemon) -> Result<Api> {
        Api::new(&daemon.url, &self.token)
    }

    /// Starts clients of those nodes.
    fn load(&self, nodes: &[&Daemon]) -> Result<Load> {
        let nodes = nodes.iter().map(|node| self.at(node)).collect::<Result<Vec<_>>>()?;
        Ok(Load::start(&nodes, &self.labels))
    }

    /// Ends the clients.
    async fn stop(&mut self, load: Load) {
        let submits = load.stop().await;
        self.labels.again(&submits);
        self.record.submits.extend(submits);
    }

    /// Ends the clients after a fault.
    async fn fault(&mut self, load: Load) {
        self.faults += 1;
        self.stop(load).await;
    }

    /// Waits until all deliveries have ended, and holds what is there then against what is known.
    async fn end(mut self, what: &str, daemon: &Daemon) -> Result<()> {
        let tenant = self.at(daemon)?;
        // What has not ended by then is the checker's to name.
        let settling = SETTLING + SETTLING_PER_FAULT.saturating_mul(self.faults);
        drop(eventually("all deliveries have ended", settling, || ended(&tenant)).await);
        self.record.found = events(&tenant).await?;
        self.record.executed = self.sink.executed();
        self.record.running_max = u64::from(self.faults) * self.met_by_each * RUNS_AT_ONCE;
        self.record.in_flight_max = self.record.running_max * PLACES_PER_SLOT;
        let (tally, violations) = check(&self.record);
        if chosen_kills().is_some() {
            let row = [
                what.to_owned(),
                self.faults.to_string(),
                tally.acked.to_string(),
                tally.unknown.to_string(),
                tally.executed.to_string(),
                tally.interrupted.to_string(),
                tally.repeated.to_string(),
                tally.dead.to_string(),
                violations.len().to_string(),
            ];
            table(&row, self.begun.elapsed());
        }
        let named: Vec<String> = violations.iter().take(10).map(ToString::to_string).collect();
        ensure!(violations.is_empty(), "{} broken promises, such as\n{}", violations.len(), named.join("\n"));
        ensure!(tally.executed + tally.dead >= tally.acked, "less ran than was accepted: {tally:?}");
        ensure!(tally.interrupted + u64::try_from(tally.unknown)? > 0, "no fault met anything in flight: {tally:?}");
        Ok(())
    }
}

#[expect(clippy::print_stdout, reason = "the table is what the long form is run for")]
fn table(row: &[String], took: Duration) {
    println!("| fault | faults | 202 | unknown | runs | interrupted | ran again | given up | broken promises |");
    println!("|---|---|---|---|---|---|---|---|---|");
    println!("| {} |", row.join(" | "));
    println!("{} s\n", took.as_secs());
}

/// The number of kills that was asked for.
fn chosen_kills() -> Option<usize> {
    std::env::var_os("HOOKBOX_KILLS").and_then(|n| n.to_str()?.parse().ok())
}

/// A setup whose hooks reach the sink.
fn reaching(sink: &Sink, setup: Setup) -> Setup {
    setup.flag("--egress-resolve", sink.resolve()).flag("--runs-at-once", RUNS_AT_ONCE)
}

/// How many events of a cycle are accepted before its fault: another number each time, so that faults meet all phases.
fn accepted_before(cycle: usize) -> usize {
    20 + cycle * 61 % 120
}

async fn ended(tenant: &Api) -> Result<Option<()>> {
    for state in ["pending", "leased"] {
        let waiting = tenant.get(&format!("/v1/events?state={state}&take=1")).await?.json;
        if waiting["events"].as_array().is_none_or(|list| !list.is_empty()) {
            return Ok(None);
        }
    }
    Ok(Some(()))
}

/// All events of a tenant.
async fn events(tenant: &Api) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut from = String::new();
    loop {
        let page = tenant.get(&format!("/v1/events?take=100{from}")).await?;
        ensure!(page.status == 200, "{page:?}");
        for event in page.json["events"].as_array().context("events")? {
            found.push(Found::parse(event).with_context(|| format!("{event:#}"))?);
        }
        match page.json["next"].as_str() {
            Some(next) => from = format!("&from={next}"),
            None => return Ok(found),
        }
    }
}

fn killed_again_and_again() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let sink = Sink::start().await?;
        let setup = reaching(&sink, Setup::new(directory.path()));
        let mut daemon = setup.start()?;
        let mut campaign = Campaign::begin(sink, &daemon).await?;
        for cycle in 0..chosen_kills().unwrap_or(KILLS) {
            let load = campaign.load(&[&daemon])?;
            load.accepted(accepted_before(cycle)).await?;
            daemon.kill()?;
            campaign.fault(load).await;
            daemon = setup.start()?;
        }
        campaign.end("SIGKILL, SQLite", &daemon).await
    })
}

fn keys_survive() -> Result<()> {
    block_on(async {
        let directory = tempfile::tempdir()?;
        let setup = Setup::new(directory.path());
        let daemon = setup.start()?;
        let tenant = daemon.tenant("acme").await?;
        let first = tenant.post_with_key("key-1", &password_change("a@example.com")).await?;
        ensure!(first.status == 202 && first.json["duplicate"] == false, "{first:?}");
        daemon.kill()?;
        let daemon = setup.start()?;
        let tenant = Api::new(&daemon.url, tenant.token())?;
        let again = tenant.post_with_key("key-1", &password_change("a@example.com")).await?;
        ensure!(again.status == 202 && again.json["duplicate"] == true, "{again:?}");
        ensure!(again.json["event_id"] == first.json["event_id"], "{again:?}");
        let other = tenant.post_with_key("key-1", &password_change("b@example.com")).await?;
        ensure!(other.status == 409, "{other:?}");
        Ok(())
    })
}
