//! How many calls and lookups a tenant may have under way.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use hookbox_protocol::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Calls at once in the process, and so connections in use.
pub(crate) const CALLS_MAX: usize = 1_000;
/// Calls at once of one tenant.
pub(crate) const CALLS_PER_TENANT_MAX: usize = 64;
/// Lookups at once of one tenant.
const LOOKUPS_PER_TENANT_MAX: usize = 8;

/// A place in a tenant's allowance and one in that of the process.
pub(crate) struct Permits {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Permits {
    /// Waits for the tenant's own place first: whoever waits for that takes no room from others.
    pub(crate) async fn acquire(own: &Arc<Semaphore>, all: &Arc<Semaphore>) -> Self {
        let never_closed = "these semaphores are never closed";
        let own = Arc::clone(own).acquire_owned().await.expect(never_closed);
        let all = Arc::clone(all).acquire_owned().await.expect(never_closed);
        Self { _own: own, _all: all }
    }
}

/// What one tenant may use at once, over all of its runs.
pub(crate) struct Share {
    pub(crate) tenant: TenantId,
    pub(crate) lookups: Arc<Semaphore>,
    calls: Arc<Semaphore>,
    all_calls: Arc<Semaphore>,
}

impl Share {
    /// Waits until there is room for a call.
    pub(crate) async fn enter(&self) -> Permits {
        Permits::acquire(&self.calls, &self.all_calls).await
    }
}

/// The shares of the tenants that have a session.
pub(crate) struct Shares {
    calls: Arc<Semaphore>,
    tenants: Mutex<Tenants>,
}

#[derive(Default)]
struct Tenants {
    shares: HashMap<TenantId, Weak<Share>>,
    /// The number of entries at which those without a session are taken out.
    prune_at: usize,
}

impl Shares {
    pub(crate) fn new() -> Self {
        Self { calls: Arc::new(Semaphore::new(CALLS_MAX)), tenants: Mutex::default() }
    }

    /// The tenant's share, the same one for all sessions that live at the same time.
    pub(crate) fn of(&self, tenant: TenantId) -> Arc<Share> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(share) = tenants.shares.get(&tenant).and_then(Weak::upgrade) {
            return share;
        }
        // Only when the map has doubled, so that the work is spread over the insertions.
        if tenants.shares.len() >= tenants.prune_at {
            tenants.shares.retain(|_, share| share.strong_count() > 0);
            tenants.prune_at = (2 * tenants.shares.len()).max(64);
        }
        let share = Arc::new(Share {
            tenant,
            lookups: Arc::new(Semaphore::new(LOOKUPS_PER_TENANT_MAX)),
            calls: Arc::new(Semaphore::new(CALLS_PER_TENANT_MAX)),
            all_calls: Arc::clone(&self.calls),
        });
        tenants.shares.insert(tenant, Arc::downgrade(&share));
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_a_tenant_share_one_allowance_and_those_of_another_do_not() {
        let shares = Shares::new();
        let (first, second, other) = (shares.of(TenantId(1)), shares.of(TenantId(1)), shares.of(TenantId(2)));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &other));
    }

    #[test]
    fn shares_of_tenants_without_a_session_are_forgotten() {
        let shares = Shares::new();
        for tenant in 0..100_000 {
            drop(shares.of(TenantId(tenant)));
        }
        let kept = shares.tenants.lock().expect("not poisoned").shares.len();
        assert!(kept < 100, "{kept}");
    }
}
