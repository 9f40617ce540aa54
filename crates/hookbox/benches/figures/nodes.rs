//! Deliveries per second of one daemon and of two on one PostgreSQL, where the cores are the limit and where slots are.
//!
//! All processes share this machine's cores with the database and the clients, so what a second daemon adds to hooks that
//! compute shows on larger machines only; what it adds to hooks that wait shows here.

use std::time::Instant;

use anyhow::Result;

use crate::daemon::Server;
use crate::load::{self, per_second};
use crate::measure::{at_least, median_of, ratio};
use crate::{Form, guests, postgres};

const CLIENTS: usize = 64;

/// Events for which every node gets its hook ready.
const FIRST: usize = 200;

/// How long a hook waits for its mail service.
const MAIL_MS: u32 = 100;

pub(crate) fn measure(form: Form) -> Result<()> {
    let Some(database) = postgres::start()? else { return Ok(()) };
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio.block_on(async {
        let data = tempfile::tempdir()?;
        let url = postgres::database(&database, "shared").await?;
        let (waiting, computing) = {
            let first = Server::hookbox(data.path(), Some(&url))?;
            let waiting = first.tenant("waits", Some(guests::waiting(MAIL_MS)?)).await?;
            (waiting, first.tenant("computes", Some(guests::example("starter")?)).await?)
        };
        let (rounds, waits, computes) = form.of((1, 3_000, 5_000), (3, 12_000, 20_000));
        println!("\nevents per second, POST to finished attempt, on one PostgreSQL with one daemon and with two");
        for (name, token, events, goal) in [
            ("hooks that wait 100 ms: slots are the limit", &waiting, waits, Some(1.8)),
            ("hooks/starter: the machine's cores are the limit", &computing, computes, None),
        ] {
            let (mut one, mut two) = (Vec::new(), Vec::new());
            for _ in 0..rounds {
                for (count, rates) in [(1, &mut one), (2, &mut two)] {
                    // Each has the first one's master key.
                    let nodes =
                        (0..count).map(|_| Server::hookbox(data.path(), Some(&url))).collect::<Result<Vec<_>>>()?;
                    rates.push(to_the_end(&nodes, token, events).await?);
                }
            }
            let ratio = ratio(&two, &one);
            let words = goal.map_or_else(|| format!("{ratio:.2} ×"), |goal| at_least(ratio, goal));
            println!("  {name:<52} {:>8.0} {:>8.0}  {words}", median_of(one), median_of(two));
        }
        Ok(())
    })
}

/// Reports events to all nodes, and gives how many a second were finished. The first ones, for which every node loads the
/// hook, do not count.
async fn to_the_end(nodes: &[Server], token: &str, events: usize) -> Result<f64> {
    let addresses: Vec<&str> = nodes.iter().map(|node| node.address.as_str()).collect();
    let before = Server::succeeded(nodes).await?;
    load::as_fast_as_answered(&addresses, token, CLIENTS, FIRST).await?;
    Server::finish(nodes, before, FIRST).await?;
    let (before, began) = (Server::succeeded(nodes).await?, Instant::now());
    load::as_fast_as_answered(&addresses, token, CLIENTS, events).await?;
    Server::finish(nodes, before, events).await?;
    Ok(per_second(events, began.elapsed()))
}
