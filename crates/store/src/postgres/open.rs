//! Opening a database, and what all calls of the engine have in common.

use std::sync::Arc;

use futures_util::FutureExt as _;
use hookbox_protocol::{TenantId, api};

use super::address::Address;
use super::batch::{self, Care};
use super::group::Group;
use super::keeper::{self, Session};
use super::shared::Shared;
use super::{Postgres, accept, count, delivery, event, expiry, version};
use crate::engine::Answer;
use crate::{Clock, Error};

impl Postgres {
    /// Connects, and brings the tables up to date. Refuses a pooler in transaction mode.
    pub(crate) async fn open(url: &str, clock: Clock, quotas: api::Quotas) -> Result<Self, Error> {
        let shared = Arc::new(Shared::new(Address::parse(url)?, clock, quotas)?);
        let session = match Box::pin(Session::begin(&shared)).await {
            Ok(session) => session,
            Err(Error::Unavailable(why)) => {
                return Err(Error::Unavailable(format!("{} cannot be used: {why}", shared.address).into()));
            }
            Err(other) => return Err(other),
        };
        expiry::pull_forward(&shared, 0).await?;
        if !shared.others() {
            batch::change(&shared, Care::Whole, None, async |batch| version::remove_unused(batch, true).await).await?;
        }
        shared.tasks.spawn(keeper::run(Arc::clone(&shared), session));
        shared.tasks.spawn(count::run(Arc::clone(&shared)));
        let accepts = Group::start(&shared, accept::accept);
        let completions = Group::start(&shared, delivery::complete);
        Ok(Self { shared, accepts, completions })
    }

    /// Runs to the end, whatever becomes of the answer.
    pub(super) fn go_on<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Answer<T> {
        if self.shared.refusing.is_cancelled() {
            return std::future::ready(Err(Error::closed())).boxed();
        }
        let task = self.shared.writes.spawn(work);
        async { task.await.unwrap_or_else(|_| Err(Error::Unavailable("a write ended early".into()))) }.boxed()
    }

    /// Tells whoever waits for deliveries what a change made due.
    pub(super) fn published<T: Send + 'static>(&self, change: Answer<T>) -> Answer<T> {
        let shared = Arc::clone(&self.shared);
        async move {
            let done = change.await?;
            shared.publish();
            Ok(done)
        }
        .boxed()
    }

    /// What is known of a tenant that matters for what its deliveries wait for.
    pub(super) fn standing(&self, tenant: TenantId) -> event::Standing {
        let memory = self.shared.memory();
        event::Standing {
            now: self.shared.clock.now(),
            in_flight: memory.backlog(tenant).leased,
            tenant_most: u64::from(memory.tenant_most),
            quotas: self.shared.quotas,
        }
    }
}

impl Drop for Postgres {
    /// Lets everything that runs for the engine end; nobody waits for it.
    fn drop(&mut self) {
        let ended = end(Arc::clone(&self.shared));
        if tokio::runtime::Handle::try_current().is_ok() {
            self.shared.tasks.spawn(ended);
        } else {
            self.shared.closing.cancel();
        }
    }
}

/// Takes no further writes, finishes those that were taken, and only then gives the node's number free: what is written
/// carries it. The groups must have been stopped.
pub(super) async fn end(shared: Arc<Shared>) {
    shared.refusing.cancel();
    shared.writes.close();
    shared.writes.wait().await;
    shared.closing.cancel();
}
