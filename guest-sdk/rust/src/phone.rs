//! The arguments of `send-phone-message`.

use serde_json::{Map, Value};

use crate::record::record;
use crate::{Error, Webtask};

record! {
    /// What is known about a message to a phone. A text that was not sent is empty.
    pub struct PhoneContext {
        /// `sms` or `voice`.
        pub message_type: String = "message_type",
        /// `enrollment` or `second-factor-authentication`.
        pub action: String = "action",
        /// The user's language.
        pub language: String = "language",
        /// The code that the message tells.
        pub code: String = "code",
        /// The address that the user came from.
        pub ip: String = "ip",
        /// The user's browser, as it names itself.
        pub user_agent: String = "user_agent",
        /// The application that the user signs in to.
        pub client: Option<PhoneClient> = "client",
        /// The user.
        pub user: PhoneUser = "user",
        /// What Hookbox adds.
        pub webtask: Webtask = "webtask",
    }
}

record! {
    /// The application that a user signs in to. A text that was not sent is empty.
    pub struct PhoneClient {
        /// The application's id.
        pub client_id: String = "client_id",
        /// Its name.
        pub name: String = "name",
        /// What the tenant noted about it.
        pub client_metadata: Map<String, Value> = "client_metadata",
    }
}

record! {
    /// The user who gets a message. A text that was not sent is empty.
    pub struct PhoneUser {
        /// The user's id.
        pub user_id: String = "user_id",
        /// The user's name.
        pub name: String = "name",
        /// The user's email address.
        pub email: String = "email",
        /// What only applications may change about the user.
        pub app_metadata: Map<String, Value> = "app_metadata",
        /// What the user may change about themselves.
        pub user_metadata: Map<String, Value> = "user_metadata",
    }
}

impl PhoneContext {
    /// The secret of that name.
    ///
    /// # Errors
    /// The hook has no such secret.
    pub fn secret(&self, name: &str) -> Result<&str, Error> {
        self.webtask.secrets.get(name)
    }
}
