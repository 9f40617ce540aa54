//! Networks for tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::http::{CallBudget, CallError, Request, Response};
use hookbox_runtime::Egress;

/// Never answers.
pub(crate) struct Hangs;

impl Egress for Hangs {
    fn send(&self, _: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        std::future::pending().boxed()
    }
}

/// Panics.
pub(crate) struct Panics;

impl Egress for Panics {
    fn send(&self, _: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        // Without the hook that would print a backtrace into the output of every run of the tests.
        std::panic::resume_unwind(Box::new("the egress has a bug"))
    }
}

/// Answers 200 with a body of `body_bytes`, after giving other calls a turn, and counts.
#[derive(Default)]
pub(crate) struct Answers {
    pub(crate) body_bytes: usize,
    pub(crate) open: Arc<AtomicU32>,
    pub(crate) most_open: Arc<AtomicU32>,
    pub(crate) seen: Arc<Mutex<Vec<(String, CallBudget)>>>,
}

impl Egress for Answers {
    fn send(&self, request: Request, budget: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let (open, most_open) = (Arc::clone(&self.open), Arc::clone(&self.most_open));
        let body = vec![b'x'; self.body_bytes];
        self.seen.lock().expect("no panic").push((request.url, budget));
        most_open.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        async move {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            open.fetch_sub(1, Ordering::SeqCst);
            Ok(Response { status: 200, headers: BTreeMap::new(), body })
        }
        .boxed()
    }
}
