//! Durable accepts per second over HTTP with 64 clients, and events per second to the finished attempt, beside the same
//! rows written bare and a bare 202; on SQLite, and on PostgreSQL.
//!
//! Every server is a process of its own, as in life; the clients share the machine's cores with it.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::daemon::{Server, TRIGGER};
use crate::floor::BareRows;
use crate::load::{self, per_second};
use crate::measure::{at_least, median_of, ratio};
use crate::{Form, guests, postgres};

const CLIENTS: usize = 64;

/// The argument under which this program is the bare server.
const BARE_SERVER: &str = "--bare-202";

/// What a daemon on one engine is held against.
struct Goals {
    bare_rows: f64,
    /// There is none with PostgreSQL, which takes a part of the same cores.
    bare_202: Option<f64>,
}

/// Figures of each round.
#[derive(Default)]
struct Rounds {
    bare_202: Vec<f64>,
    bare_rows: Vec<f64>,
    accepts: Vec<f64>,
    events: Vec<f64>,
    /// Events of one commit.
    batches: Vec<f64>,
}

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let data = tempfile::tempdir()?;
    let bare = Server::start(Command::new(std::env::current_exe()?).arg(BARE_SERVER))?;
    let rows = BareRows::sqlite(data.path())?;
    let goals = Goals { bare_rows: 0.5, bare_202: Some(0.3) };
    let measured = tokio.block_on(rounds(form, &bare, rows, data.path(), None))?;
    show("SQLite", "bare rusqlite", &measured, &goals);
    let Some(server) = postgres::start()? else { return Ok(()) };
    let data = tempfile::tempdir()?;
    let measured = tokio.block_on(async {
        let rows = BareRows::postgres(&postgres::database(&server, "bare").await?).await?;
        let url = postgres::database(&server, "hookbox").await?;
        rounds(form, &bare, rows, data.path(), Some(&url)).await
    })?;
    show("PostgreSQL", "bare batched insert, one connection", &measured, &Goals { bare_rows: 0.6, bare_202: None });
    Ok(())
}

async fn rounds(form: Form, bare: &Server, mut rows: BareRows, data: &Path, database: Option<&str>) -> Result<Rounds> {
    let (count, events) = form.of((3, 6_000), (5, 20_000));
    let hookbox = [Server::hookbox(data, database)?];
    // Its events have a delivery, as wide as any; one of them runs, and waits, so that what is measured is accepting.
    let accepts = hookbox[0].tenant("accepts-only", Some(guests::waiting(15_000)?)).await?;
    hookbox[0].quota("accepts-only", "in_flight", 1).await?;
    let runs = hookbox[0].tenant("runs-starter", Some(guests::example("starter")?)).await?;
    let mut measured = Rounds::default();
    for _ in 0..count {
        measured.bare_202.push(load::as_fast_as_answered(&[&bare.address], "none", CLIENTS, events).await?);
        let before = hookbox[0].metrics().await?;
        measured.accepts.push(load::as_fast_as_answered(&[&hookbox[0].address], &accepts, CLIENTS, events).await?);
        #[expect(clippy::cast_precision_loss, reason = "some thousands")]
        let batch = hookbox[0].metrics().await?.events_per_commit(&before, events as f64);
        measured.batches.push(batch);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a batch has at most 1,024")]
        let batch = batch.round() as usize;
        measured.bare_rows.push(rows.write(events, batch).await?);
        let before = Server::succeeded(&hookbox).await?;
        let began = Instant::now();
        load::as_fast_as_answered(&[&hookbox[0].address], &runs, CLIENTS, events).await?;
        Server::finish(&hookbox, before, events).await?;
        measured.events.push(per_second(events, began.elapsed()));
    }
    Ok(measured)
}

fn show(engine: &str, rows: &str, measured: &Rounds, goals: &Goals) {
    let Rounds { bare_202, bare_rows, accepts, events, batches } = measured;
    let batch = median_of(batches.clone());
    println!("\ndurable accepts on {engine} over HTTP, {CLIENTS} clients, an event with a delivery each, per second");
    let line = |name: &str, rates: &[f64], words: String| {
        println!("  {name:<58} {:>8.0}  {words}", median_of(rates.to_vec()));
    };
    line("bare axum, 202 without a store", bare_202, String::new());
    line(&format!("{rows}, the same rows, {batch:.0} a commit as ours had"), bare_rows, String::new());
    let of_202 = ratio(accepts, bare_202);
    let of_202 = goals.bare_202.map_or_else(|| format!("{of_202:.2} ×"), |goal| at_least(of_202, goal));
    let of_rows = at_least(ratio(accepts, bare_rows), goals.bare_rows);
    line("hookbox, 202 over HTTP", accepts, format!("{of_rows} of the bare rows, {of_202} of the bare 202"));
    let of_accepts = at_least(ratio(events, accepts), 0.4);
    line("hookbox, POST to finished attempt", events, format!("{of_accepts} of its accepts"));
}

/// A server that answers 202 and keeps nothing, when this program was started as one; never returns then.
pub(crate) fn serve_bare_if_asked() -> Result<()> {
    if !std::env::args().any(|argument| argument == BARE_SERVER) {
        return Ok(());
    }
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    tokio.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!("listening on http://{}", listener.local_addr()?);
        let answer = |_: axum::body::Bytes| async {
            let body = r#"{"event_id":"evt_0000000000000","deliveries":0,"duplicate":false}"#;
            (axum::http::StatusCode::ACCEPTED, [("content-type", "application/json")], body)
        };
        let router = axum::Router::new().route(&format!("/v1/events/{TRIGGER}"), axum::routing::post(answer));
        Ok(axum::serve(listener, router).await?)
    })
}
