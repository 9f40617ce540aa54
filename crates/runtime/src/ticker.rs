//! The epoch ticker: one thread that interrupts guests every [`TICK`], so that each run looks at its clock.
//!
//! A thread of its own, because a guest that never yields can pin any executor, its timers included.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use wasmtime::Engine;

use crate::Error;
use crate::engine::Engines;

/// How often a guest is interrupted.
const TICK: Duration = Duration::from_millis(10);

/// After how many ticks without a run the thread goes to sleep.
const IDLE_TICKS: u32 = 100;

/// The thread and the count of runs that keeps it awake.
pub(crate) struct Ticker {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    runs: AtomicUsize,
    asleep: AtomicBool,
    stop: AtomicBool,
}

/// Keeps the ticker awake while it lives.
pub(crate) struct Awake<'a>(&'a Shared);

impl Drop for Awake<'_> {
    fn drop(&mut self) {
        self.0.runs.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Ticker {
    /// Starts the thread.
    pub(crate) fn start(engines: &Engines) -> Result<Self, Error> {
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        let engines = engines.all().map(Engine::clone);
        let thread = std::thread::Builder::new()
            .name("epoch-ticker".to_owned())
            .spawn(move || of_thread.tick(&engines))
            .map_err(|e| Error::Setup(format!("the epoch ticker's thread: {e}")))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Wakes the thread if it sleeps; it stays awake until the guard is dropped.
    pub(crate) fn awake(&self) -> Awake<'_> {
        self.shared.runs.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.unpark();
        }
        Awake(&self.shared)
    }

    fn unpark(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        self.unpark();
        if let Some(thread) = self.thread.take() {
            // The thread runs no code that panics; there is nothing to learn from its result.
            drop(thread.join());
        }
    }
}

impl Shared {
    fn tick(&self, engines: &[Engine]) {
        let mut idle = 0;
        while !self.stop.load(Ordering::SeqCst) {
            std::thread::park_timeout(TICK);
            for engine in engines {
                engine.increment_epoch();
            }
            idle = if self.runs.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
            if idle >= IDLE_TICKS {
                self.sleep();
                idle = 0;
            }
        }
    }

    /// Sleeps until a run begins. `asleep` is set before `runs` is read, and a run counts itself before it reads
    /// `asleep`, so one of the two always sees the other.
    fn sleep(&self) {
        self.asleep.store(true, Ordering::SeqCst);
        while self.runs.load(Ordering::SeqCst) == 0 && !self.stop.load(Ordering::SeqCst) {
            std::thread::park();
        }
        self.asleep.store(false, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticker_sleeps_without_runs_and_wakes_for_one() {
        let settings = crate::Settings { runs_at_once: 1, ..crate::Settings::default() };
        let ticker = Ticker::start(&Engines::new(&settings).expect("engines")).expect("a thread");
        let asleep = |expected: bool| {
            while ticker.shared.asleep.load(Ordering::SeqCst) != expected {
                std::thread::park_timeout(TICK);
            }
        };
        for _ in 0..2 {
            asleep(true);
            let awake = ticker.awake();
            asleep(false);
            drop(awake);
        }
        asleep(true);
        drop(ticker);
    }
}
