//! What a script costs: a run in a fresh sandbox beside the Rust hook that does the same, a Node `vm` context per call and a
//! Node process per call; a deploy; and the memory of many deployed scripts and of many that run.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};
use hookbox_javascript::{Engine, Script};
use hookbox_protocol::http::{CallBudget, CallError, Request, Response};
use hookbox_runtime::{Egress, Program, Runtime, Settings};
use tokio::sync::Semaphore;

use crate::guests;
use crate::measure::{compare, median, median_of};
use crate::run::{Accepts, load, run_once, run_with, timed};

const ROUNDS: usize = 11;
const RUNS_PER_ROUND: u32 = 200;
const TENANTS: u32 = 10_000;

/// Scripts that run at the same time when their memory is measured.
const RUNNING: u32 = 200;

/// How long a run may take on an idle core.
const GOALS: [(&str, &str); 2] = [("starter", "40 µs"), ("sendgrid-email", "120 µs")];

pub(crate) fn measure() -> Result<()> {
    if !Engine::available() {
        println!("\nscripts: this build has no JavaScript engine; install clang and build again");
        return Ok(());
    }
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let runtime = Runtime::new(Settings { runs_at_once: 256, ..Settings::default() })?;
    let began = Instant::now();
    let engine = tokio.block_on(Engine::start(&runtime, None))?;
    println!("\nJavaScript engine made and compiled in {:.1?}", began.elapsed());
    for (name, goal) in GOALS {
        let source = guests::script(&format!("{name}-js"))?;
        let script = engine.program(&tokio.block_on(engine.compile(&source))?);
        let module = tokio.block_on(load(&runtime, guests::example(name)?))?;
        let ours = || timed(RUNS_PER_ROUND, || tokio.block_on(run_once(&runtime, &script)));
        let rust = || timed(RUNS_PER_ROUND, || tokio.block_on(run_once(&runtime, &module)));
        let title =
            format!("run of hooks/{name}-js, fresh sandbox, calls answered at once (goal ≤ {goal} on an idle core)");
        compare(
            &title,
            ROUNDS,
            vec![("hookbox, the script", Box::new(ours)), ("hookbox, the same hook in Rust", Box::new(rust))],
        )?;
        tokio.block_on(effort(&runtime, &script))?;
        if Command::new("node").arg("--version").output().is_err() {
            println!("  (no `node` here: install Node.js to see it beside ours)");
            continue;
        }
        // A table of its own: what Node does in between slows ours down, by its threads and by what it does to the caches.
        compare(
            "the same in turns with Node",
            ROUNDS,
            vec![
                ("hookbox, the script", Box::new(ours)),
                ("Node, a vm context per call", Box::new(|| node_contexts(&source))),
                ("Node, a process per call", Box::new(|| node_process(&source))),
            ],
        )?;
    }
    let starter = guests::script("starter-js")?;
    scale(&runtime, engine.program(&tokio.block_on(engine.compile(&starter))?))?;
    deploys(&tokio, &engine, &starter)?;
    running(&tokio)
}

/// What a run costs whatever the machine does: a busy machine changes neither number.
async fn effort(runtime: &Runtime, script: &Program) -> Result<()> {
    let report = run_with(runtime, script, Arc::new(Accepts)).await?;
    let before = minor_faults()?;
    for _ in 0..RUNS_PER_ROUND {
        run_once(runtime, script).await?;
    }
    let faults = minor_faults()?.saturating_sub(before);
    println!("  fuel a run: {}; page faults in {RUNS_PER_ROUND} runs: {faults}", report.fuel_used);
    Ok(())
}

/// Runs per second on one thread and on two.
fn scale(runtime: &Runtime, starter: Program) -> Result<()> {
    let programs = [starter];
    let (mut single, mut double) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        single.push(crate::scale::throughput(runtime, &programs, 1)?);
        double.push(crate::scale::throughput(runtime, &programs, 2)?);
    }
    let ratio = median_of(single.iter().zip(&double).map(|(one, two)| two / one).collect());
    println!("\nscript runs per second, one thread and two (goal ≥ 1.80 ×)");
    println!("  {:<34} {:>10.0} {:>10.0} {ratio:>8.2} ×", "hooks/starter-js", median_of(single), median_of(double));
    Ok(())
}

/// Many tenants with a script each: how long a deploy compiles, and what stays in memory.
fn deploys(tokio: &tokio::runtime::Runtime, engine: &Engine, starter: &str) -> Result<()> {
    let (mut kept, mut times): (Vec<Script>, Vec<Duration>) = (Vec::new(), Vec::new());
    let mut before = 0;
    for number in 0..=TENANTS {
        let source = format!("{starter}\n// tenant {number}\n");
        let began = Instant::now();
        kept.push(tokio.block_on(engine.compile(&source))?);
        times.push(began.elapsed());
        if number == 0 {
            // The first one made a slot of the pool resident, which all of them share.
            before = private_bytes()?;
        }
    }
    let bytes: usize = kept.iter().map(Script::bytes).sum();
    println!("\n{TENANTS} tenants with a script each");
    println!("  deploy: compiled and loaded (goal < 50 ms)         {:>10.2?}", median(times));
    println!("  what a script comes to, compiled and loaded        {:>10} bytes", bytes / kept.len());
    println!(
        "  private memory per deployed script                 {:>10} bytes",
        private_bytes()?.saturating_sub(before) / u64::from(TENANTS)
    );
    Ok(())
}

