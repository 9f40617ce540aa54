//! What a daemon takes: its file, a start, its memory at rest, and its memory with ten thousand tenants, a module and a
//! script each; and what it takes to run a hook for the first time after a start.

use std::time::{Duration, Instant};

use anyhow::Result;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::daemon::Server;
use crate::measure::median;
use crate::{Form, guests};

const BINARY_MAX: f64 = 40.0;
const START_MAX: f64 = 300.0;
const IDLE_MAX: f64 = 60.0;
const TENANTS_MAX: f64 = 1_024.0;
const FIRST_RUN_MAX: f64 = 2.0;

/// Starts that are timed.
const STARTS: usize = 7;

/// Hooks of each kind that are run for the first time. Their modules are the starter; those of the other tenants are small,
/// so that ten thousand of them compile in minutes.
const FIRST_RUNS: u32 = 200;

/// Calls at the same time while the tenants are made.
const AT_ONCE: usize = 4;

/// A tenant's token with the ids of its module and its script; without a JavaScript engine there is no script.
struct Made {
    token: String,
    module: String,
    script: Option<String>,
}

pub(crate) fn measure(form: Form) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    tokio.block_on(async {
        let data = tempfile::tempdir()?;
        // Makes the database, and prepares the JavaScript engine where no other section did.
        drop(Server::hookbox(data.path(), None)?);
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let began = Instant::now();
            let hookbox = Server::hookbox(data.path(), None)?;
            starts.push(began.elapsed());
            drop(hookbox);
        }
        let hookbox = Server::hookbox(data.path(), None)?;
        let idle = hookbox.resident_mib()?;
        println!("\nwhat a daemon takes");
        #[expect(clippy::cast_precision_loss, reason = "a file is smaller than that")]
        let binary = std::fs::metadata(env!("CARGO_BIN_EXE_hookbox"))?.len() as f64 / f64::from(1 << 20);
        show("its file, MiB", binary, BINARY_MAX);
        show("a start with a warm cache, until it listens, ms", ms(median(starts)), START_MAX);
        show("resident when idle, MiB", idle, IDLE_MAX);
        many(form.of(500, 10_000), hookbox, data.path()).await
    })
}

/// The figures with so many tenants.
async fn many(tenants: u32, hookbox: Server, data: &std::path::Path) -> Result<()> {
    let (starter, small) = (guests::example("starter")?, guests::waiting(0)?);
    let module = |number| if number < FIRST_RUNS { &starter } else { &small };
    let script = guests::script("starter-js")?;
    let began = Instant::now();
    let made: Vec<Made> = stream::iter(0..tenants)
        .map(|number| make(&hookbox, number, module(number), &script))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    println!("  {tenants} tenants with a module and a script each made in {:.0?}", began.elapsed());
    drop(hookbox);
    let hookbox = Server::hookbox(data, None)?;
    show("resident after a start, MiB", hookbox.resident_mib()?, TENANTS_MAX);
    let (mut modules, mut scripts) = (Vec::new(), Vec::new());
    for made in made.iter().take(FIRST_RUNS as usize) {
        modules.push(first_run(&hookbox, &made.token, &made.module).await?);
        if let Some(script) = &made.script {
            scripts.push(first_run(&hookbox, &made.token, script).await?);
        }
    }
    show("first run of a module since the start, over HTTP, ms", ms(median(modules)), FIRST_RUN_MAX);
    match scripts.is_empty() {
        true => println!("  (this build has no JavaScript engine; install clang and build again)"),
        false => show("first run of a script since the start, over HTTP, ms", ms(median(scripts)), FIRST_RUN_MAX),
    }
    let runs = made.iter().flat_map(|made| [Some(&made.module), made.script.as_ref()].map(|hook| (&made.token, hook)));
    stream::iter(runs.filter_map(|(token, hook)| Some(anyhow::Ok((token, hook?)))))
        .try_for_each_concurrent(AT_ONCE, |(token, hook)| async {
            hookbox.run(token, hook).await?;
            Ok(())
        })
        .await?;
    show("resident after each hook has run, MiB", hookbox.resident_mib()?, TENANTS_MAX);
    Ok(())
}

async fn make(hookbox: &Server, number: u32, module: &[u8], script: &str) -> Result<Made> {
    let token = hookbox.tenant(&format!("tenant-{number}"), None).await?;
    let module = hookbox.upload(&token, guests::variant(module, number)).await?;
    let script = match hookbox_javascript::Engine::available() {
        true => Some(hookbox.script(&token, &format!("{script}\n// {number}\n")).await?),
        false => None,
    };
    Ok(Made { token, module, script })
}

async fn first_run(hookbox: &Server, token: &str, hook: &str) -> Result<Duration> {
    let began = Instant::now();
    let report = hookbox.run(token, hook).await?;
    let time = began.elapsed();
    anyhow::ensure!(report["outcome"] == "completed", "{report}");
    Ok(time)
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn show(name: &str, value: f64, goal: f64) {
    let verdict = if value <= goal { "met" } else { "MISSED" };
    println!("  {name:<58} {value:>8.1} (goal ≤ {goal}: {verdict})");
}
