//! Leasing and durably completing single deliveries, beside a log that keeps nothing but acknowledgements.

use std::time::Instant;

use anyhow::Result;
use futures_util::stream::{self, TryStreamExt as _};
use hookbox_store::Location;

use crate::floor::AckLog;
use crate::load::per_second;
use crate::measure::{at_least, median_of, ratio};
use crate::queued::{AT_ONCE, Place};
use crate::{Form, postgres};

const GOAL: f64 = 0.5;

pub(crate) fn measure(form: Form) -> Result<()> {
    // Two threads, as the cores are two: the log's producers and the store's callers get the same.
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    println!("\nlease and durable completion, single deliveries, {AT_ONCE} at once, per second");
    tokio.block_on(async {
        let data = tempfile::tempdir()?;
        let log = AckLog::file(&data.path().join("acks"))?;
        rounds(form, "SQLite", Location::Sqlite(data.path().join("data")), "a file", &log).await?;
        let Some(server) = postgres::start()? else { return Ok(()) };
        let log = AckLog::table(&postgres::database(&server, "acks").await?).await?;
        let url = postgres::database(&server, "hookbox").await?;
        rounds(form, "PostgreSQL", Location::Postgres(url), "a table", &log).await
    })
}

async fn rounds(form: Form, engine: &str, location: Location, kind: &str, log: &AckLog) -> Result<()> {
    let (rounds, deliveries) = form.of((3, 10_000), (7, 40_000));
    let place = Place::make(location, 10).await?;
    let opened = place.open().await?;
    let (mut floor, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        opened.accept(deliveries, 1_024).await?;
        let began = Instant::now();
        opened.finish(deliveries, AT_ONCE).await?;
        ours.push(per_second(deliveries, began.elapsed()));
        let began = Instant::now();
        let acks = stream::iter((0..deliveries).map(anyhow::Ok));
        acks.try_for_each_concurrent(AT_ONCE, |_| log.append()).await?;
        floor.push(per_second(deliveries, began.elapsed()));
    }
    opened.close().await;
    let name = format!("a group-committed log of acks, {kind}");
    println!("  {name:<44} {:>10.0}", median_of(floor.clone()));
    let name = format!("hookbox on {engine}");
    println!("  {name:<44} {:>10.0}  {}", median_of(ours.clone()), at_least(ratio(&ours, &floor), GOAL));
    Ok(())
}
