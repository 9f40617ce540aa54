//! The sandbox's way out: an egress session seen through the runtime's trait.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hookbox_egress::Session;
use hookbox_protocol::http::{CallBudget, CallError, Request, Response};
use hookbox_runtime::Egress;

struct WayOut(Session);

impl Egress for WayOut {
    fn send(&self, request: Request, budget: CallBudget) -> BoxFuture<'static, Result<Response, CallError>> {
        let session = self.0.clone();
        async move { session.send(request, budget).await }.boxed()
    }
}

/// What a run sends its calls through.
pub(crate) fn of(session: Session) -> Arc<dyn Egress> {
    Arc::new(WayOut(session))
}
