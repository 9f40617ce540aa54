//! What followers of the live log are told of a delivery's lines.

use std::sync::Arc;

use bytes::Bytes;
use hookbox_protocol::report::LogLine;
use hookbox_protocol::{DeliveryId, EventId, TenantId, Timestamp};
use hookbox_store::{Leased, LiveHook};
use serde_json::json;

use crate::follow::{Followers, Listener};

/// Speaks for one attempt.
pub(super) struct Speaker {
    followers: Arc<Followers>,
    tenant: TenantId,
    event: EventId,
    delivery: DeliveryId,
    attempt: u32,
    hook: Arc<LiveHook>,
}

impl Speaker {
    pub(super) fn new(followers: &Arc<Followers>, leased: &Leased) -> Self {
        Self {
            followers: Arc::clone(followers),
            tenant: leased.tenant,
            event: leased.event(),
            delivery: leased.key.delivery,
            attempt: leased.attempt,
            hook: Arc::clone(&leased.hook),
        }
    }
}

impl Listener for Speaker {
    fn listens(&self) -> bool {
        self.followers.has(self.tenant)
    }

    fn hear(&self, line: &LogLine) {
        self.followers.tell(self.tenant, &self.hook.id, || {
            let said = json!({
                "event_id": self.event,
                "delivery_id": self.delivery,
                "hook_id": self.hook.id,
                "hook_name": self.hook.name,
                "attempt": self.attempt,
                "level": line.level,
                "message": line.message,
                "at": Timestamp(jiff::Timestamp::now().as_millisecond()),
            });
            Bytes::from(format!("event: line\ndata: {said}\n\n"))
        });
    }
}
