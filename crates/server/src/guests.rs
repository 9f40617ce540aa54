//! The threads that guests run on, apart from those of the API: a guest that computes never delays an answer.

use std::future::Future;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The guests' own tokio runtime. Dropping it ends what still runs on it.
pub(crate) struct Guests {
    runtime: Option<Runtime>,
    tracker: TaskTracker,
}

/// A run on the guests' threads did not come to its end: it panicked, or the threads were shut down.
#[derive(Debug, thiserror::Error)]
#[error("a run on the guests' threads broke off")]
pub(crate) struct BrokenOff;

impl Guests {
    /// Starts the threads; one per core where `threads` is `None`.
    pub(crate) fn start(threads: Option<usize>) -> std::io::Result<Self> {
        let threads = threads.map_or_else(std::thread::available_parallelism, |count| {
            std::num::NonZero::new(count).ok_or_else(|| std::io::Error::other("guests need at least one thread"))
        })?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads.get())
            .thread_name("hookbox-guest")
            .enable_all()
            .build()?;
        Ok(Self { runtime: Some(runtime), tracker: TaskTracker::new() })
    }

    /// Runs a future on the guests' threads and waits for it. Dropping the wait ends the run.
    pub(crate) async fn run<F>(&self, future: F) -> Result<F::Output, BrokenOff>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let gone = CancellationToken::new();
        let _gone_with_the_wait = gone.clone().drop_guard();
        let task = self.tracker.spawn_on(async move { gone.run_until_cancelled(future).await }, self.handle());
        task.await.ok().flatten().ok_or(BrokenOff)
    }

    /// Starts a future on the guests' threads.
    pub(crate) fn spawn<F>(&self, future: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        drop(self.tracker.spawn_on(future, self.handle()));
    }

    fn handle(&self) -> &Handle {
        self.runtime.as_ref().expect("the runtime is there until the drop").handle()
    }
}

impl Drop for Guests {
    fn drop(&mut self) {
        // An ordinary drop would block, which a thread of the API must not.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
