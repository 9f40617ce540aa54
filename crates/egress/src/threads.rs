//! Threads of their own for calls. What a server sends is taken apart, deciphered and decoded outside of any run's CPU
//! limit: on the guests' threads one tenant's server would take the time of another tenant's hook.

use std::future::Future;
use std::io;
use std::num::NonZero;
use std::thread::available_parallelism;

use tokio::runtime::{Builder, Runtime};
use tokio_util::task::AbortOnDropHandle;

/// One thread for as many cores as this.
const CORES_PER_THREAD: usize = 4;

/// The threads. Dropping them ends the calls that are under way.
pub(crate) struct Threads(Option<Runtime>);

impl Threads {
    pub(crate) fn start() -> io::Result<Self> {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let runtime = Builder::new_multi_thread()
            .worker_threads(cores.div_ceil(CORES_PER_THREAD))
            .thread_name("hookbox-egress")
            .enable_all()
            .build()?;
        Ok(Self(Some(runtime)))
    }

    /// Carries out a call and waits for it; `None` when the threads are gone. Dropping the wait ends the call.
    pub(crate) async fn run<F>(&self, call: F) -> Option<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let task = AbortOnDropHandle::new(self.0.as_ref()?.spawn(call));
        match task.await {
            Ok(output) => Some(output),
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => None,
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // An ordinary drop would block, which a thread of another runtime must not.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
