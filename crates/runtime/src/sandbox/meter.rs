//! The time of one run: how long the guest has computed, how long the run lasts, and whether either is too long.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hookbox_protocol::RunLimits;
use hookbox_protocol::outcome::TimeBudget;

/// Shared by the run's store, whose callbacks ask it, and by the future around the run, which feeds it. All of that
/// happens on one thread at a time: the atomics are there for the compiler, not against races.
pub(crate) struct Meter {
    start: Instant,
    cpu_max: Duration,
    wall_max: Duration,
    /// Nanoseconds inside finished polls.
    cpu_ns: AtomicU64,
    /// When the current poll began, in nanoseconds since `start`.
    slice_ns: AtomicU64,
}

impl Meter {
    pub(crate) fn start(limits: &RunLimits) -> Self {
        Self {
            start: Instant::now(),
            cpu_max: Duration::from_millis(limits.cpu_ms),
            wall_max: Duration::from_millis(limits.wall_ms),
            cpu_ns: AtomicU64::new(0),
            slice_ns: AtomicU64::new(0),
        }
    }

    /// When the run must be over.
    pub(crate) fn deadline(&self) -> Instant {
        self.start + self.wall_max
    }

    /// What is left until then.
    pub(crate) fn wall_left(&self) -> Duration {
        self.wall_max.saturating_sub(self.start.elapsed())
    }

    /// Time since the start, waiting included.
    pub(crate) fn wall(&self) -> Duration {
        self.start.elapsed()
    }

    /// Time inside finished polls.
    pub(crate) fn cpu(&self) -> Duration {
        Duration::from_nanos(self.cpu_ns.load(Ordering::Relaxed))
    }

    /// When the current poll began, since the start. This is the guest's clock: it does not move while the guest
    /// computes, so that it cannot time what its neighbours do.
    pub(crate) fn slice(&self) -> Duration {
        Duration::from_nanos(self.slice_ns.load(Ordering::Relaxed))
    }

    /// The budget that is used up, if any.
    pub(crate) fn spent(&self) -> Option<TimeBudget> {
        let wall = self.start.elapsed();
        let cpu = self.cpu() + wall.saturating_sub(self.slice());
        if cpu >= self.cpu_max {
            return Some(TimeBudget::Cpu);
        }
        (wall >= self.wall_max).then_some(TimeBudget::Wall)
    }

    fn begin_slice(&self) {
        self.slice_ns.store(nanos(self.start.elapsed()), Ordering::Relaxed);
    }

    fn end_slice(&self) {
        let slice = self.start.elapsed().saturating_sub(self.slice());
        self.cpu_ns.fetch_add(nanos(slice), Ordering::Relaxed);
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A future whose polls are the CPU time of a run.
pub(crate) struct Metered<F> {
    work: F,
    meter: Arc<Meter>,
}

impl<F: Future + Unpin> Metered<F> {
    pub(crate) fn new(work: F, meter: Arc<Meter>) -> Self {
        Self { work, meter }
    }
}

impl<F: Future + Unpin> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.meter.begin_slice();
        let polled = Pin::new(&mut self.work).poll(cx);
        self.meter.end_slice();
        polled
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;
    use crate::sandbox::clock::Clock;

    fn busy(duration: Duration) {
        let start = Instant::now();
        while start.elapsed() < duration {
            std::hint::spin_loop();
        }
    }

    #[test]
    fn the_guests_clock_stands_still_while_the_guest_computes() {
        let meter = Arc::new(Meter::start(&RunLimits::default()));
        let clock = Clock::system(Arc::clone(&meter));
        busy(Duration::from_millis(2));
        let work = std::pin::pin!(async {
            let before = (clock.monotonic(), clock.unix());
            busy(Duration::from_millis(5));
            assert_eq!((clock.monotonic(), clock.unix()), before);
            before
        });
        let (monotonic, unix) = Metered::new(work, Arc::clone(&meter)).now_or_never().expect("no wait");
        let next = std::pin::pin!(async { (clock.monotonic() - monotonic, clock.unix() - unix) });
        let (monotonic, unix) = Metered::new(next, meter).now_or_never().expect("no wait");
        assert!(monotonic >= Duration::from_millis(5) && unix >= Duration::from_millis(5), "{monotonic:?} {unix:?}");
    }

    #[test]
    fn only_polls_count_as_cpu_time() {
        let meter = Arc::new(Meter::start(&RunLimits { cpu_ms: 3, ..RunLimits::default() }));
        busy(Duration::from_millis(4));
        let work = std::pin::pin!(async { meter.spent() });
        assert_eq!(Metered::new(work, Arc::clone(&meter)).now_or_never(), Some(None));
        let work = std::pin::pin!(async {
            busy(Duration::from_millis(4));
            meter.spent()
        });
        assert_eq!(Metered::new(work, Arc::clone(&meter)).now_or_never(), Some(Some(TimeBudget::Cpu)));
        assert!(meter.cpu() >= Duration::from_millis(4));
    }
}
