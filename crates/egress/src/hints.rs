//! Interim answers (1xx) before the answer. They are not for the hook, and a server that sends them without end would
//! keep the client busy for as long as the call may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Notify;

/// Interim answers to one request.
const HINTS_MAX: u32 = 32;

/// Counts the interim answers to a request.
#[derive(Clone, Default)]
pub(crate) struct Hints(Arc<Counted>);

#[derive(Default)]
struct Counted {
    seen: AtomicU32,
    over: Notify,
}

impl Hints {
    /// Counts those to this request from now on.
    pub(crate) fn count<B>(request: &mut http::Request<B>) -> Self {
        let hints = Self::default();
        let counted = Arc::clone(&hints.0);
        hyper::ext::on_informational(request, move |_| {
            if counted.seen.fetch_add(1, Ordering::Relaxed) == HINTS_MAX {
                counted.over.notify_one();
            }
        });
        hints
    }

    /// Waits until there are more than there may be.
    pub(crate) async fn too_many(&self) {
        self.0.over.notified().await;
    }
}
