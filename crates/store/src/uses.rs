//! When credentials were used, kept in memory so that a use costs no write.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};

use hookbox_protocol::Timestamp;

use crate::TokenId;

/// How old what is written may be before a use is written anew.
const WRITTEN_EVERY_MS: i64 = 60_000;
/// Credentials that are remembered. Forgetting them all costs each of them one write.
const KEPT_MAX: usize = 100_000;

/// The last uses that were handed to the database, in milliseconds since 1970.
#[derive(Default)]
pub(crate) struct Uses(RwLock<HashMap<TokenId, AtomicI64>>);

impl Uses {
    /// Takes note of a use; whether it is to be written, which one caller in a minute is told.
    pub(crate) fn note(&self, id: TokenId, now: Timestamp) -> bool {
        if let Some(written) = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
            let before = written.load(Ordering::Relaxed);
            // A clock that went back is a reason to write as well.
            let is_fresh = (before..before.saturating_add(WRITTEN_EVERY_MS)).contains(&now.0);
            return !is_fresh && written.compare_exchange(before, now.0, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        }
        let mut uses = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if uses.len() >= KEPT_MAX {
            uses.clear();
        }
        // Two at once may both come here; the second has nothing to write.
        uses.insert(id, AtomicI64::new(now.0)).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_written_once_a_minute() {
        let uses = Uses::default();
        let noted = |at| uses.note(TokenId(1), Timestamp(at));
        assert_eq!([0, 1, 59_999, 60_000, 60_001].map(noted), [true, false, false, true, false]);
        assert_eq!([30_000, 30_001].map(noted), [true, false], "the clock went back");
        assert!(uses.note(TokenId(2), Timestamp(1)), "another one");
    }
}
