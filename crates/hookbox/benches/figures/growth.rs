//! What an event costs (accept, lease, complete) as the backlog and the tenants grow: it should not show.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use hookbox_store::Location;

use crate::measure::{at_most, median, median_of};
use crate::queued::{AT_ONCE, Place};
use crate::{Form, postgres};

const GOAL: f64 = 1.2;

/// A database with so much in it.
struct Size {
    backlog: usize,
    tenants: usize,
    place: Place,
    accepts: Vec<Duration>,
    completions: Vec<Duration>,
}

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let data = tempfile::tempdir()?;
    tokio.block_on(on_sqlite(form, data.path()))?;
    drop(data);
    let Some(server) = postgres::start()? else { return Ok(()) };
    tokio.block_on(on_postgres(form, &server))
}

/// Backlogs with their numbers of tenants: first one grows, then the other.
fn sizes(form: Form) -> Vec<(usize, usize)> {
    form.of(
        vec![(1_000, 10), (100_000, 1_000), (100_000, 10_000)],
        vec![(1_000, 10), (10_000, 10), (100_000, 10), (1_000_000, 10), (100_000, 1_000), (100_000, 10_000)],
    )
}

async fn on_sqlite(form: Form, data: &Path) -> Result<()> {
    let mut filled = Vec::new();
    for (backlog, tenants) in sizes(form) {
        let location = Location::Sqlite(data.join(format!("{backlog}-{tenants}")));
        filled.push(Size::fill(location, backlog, tenants).await?);
    }
    rounds(form, "SQLite", filled).await
}

async fn on_postgres(form: Form, server: &postgres::Server) -> Result<()> {
    let mut filled = Vec::new();
    for (backlog, tenants) in sizes(form) {
        let url = postgres::database(server, &format!("filled_{backlog}_{tenants}")).await?;
        filled.push(Size::fill(Location::Postgres(url.clone()), backlog, tenants).await?);
        // Filling is no part of what is measured, and neither is what the server owes for it.
        let client = postgres::connect(&url).await?;
        client.batch_execute("VACUUM ANALYZE").await?;
        client.batch_execute("CHECKPOINT").await?;
    }
    rounds(form, "PostgreSQL", filled).await
}

impl Size {
    async fn fill(location: Location, backlog: usize, tenants: usize) -> Result<Self> {
        let place = Place::make(location, tenants).await?;
        let opened = place.open().await?;
        opened.accept(backlog, 1_024).await?;
        opened.close().await;
        Ok(Self { backlog, tenants, place, accepts: Vec::new(), completions: Vec::new() })
    }

    /// One round; the backlog is afterwards what it was.
    async fn round(&mut self, events: usize) -> Result<()> {
        let opened = self.place.open().await?;
        // What was opened just now has nothing at hand yet.
        opened.accept(events / 4, AT_ONCE).await?;
        opened.finish(events / 4, AT_ONCE).await?;
        let began = Instant::now();
        opened.accept(events, AT_ONCE).await?;
        self.accepts.push(began.elapsed() / u32::try_from(events)?);
        let began = Instant::now();
        opened.finish(events, AT_ONCE).await?;
        self.completions.push(began.elapsed() / u32::try_from(events)?);
        opened.close().await;
        Ok(())
    }

    fn total(&self) -> Vec<Duration> {
        self.accepts.iter().zip(&self.completions).map(|(accept, complete)| *accept + *complete).collect()
    }
}

/// Sizes take turns, so that a machine that slows down slows all of them.
async fn rounds(form: Form, engine: &str, mut sizes: Vec<Size>) -> Result<()> {
    let (count, events) = form.of((5, 4_000), (9, 10_000));
    for _ in 0..count {
        for size in &mut sizes {
            size.round(events).await?;
        }
    }
    println!("\ncost of an event on {engine}, in µs: accept, lease + complete, both");
    let us = |duration: Duration| duration.as_secs_f64() * 1e6;
    let smallest = sizes.first().map(Size::total).unwrap_or_default();
    for size in &sizes {
        let total = size.total();
        let ratio = median_of(total.iter().zip(&smallest).map(|(cost, least)| us(*cost) / us(*least)).collect());
        println!(
            "  {:>9} waiting, {:>6} tenants {:>10.1} {:>10.1} {:>10.1}  {}",
            size.backlog,
            size.tenants,
            us(median(size.accepts.clone())),
            us(median(size.completions.clone())),
            us(median(total)),
            at_most(ratio, GOAL)
        );
    }
    Ok(())
}
