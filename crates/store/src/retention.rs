//! What is removed because it is old, or because a tenant keeps too much.

use crate::{Error, Store};

/// What one step of [`Store::sweep`] removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Events, with everything about them.
    pub events: u64,
    /// Deliveries of these events.
    pub deliveries: u64,
    /// Attempts of these deliveries.
    pub attempts: u64,
    /// Lines of tenant logs.
    pub logs: u64,
    /// Whether all tenants were looked at and nothing was left to do: a minute's pause is in place.
    pub idle: bool,
}

impl Store {
    /// One cheap step of retention: looks at some tenants, and removes up to `most` events or log lines that are older
    /// than the tenant keeps, or beyond the bytes that it keeps, oldest first. What has not ended stays. Also ends the
    /// removal of tenants that were deleted.
    ///
    /// Call it again at once until it answers `idle`, then every minute or so.
    pub async fn sweep(&self, most: u32) -> Result<Swept, Error> {
        self.shared().engine.sweep(most.max(1)).await
    }
}
