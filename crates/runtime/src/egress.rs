//! The way out, as the sandbox sees it: somebody who sends a request.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use hookbox_protocol::http::{CallBudget, CallError, ErrorKind, Request, Response};

/// Sends the requests of one run. Which addresses it may reach is decided behind this trait.
pub trait Egress: Send + Sync {
    /// Sends `request` within `budget`. Dropping the future ends the call.
    fn send(&self, request: Request, budget: CallBudget) -> BoxFuture<'static, Result<Response, CallError>>;
}

/// An [`Egress`] that answers every request with `blocked`.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEgress;

impl Egress for NoEgress {
    fn send(&self, _: Request, _: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let error = CallError::new(ErrorKind::Blocked, "this run has no network".to_owned());
        async move { Err(error) }.boxed()
    }
}
