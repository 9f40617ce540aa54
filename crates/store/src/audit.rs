//! Who changed what: an entry for each change, written in the transaction of the change.

use hookbox_protocol::id::AuditId;
use hookbox_protocol::{TenantId, Timestamp};
use serde_json::Value;

use crate::{Error, Store, TenantStore, TokenId};

/// The operator, as a credential.
pub(crate) const OPERATOR: TokenId = TokenId(0);
/// Whose trail the operator's own is.
pub(crate) const NO_TENANT: TenantId = TenantId(0);

/// Entries that a list holds when nobody said otherwise, and at most.
const TAKE_DEFAULT: u32 = 50;
const TAKE_MAX: u32 = 100;

/// Which entries of an audit trail are asked for. The default is the newest 50.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only entries written at that time or later.
    pub since: Option<Timestamp>,
    /// Only entries written before that time.
    pub until: Option<Timestamp>,
    /// How many, 1 to 100; 50 where absent.
    pub take: Option<u32>,
    /// Go on after this entry: the last one of the list before.
    pub from: Option<AuditId>,
}

impl AuditFilter {
    pub(crate) fn take(&self) -> Result<u32, Error> {
        let take = self.take.unwrap_or(TAKE_DEFAULT);
        if take == 0 || take > TAKE_MAX {
            return Err(Error::Invalid(format!("take is {take}; it must be between 1 and {TAKE_MAX}")));
        }
        Ok(take)
    }
}

/// A change that somebody made.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRow {
    /// The entry.
    pub id: AuditId,
    /// When the change was made.
    pub at: Timestamp,
    /// Whose credential it was made with.
    pub token_id: TokenId,
    /// That credential's name, `operator` for the operator; `None` once it was revoked.
    pub token_name: Option<String>,
    /// What was done: `create hook`, `update secrets`.
    pub action: String,
    /// What it was done to: an id, or a name.
    pub subject: String,
    /// What else is known. Never the value of a secret.
    pub details: Value,
}

impl Store {
    /// What the operator changed, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `take` is out of bounds.
    pub async fn operator_audit(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, Error> {
        filter.take()?;
        self.shared().engine.audit(None, filter).await
    }
}

impl TenantStore {
    /// What was changed in this tenant, newest first.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `take` is out of bounds.
    pub async fn audit(&self, filter: AuditFilter) -> Result<Vec<AuditRow>, Error> {
        filter.take()?;
        self.shared().engine.audit(Some(self.caller().tenant), filter).await
    }
}