/// Lets each call wait until permits are given out.
struct Waits {
    asked: Arc<Semaphore>,
    answer: Arc<Semaphore>,
}

impl Egress for Waits {
    fn send(&self, request: Request, budget: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        self.asked.add_permits(1);
        let (answer, accepted) = (Arc::clone(&self.answer), Accepts.send(request, budget));
        async move {
            // The semaphore is never closed, so this waits for a permit and for nothing else.
            drop(answer.acquire().await);
            accepted.await
        }
        .boxed()
    }
}

/// Scripts that all wait inside of a call at the same time, each in a slot that nobody used before.
fn running(tokio: &tokio::runtime::Runtime) -> Result<()> {
    let runtime = Runtime::new(Settings { runs_at_once: RUNNING + 1, ..Settings::default() })?;
    let engine = tokio.block_on(Engine::start(&runtime, None))?;
    let script = engine.program(&tokio.block_on(engine.compile(&guests::script("sendgrid-email-js")?))?);
    tokio.block_on(run_once(&runtime, &script))?;
    let egress = Arc::new(Waits { asked: Arc::new(Semaphore::new(0)), answer: Arc::new(Semaphore::new(0)) });
    let before = private_bytes()?;
    let (asked, answer) = (Arc::clone(&egress.asked), Arc::clone(&egress.answer));
    let runs = join_all((0..RUNNING).map(|_| run_with(&runtime, &script, Arc::clone(&egress) as Arc<dyn Egress>)));
    let measured = async {
        drop(asked.acquire_many(RUNNING).await?);
        let during = private_bytes()?;
        answer.add_permits(RUNNING as usize);
        anyhow::Ok(during)
    };
    let (reports, during) = tokio.block_on(futures_util::future::join(runs, measured));
    reports.into_iter().collect::<Result<Vec<_>>>()?;
    // One of them has the slot that the first run left warm.
    let each = |bytes: u64| bytes.saturating_sub(before) / u64::from(RUNNING - 1);
    println!("\n{RUNNING} runs of hooks/sendgrid-email-js at once, each waiting for an answer");
    println!("  private memory per running instance                {:>10} bytes", each(during?));
    println!("  what its slot keeps for the next run               {:>10} bytes", each(private_bytes()?));
    Ok(())
}

/// Page faults of this process that needed no disk.
fn minor_faults() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/stat")?;
    // Behind the name, which may hold anything, it is the eighth field.
    let (_, fields) = text.rsplit_once(") ").context("a name in brackets")?;
    Ok(fields.split(' ').nth(7).context("ten fields")?.parse()?)
}

fn private_bytes() -> Result<u64> {
    let text = std::fs::read_to_string("/proc/self/smaps_rollup")?;
    let line = text.lines().find(|line| line.starts_with("Private_Dirty:")).context("Private_Dirty")?;
    let kibibytes: u64 = line.split_whitespace().nth(1).context("a number")?.parse()?;
    Ok(kibibytes << 10)
}

/// The script in Node, with `request` answered at once: what the same isolation costs there at the least.
const NODE: &str = r#"
const vm = require('vm');
const source = process.env.SOURCE, input = JSON.parse(process.env.INPUT), calls = Number(process.env.CALLS);
const answer = (options, cb) => cb(null, { statusCode: 202 }, '');
const request = Object.assign(answer, { post: answer });
const run = () => new Promise((resolve, reject) => {
  const module = { exports: {} };
  const context = vm.createContext({ module, exports: module.exports, console: { log() {} }, require: () => request });
  vm.runInContext(source, context);
  module.exports(input.user, input.context, (error) => (error ? reject(error) : resolve()));
});
(async () => {
  await run();
  const began = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await run();
  console.log(String((process.hrtime.bigint() - began) / BigInt(calls)));
})();
"#;

fn node(source: &str, calls: u32) -> Result<String> {
    let output = Command::new("node")
        .args(["-e", NODE])
        .env("SOURCE", source)
        .env("INPUT", guests::INPUT)
        .env("CALLS", calls.to_string())
        .output()?;
    ensure!(output.status.success(), "node: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?)
}

fn node_contexts(source: &str) -> Result<Duration> {
    Ok(Duration::from_nanos(node(source, RUNS_PER_ROUND)?.trim().parse()?))
}

fn node_process(source: &str) -> Result<Duration> {
    let began = Instant::now();
    node(source, 1)?;
    Ok(began.elapsed())
}
