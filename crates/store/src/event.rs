//! Events on their way in, and what a list of them is asked for.

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{EventId, HookId, Timestamp, Trigger};
use sha2::{Digest as _, Sha256};

use crate::Error;

/// The longest idempotency key, in characters.
const KEY_CHARS_MAX: usize = 255;

/// Events that one call looks at in search of those that match; where these were few, the next call goes on.
pub(crate) const SCANNED_MAX: u32 = if cfg!(test) { 400 } else { 50_000 };

/// How many events a list holds when nobody said otherwise, and at most.
pub(crate) const TAKE_DEFAULT: u32 = 50;
pub(crate) const TAKE_MAX: u32 = 100;

/// A checked event that is to be accepted.
#[derive(Debug, Clone)]
pub struct AcceptEvent {
    /// What happened.
    pub trigger: Trigger,
    /// The user's JSON, as sent.
    pub user: String,
    /// The context's JSON, as sent.
    pub context: String,
    /// Who made the change, where the identity system said so.
    pub initiated_by: Option<Initiator>,
    /// Makes a repeated report of the same event answer the first one. Unique per tenant, for as long as the event is kept.
    pub idempotency_key: Option<String>,
}

impl AcceptEvent {
    pub(crate) fn check(&self) -> Result<(), Error> {
        match &self.idempotency_key {
            Some(key) if key.is_empty() || key.chars().count() > KEY_CHARS_MAX => Err(Error::Invalid(format!(
                "the idempotency key has {} characters; it must have between 1 and {KEY_CHARS_MAX}",
                key.chars().count()
            ))),
            _ => Ok(()),
        }
    }

    /// What two reports with one idempotency key must agree in. Lengths keep the parts apart.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        for part in [self.trigger.name(), self.initiated_by.map_or("", Initiator::name), &self.user, &self.context] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// Which events a list is about. The default is the newest 50.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    /// Only events of that trigger.
    pub trigger: Option<Trigger>,
    /// Only events with a delivery to that hook.
    pub hook_id: Option<HookId>,
    /// Only events with a delivery in that state; with `hook_id`, a delivery to that hook.
    pub state: Option<DeliveryState>,
    /// Only events about that user: his id, mail address or name, all of it; of a mail address, letters in either case.
    /// There is no index for it: where the user is rare, a list may hold fewer events than asked for, or none, and a
    /// `next` all the same.
    pub user: Option<String>,
    /// Only events accepted at that time or later.
    pub since: Option<Timestamp>,
    /// Only events accepted before that time.
    pub until: Option<Timestamp>,
    /// How many, 1 to 100; 50 where absent.
    pub take: Option<u32>,
    /// Go on where a list ended: the `next` of that list.
    pub from: Option<EventId>,
}

impl EventFilter {
    pub(crate) fn take(&self) -> Result<u32, Error> {
        let take = self.take.unwrap_or(TAKE_DEFAULT);
        if take == 0 || take > TAKE_MAX {
            return Err(Error::Invalid(format!("take is {take}; it must be between 1 and {TAKE_MAX}")));
        }
        Ok(take)
    }
}
