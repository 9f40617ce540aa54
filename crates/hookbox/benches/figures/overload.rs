//! Ten times as many events as a daemon can finish: what it still finishes, how soon it refuses the rest, and how soon it
//! is its old self afterwards.
//!
//! The tenant's quota bounds its backlog to some seconds of work, as an operator would set it; beyond it events get 429.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::daemon::Server;
use crate::load::{self, Client, Offered};
use crate::measure::{at_least, median, percentile_99};
use crate::{Form, guests};

/// Connections that post; fewer than a daemon takes from one address.
const CLIENTS: u32 = 200;

/// Deliveries that wait or run while the capacity is measured: enough for every place.
const CLOSED: u64 = 1_000;

/// Seconds of work that the backlog may hold.
const BACKLOG_SECONDS: f64 = 5.0;

/// How often more than the capacity is offered.
const TIMES: f64 = 10.0;

const REFUSAL_MAX: Duration = Duration::from_millis(50);
const RECOVERY_MAX: Duration = Duration::from_secs(30);

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (name, module) in [
        ("hooks that wait 100 ms for their mail service", guests::waiting(100)?),
        ("hooks that compute for some milliseconds", guests::computing(4_000_000)?),
    ] {
        tokio.block_on(flood(form, name, module))?;
    }
    Ok(())
}

async fn flood(form: Form, name: &str, module: Vec<u8>) -> Result<()> {
    let (closed, open) = form.of((4, 10), (15, 60));
    let (closed, open) = (Duration::from_secs(closed), Duration::from_secs(open));
    let data = tempfile::tempdir()?;
    let hookbox = Server::hookbox(data.path(), None)?;
    let token = hookbox.tenant("flooded", Some(module)).await?;
    let before = probe(&hookbox, &token).await?;
    let capacity = capacity(&hookbox, &token, closed).await?;
    while hookbox.metrics().await?.backlog() > 0.0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands")]
    let quota = (capacity * BACKLOG_SECONDS) as u64;
    hookbox.quota("flooded", "backlog", quota).await?;

    let (metrics, began) = (hookbox.metrics().await?, Instant::now());
    let offered = load::at_a_rate(&hookbox.address, &token, CLIENTS, capacity * TIMES, open).await?;
    let flooded = began.elapsed();
    let goodput = (hookbox.metrics().await?.succeeded() - metrics.succeeded()) / flooded.as_secs_f64();
    let recovery = recovery(&hookbox, &token, before).await?;
    // Once more, since the machine may have had other things to do before: what counts is the higher one.
    hookbox.quota("flooded", "backlog", 10 * CLOSED).await?;
    let capacity = capacity.max(self::capacity(&hookbox, &token, closed).await?);
    show(name, capacity, &offered, flooded, goodput, recovery);
    Ok(())
}

/// Deliveries finished per second while as many as it has places for are always there, and no more.
pub(crate) async fn capacity(hookbox: &Server, token: &str, time: Duration) -> Result<f64> {
    let (room, is_over) = (Arc::new(AtomicU64::new(CLOSED)), Arc::new(AtomicBool::new(false)));
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let mut client = Client::open(&hookbox.address, token).await?;
        let (room, is_over) = (Arc::clone(&room), Arc::clone(&is_over));
        clients.spawn(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(5));
            while !is_over.load(Ordering::Relaxed) {
                if room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |room| room.checked_sub(1)).is_err() {
                    tick.tick().await;
                    continue;
                }
                let answer = client.post().await?;
                ensure!(answer.status == 202, "{} {}", answer.head, answer.body);
            }
            Ok(())
        });
    }
    let warm = Instant::now() + Duration::from_secs(1);
    let (mut from, mut finished) = (None, hookbox.metrics().await?.succeeded());
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let rate = loop {
        tick.tick().await;
        let now = hookbox.metrics().await?.succeeded();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of deliveries")]
        room.fetch_add((now - finished) as u64, Ordering::Relaxed);
        finished = now;
        match from {
            None if Instant::now() >= warm => from = Some((Instant::now(), now)),
            Some((since, first)) if Instant::elapsed(&since) >= time => {
                break (now - first) / Instant::elapsed(&since).as_secs_f64();
            }
            _ => {}
        }
    };
    is_over.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    Ok(rate)
}

/// How long single events take from POST to the end of their attempt.
async fn probe(hookbox: &Server, token: &str) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..10 {
        times.push(probe_once(hookbox, token).await?.context("an event is taken")?);
    }
    Ok(median(times))
}

/// The same of one event; `None` if it is refused.
async fn probe_once(hookbox: &Server, token: &str) -> Result<Option<Duration>> {
    let mut client = Client::open(&hookbox.address, token).await?;
    let began = Instant::now();
    let answer = client.post().await?;
    if answer.status != 202 {
        return Ok(None);
    }
    let id = answer.event_id().context("an event_id")?.to_owned();
    let mut tick = tokio::time::interval(Duration::from_millis(5));
    while began.elapsed() < 2 * RECOVERY_MAX {
        tick.tick().await;
        if hookbox.event(token, &id).await?["deliveries"][0]["state"] == "succeeded" {
            return Ok(Some(began.elapsed()));
        }
    }
    anyhow::bail!("event {id} did not end")
}

/// How long after the flood a single event takes no more than twice as long as before it, and nothing waits.
async fn recovery(hookbox: &Server, token: &str, before: Duration) -> Result<Duration> {
    let began = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    while began.elapsed() < 4 * RECOVERY_MAX {
        tick.tick().await;
        if hookbox.metrics().await?.backlog() == 0.0
            && probe_once(hookbox, token).await?.is_some_and(|time| time <= 2 * before + Duration::from_millis(10))
        {
            break;
        }
    }
    Ok(began.elapsed())
}

fn show(name: &str, capacity: f64, offered: &Offered, time: Duration, goodput: f64, recovery: Duration) {
    let rate = |count: usize| load::per_second(count, time);
    let verdict = |is_met: bool| if is_met { "met" } else { "MISSED" };
    let (refused, accepted) = (percentile_99(offered.refused.clone()), percentile_99(offered.accepted.clone()));
    println!("\noverload: {name}");
    println!("  capacity, closed loop, the higher    {capacity:>8.0} finished/s, of that before and that after");
    println!(
        "  offered                              {:>8.0} events/s, {:.1} × as many, for {:.0} s over {CLIENTS} connections",
        rate(offered.count()),
        rate(offered.count()) / capacity,
        time.as_secs_f64()
    );
    println!("  goodput, accepted and finished       {goodput:>8.0} /s  {}", at_least(goodput / capacity, 0.9));
    println!(
        "  refused                              {:>8.0} /s, 99th percentile {:.1} ms (goal ≤ {}: {})",
        rate(offered.refused.len()),
        refused.as_secs_f64() * 1e3,
        REFUSAL_MAX.as_millis(),
        verdict(refused <= REFUSAL_MAX)
    );
    println!(
        "  without Retry-After, broken          {:>8} {} (goal 0, 0: {})",
        offered.without_retry_after,
        offered.broken,
        verdict(offered.without_retry_after + offered.broken == 0)
    );
    println!("  202, 99th percentile                 {:>8.1} ms", accepted.as_secs_f64() * 1e3);
    println!(
        "  back to normal after                 {:>8.1} s (goal ≤ {}: {})",
        recovery.as_secs_f64(),
        RECOVERY_MAX.as_secs(),
        verdict(recovery <= RECOVERY_MAX)
    );
}
