//! What is known about an event beside the user.

use serde::{Deserialize, Serialize};

use crate::record::record;
use crate::{Error, Secrets};

record! {
    /// What is known about an event of a user beside the user.
    pub struct Context {
        /// Where the user's account is.
        pub connection: Connection = "connection",
        /// What Hookbox adds: secrets and the delivery.
        pub webtask: Webtask = "webtask",
    }
}

record! {
    /// Where a user's account is. A text that was not sent is empty.
    pub struct Connection {
        /// The connection's id.
        pub id: String = "id",
        /// The connection's name.
        pub name: String = "name",
        /// The tenant that it belongs to.
        pub tenant: String = "tenant",
        /// Its kind: `auth0` is a database of users with passwords.
        pub strategy: Option<String> = "strategy",
    }
}

record! {
    /// What Hookbox adds to a context.
    pub struct Webtask {
        /// The hook's secrets.
        pub secrets: Secrets = "secrets",
        /// The delivery, for triggers that take events.
        pub event: Option<Event> = "event",
    }
}

/// Which event a run is about, and which attempt it is.
///
/// An event can be delivered more than once. Its id stays the same, so it is the key to make a call idempotent with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Event {
    /// The event's id.
    pub id: String,
    /// 1 for the first attempt.
    pub attempt: u32,
    /// Who made the change, where the identity system said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiated_by: Option<Initiator>,
}

/// Who made a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Initiator {
    /// The user.
    User,
    /// An administrator.
    Admin,
    /// Someone whom this version of the SDK has no name for.
    #[serde(other)]
    Other,
}

impl Context {
    /// The secret of that name.
    ///
    /// # Errors
    /// The hook has no such secret; the message names it and says how to add it.
    pub fn secret(&self, name: &str) -> Result<&str, Error> {
        self.webtask.secrets.get(name)
    }

    /// The delivery: the event's id, the attempt, and who made the change. `None` where the host gave none, as for a
    /// trigger that is called and answered at once.
    pub fn event(&self) -> Option<&Event> {
        self.webtask.event.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_context_is_read_with_its_event_and_secrets_and_keeps_the_rest() {
        let context: Context = serde_json::from_value(json!({
            "connection": {"id": "con_1", "name": "db", "tenant": "t", "options": {}},
            "webtask": {"secrets": {"KEY": "v"}, "event": {"id": "evt_1", "attempt": 2, "initiated_by": "admin"}},
            "requestLanguage": "en",
        }))
        .expect("reads");
        assert_eq!(context.secret("KEY").expect("is there"), "v");
        let event = context.event().expect("is there");
        assert_eq!((event.id.as_str(), event.attempt, event.initiated_by), ("evt_1", 2, Some(Initiator::Admin)));
        assert_eq!(context.extra["requestLanguage"], "en");
        assert_eq!(context.connection.extra["options"], json!({}));
    }

    #[test]
    fn an_empty_context_is_read_too() {
        for sent in [json!({}), json!({"connection": null, "webtask": null}), json!({"webtask": {"secrets": null}})] {
            let context: Context = serde_json::from_value(sent).expect("reads");
            assert_eq!(context, Context::default());
        }
    }

    #[test]
    fn an_initiator_of_a_later_version_is_read() {
        let event: Event = serde_json::from_value(json!({"initiated_by": "robot"})).expect("reads");
        assert_eq!(event.initiated_by, Some(Initiator::Other));
    }
}
