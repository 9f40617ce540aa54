//! What a script costs: a run in a fresh sandbox beside the Rust hook that does the same, a Node `vm` context per call and a
//! Node process per call; a deploy; and the memory of many deployed scripts.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use hookbox_javascript::{Bytecode, Engine};
use hookbox_runtime::{Program, Runtime, Settings};

use crate::guests;
use crate::measure::{compare, median, median_of};
use crate::run::{load, run_once, timed};

const ROUNDS: usize = 11;
const RUNS_PER_ROUND: u32 = 200;
const TENANTS: u32 = 1_000;

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
    for name in ["starter", "sendgrid-email"] {
        let source = guests::script(&format!("{name}-js"))?;
        let script = engine.program(&tokio.block_on(engine.compile(&source))?);
        let module = tokio.block_on(load(&runtime, guests::example(name)?))?;
        let ours = || timed(RUNS_PER_ROUND, || tokio.block_on(run_once(&runtime, &script)));
        let rust = || timed(RUNS_PER_ROUND, || tokio.block_on(run_once(&runtime, &module)));
        let title = format!("run of hooks/{name}-js, fresh sandbox, calls answered at once");
        let mut subjects: Vec<crate::measure::Round<'_>> =
            vec![("hookbox, the script", Box::new(ours)), ("hookbox, the same hook in Rust", Box::new(rust))];
        if Command::new("node").arg("--version").output().is_ok() {
            subjects.push(("Node, a vm context per call", Box::new(|| node_contexts(&source))));
            subjects.push(("Node, a process per call", Box::new(|| node_process(&source))));
        } else {
            println!("  (no `node` here: install Node.js to see it beside ours)");
        }
        compare(&title, ROUNDS, subjects)?;
    }
    let starter = guests::script("starter-js")?;
    scale(&runtime, engine.program(&tokio.block_on(engine.compile(&starter))?))?;
    deploys(&tokio, &engine, &starter)
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
    println!("  {:<30} {:>10.0} {:>10.0} {ratio:>8.2} ×", "hooks/starter-js", median_of(single), median_of(double));
    Ok(())
}

/// A thousand tenants with a script each: how long a deploy compiles, and what stays in memory.
fn deploys(tokio: &tokio::runtime::Runtime, engine: &Engine, starter: &str) -> Result<()> {
    let before = private_bytes()?;
    let (mut kept, mut times): (Vec<Bytecode>, Vec<Duration>) = (Vec::new(), Vec::new());
    for number in 0..TENANTS {
        let source = format!("{starter}\n// tenant {number}\n");
        let began = Instant::now();
        kept.push(tokio.block_on(engine.compile(&source))?);
        times.push(began.elapsed());
    }
    let bytes: usize = kept.iter().map(Bytecode::len).sum();
    println!("\n{TENANTS} tenants with a script each");
    println!("  deploy, compiling in the sandbox (goal < 50 ms)    {:>10.2?}", median(times));
    println!("  bytecode per script                                {:>10} bytes", bytes / kept.len());
    println!(
        "  private memory per deployed script                 {:>10} bytes",
        private_bytes()?.saturating_sub(before) / u64::from(TENANTS)
    );
    Ok(())
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
