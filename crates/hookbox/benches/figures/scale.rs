//! How runs per second grow from one thread to two: one module, a thousand of them at random, and one that grows its memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use hookbox_runtime::{Program, Runtime, Settings};

use crate::guests;
use crate::measure::median_of;
use crate::run::{load, run_once};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(600);
const MODULES: u32 = 1_000;

/// Small, so that a thousand of them compile in seconds: what is measured is the way from one module to another.
const GUEST: &str = r#"(module
    (memory (export "memory") 17)
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "post_change_password") (param i32 i32) (result i64) (i64.const 0)))"#;

/// The same, growing its memory: two system calls a run that stop the process's other threads.
const GROWING: &str = r#"(module
    (memory (export "memory") 17)
    (func (export "hookbox_alloc") (param i32) (result i32) (i32.const 1024))
    (func (export "post_change_password") (param i32 i32) (result i64)
        (drop (memory.grow (i32.const 4)))
        (i32.store (i32.const 1200000) (i32.const 1))
        (i64.const 0)))"#;

pub(crate) fn measure() -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let runtime = Runtime::new(Settings { runs_at_once: 64, ..Settings::default() })?;
    let starter = wat::parse_str(GUEST)?;
    let one = vec![tokio.block_on(load(&runtime, starter.clone()))?];
    let growing = vec![tokio.block_on(load(&runtime, wat::parse_str(GROWING)?))?];
    let began = Instant::now();
    let many = (0..MODULES)
        .map(|number| tokio.block_on(load(&runtime, guests::variant(&starter, number))))
        .collect::<Result<Vec<_>>>()?;
    println!("\n{MODULES} modules of {} bytes compiled and loaded in {:.1?}", starter.len(), began.elapsed());
    println!("\nruns per second, one thread and two (goal ≥ 1.80 ×)");
    for (name, programs) in
        [("one module", &one), ("1,000 modules at random", &many), ("one module that grows its memory", &growing)]
    {
        let (mut single, mut double) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            single.push(throughput(&runtime, programs, 1)?);
            double.push(throughput(&runtime, programs, 2)?);
        }
        let ratio = median_of(single.iter().zip(&double).map(|(one, two)| two / one).collect());
        println!("  {name:<34} {:>10.0} {:>10.0} {ratio:>8.2} ×", median_of(single), median_of(double));
    }
    Ok(())
}

/// Runs per second of the programs at random, on that many threads.
pub(crate) fn throughput(runtime: &Runtime, programs: &[Program], threads: u64) -> Result<f64> {
    let done = AtomicU64::new(0);
    let began = Instant::now();
    std::thread::scope(|scope| {
        let done = &done;
        let workers: Vec<_> =
            (0..threads).map(|seed| scope.spawn(move || work(runtime, programs, seed, done))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().unwrap_or_else(|_| anyhow::bail!("a worker panicked")))
    })?;
    #[expect(clippy::cast_precision_loss, reason = "a count of runs in under a second")]
    let done = done.load(Ordering::Relaxed) as f64;
    Ok(done / began.elapsed().as_secs_f64())
}

fn work(runtime: &Runtime, programs: &[Program], seed: u64, done: &AtomicU64) -> Result<()> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A linear congruential step: spread enough to defeat every cache, and the same in every round.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let end = Instant::now() + ROUND;
    tokio.block_on(async {
        while Instant::now() < end {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from(state >> 33)? % programs.len();
            run_once(runtime, &programs[index]).await?;
            done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    })
}
