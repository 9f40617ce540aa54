//! Which lines of logs are still on their way to the table.
//!
//! A line gets its identifier before its statement is sent, and two statements end in any order: whoever reads the log by
//! checkpoint would pass over the line that comes late. So a reader is told up to where nothing comes any more, by this
//! node exactly, and by the others as of their last sign of life.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hookbox_protocol::TenantId;

use super::shared::Shared;
use crate::Error;

/// How long a statement may still be carried out whose connection broke: as long as the server lets any run.
const UNKNOWN: Duration = Duration::from_secs(31);

/// The writes of this node that are under way.
#[derive(Debug, Default)]
pub(super) struct Writing(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    next: u64,
    writes: BTreeMap<u64, Write>,
}

#[derive(Debug)]
struct Write {
    /// All its lines have higher identifiers.
    above: i64,
    tenants: HashSet<TenantId>,
    /// It ended without an answer, and counts until then.
    until: Option<Instant>,
}

/// A write that is under way until it is dropped.
pub(super) struct UnderWay<'a> {
    writing: &'a Writing,
    number: u64,
    is_known: bool,
}

impl Writing {
    /// Begins to write lines for these tenants. Their identifiers are made from now on.
    pub(super) fn begin(&self, shared: &Shared, tenants: HashSet<TenantId>) -> Result<UnderWay<'_>, Error> {
        let mut open = self.lock();
        let (above, number) = (shared.id()?, open.next);
        open.next += 1;
        open.writes.insert(number, Write { above, tenants, until: None });
        Ok(UnderWay { writing: self, number, is_known: false })
    }

    /// No line of that tenant, or of any, with a lower identifier comes from this node any more.
    pub(super) fn settled(&self, shared: &Shared, tenant: Option<TenantId>) -> Result<i64, Error> {
        let (mut open, now) = (self.lock(), Instant::now());
        open.writes.retain(|_, write| write.until.is_none_or(|until| now < until));
        let concerned = |write: &&Write| tenant.is_none_or(|tenant| write.tenants.contains(&tenant));
        let first = open.writes.values().filter(concerned).map(|write| write.above).min();
        // Made under the lock: what begins later gets higher ones.
        first.map_or_else(|| shared.id(), Ok)
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay<'_> {
    /// It ended. Its lines are there, or will never be; where the database went away, nobody knows.
    pub(super) fn ended_as<T>(mut self, result: &Result<T, Error>) {
        self.is_known = !matches!(result, Err(Error::Unavailable(_)));
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut open = self.writing.lock();
        if self.is_known {
            open.writes.remove(&self.number);
        } else if let Some(write) = open.writes.get_mut(&self.number) {
            write.until = Some(Instant::now() + UNKNOWN);
        }
    }
}
