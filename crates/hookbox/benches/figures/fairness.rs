//! How long a tenant's single events wait while another tenant has 100,000 deliveries of slow hooks in the queue, beside
//! how long they wait when nobody else is there.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, ensure};

use crate::daemon::Server;
use crate::load::Client;
use crate::measure::{median, percentile_99};
use crate::{Form, guests, postgres};

const BACKLOG: usize = 100_000;

/// Between one event and the next: so long that they do not wait for one another.
const PAUSE: Duration = Duration::from_millis(50);

/// What an event may wait whatever it waits alone.
const PATIENCE: Duration = Duration::from_millis(250);

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let server = postgres::start()?;
    println!("\nwait of single events from the 202 to the start of their hook, in ms: median, 99th percentile");
    let floods = [
        ("100,000 deliveries of another wait, whose hooks wait 100 ms", guests::waiting(100)?),
        ("100,000 deliveries of another wait, whose hooks burn their CPU", guests::computing(u64::MAX)?),
    ];
    for engine in ["SQLite", "PostgreSQL"] {
        for (number, (name, module)) in floods.iter().enumerate() {
            let data = tempfile::tempdir()?;
            let database = match (engine, &server) {
                ("SQLite", _) => None,
                (_, Some(server)) => Some(tokio.block_on(postgres::database(server, &format!("flood_{number}")))?),
                (_, None) => continue,
            };
            let flood = Flood { name, module, engine };
            tokio.block_on(flood.measure(form, data.path(), database.as_deref()))?;
        }
    }
    Ok(())
}

struct Flood<'a> {
    name: &'a str,
    module: &'a [u8],
    engine: &'a str,
}

impl Flood<'_> {
    async fn measure(&self, form: Form, data: &Path, database: Option<&str>) -> Result<()> {
        let events = form.of(100, 600);
        let hookbox = Server::hookbox(data, database)?;
        let quiet = hookbox.tenant("quiet", Some(guests::example("starter")?)).await?;
        // The first run compiles nothing any more, but finds caches empty.
        waits(&hookbox, &quiet, 5).await?;
        let alone = waits(&hookbox, &quiet, events).await?;
        let noisy = hookbox.tenant("noisy", Some(self.module.to_vec())).await?;
        hookbox.batch(&noisy, BACKLOG).await?;
        let beside = waits(&hookbox, &quiet, events).await?;
        let left = hookbox.metrics().await?.backlog();
        ensure!(left > 1_000.0, "the flood was over before the events were: {left} deliveries waited");
        let goal = (2 * percentile_99(alone.clone())).max(PATIENCE);
        let p99 = percentile_99(beside.clone());
        let verdict = if p99 <= goal { "met" } else { "MISSED" };
        let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
        println!(
            "  {:<66} {:>8.0} {:>8.0}",
            format!("{}: alone", self.engine),
            ms(median(alone.clone())),
            ms(percentile_99(alone))
        );
        println!(
            "  {:<66} {:>8.0} {:>8.0}  (goal ≤ {:.0}: {verdict}; {left:.0} still waited)",
            format!("{}: {}", self.engine, self.name),
            ms(median(beside)),
            ms(p99),
            ms(goal)
        );
        Ok(())
    }
}

/// Reports single events, and gives for each how long after the 202 its hook started.
pub(crate) async fn waits(hookbox: &Server, token: &str, events: usize) -> Result<Vec<Duration>> {
    let mut client = Client::open(&hookbox.address, token).await?;
    let mut sent = Vec::with_capacity(events);
    let mut tick = tokio::time::interval(PAUSE);
    for _ in 0..events {
        tick.tick().await;
        let answer = client.post().await?;
        ensure!(answer.status == 202, "{} {}", answer.head, answer.body);
        sent.push((
            answer.event_id().context("an event_id")?.to_owned(),
            SystemTime::now().duration_since(UNIX_EPOCH)?,
        ));
    }
    let mut waits = Vec::with_capacity(events);
    for (id, answered) in sent {
        let started = started_at(hookbox, token, &id).await?;
        // The daemon tells milliseconds, and a hook may start before its caller has read the answer.
        waits.push(started.saturating_sub(answered));
    }
    Ok(waits)
}

/// When the first attempt of the event's delivery began, as soon as it has ended.
async fn started_at(hookbox: &Server, token: &str, id: &str) -> Result<Duration> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    while Instant::now() < deadline {
        tick.tick().await;
        let event = hookbox.event(token, id).await?;
        if let Some(started) = event["deliveries"][0]["attempts"][0]["started_at"].as_str() {
            let started: hookbox_protocol::Timestamp = started.parse()?;
            return Ok(Duration::from_millis(u64::try_from(started.0)?));
        }
    }
    anyhow::bail!("event {id} did not start within a minute")
}
