//! How long it takes from the 202 to the first instruction of the hook: on an idle daemon, and on one that has four fifths of
//! the work that it can do.

use std::time::Duration;

use anyhow::{Result, ensure};

use crate::daemon::Server;
use crate::fairness::waits;
use crate::measure::{median, percentile_99};
use crate::{Form, guests, load, overload};

/// How much of its capacity the busy daemon has to do.
const LOAD: f64 = 0.8;

/// Connections that bring it.
const CLIENTS: u32 = 32;

const IDLE_MAX: Duration = Duration::from_millis(5);
const BUSY_MAX: Duration = Duration::from_millis(25);

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async {
        let (events, closed, open) = form.of((100, 4, 8), (600, 15, 35));
        let data = tempfile::tempdir()?;
        let hookbox = Server::hookbox(data.path(), None)?;
        let token = hookbox.tenant("measured", Some(guests::example("starter")?)).await?;
        hookbox.quota("measured", "backlog", 1_000_000).await?;
        // The first run compiles nothing any more, but finds caches empty.
        waits(&hookbox, &token, 5).await?;
        let idle = waits(&hookbox, &token, events).await?;
        let capacity = overload::capacity(&hookbox, &token, Duration::from_secs(closed)).await?;
        let (offer, time) = (capacity * LOAD, Duration::from_secs(open));
        let offered = load::at_a_rate(&hookbox.address, &token, CLIENTS, offer, time);
        let (offered, busy) = tokio::try_join!(offered, waits(&hookbox, &token, events))?;
        ensure!(offered.refused.is_empty() && offered.broken == 0, "the load was not taken");
        println!("\nfrom the 202 to the start of the hook, in ms: median, 99th percentile");
        show("idle", &idle, IDLE_MAX);
        let rate = load::per_second(offered.count(), time);
        show(&format!("{rate:.0} events/s, {:.2} of what it can finish", rate / capacity), &busy, BUSY_MAX);
        Ok(())
    })
}

fn show(name: &str, waits: &[Duration], goal: Duration) {
    let ms = |duration: Duration| duration.as_secs_f64() * 1e3;
    let (middle, p99) = (median(waits.to_vec()), percentile_99(waits.to_vec()));
    let verdict = if p99 <= goal { "met" } else { "MISSED" };
    println!("  {name:<66} {:>8.0} {:>8.0}  (goal ≤ {}: {verdict})", ms(middle), ms(p99), goal.as_millis());
}
