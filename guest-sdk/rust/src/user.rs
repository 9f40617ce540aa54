//! The user whom an event is about.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::record::record;

record! {
    /// The user whom an event is about.
    ///
    /// What identifies a user is text here, never an `Option`: it is there in practice, it goes straight into a message,
    /// and where the identity system left it out or sent `null` it is empty, which [`str::is_empty`] tells.
    pub struct User {
        /// The user's id; empty before a registration.
        pub id: String = "id",
        /// The name to sign in with; empty where the connection has none.
        pub username: String = "username",
        /// The email address; empty where the user has none.
        pub email: String = "email",
        /// When the password was last changed, RFC 3339 in UTC.
        pub last_password_reset: Option<String> = "last_password_reset",
        /// The tenant, where the event names it.
        pub tenant: Option<String> = "tenant",
        /// The password that the user chose, before a registration only.
        pub password: Option<Password> = "password",
        /// Whether the email address is known to be the user's.
        pub email_verified: Option<bool> = "emailVerified",
        /// The phone number.
        pub phone_number: Option<String> = "phoneNumber",
        /// Whether the phone number is known to be the user's.
        pub phone_number_verified: Option<bool> = "phoneNumberVerified",
        /// What the user may change about themselves.
        pub user_metadata: Map<String, Value> = "user_metadata",
        /// What only applications may change about the user.
        pub app_metadata: Map<String, Value> = "app_metadata",
    }
}

/// A password. It prints as stars; [`Password::expose`] gives the text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Password(String);

impl Password {
    /// The password itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn missing_and_null_fields_are_empty_and_unknown_ones_are_kept() {
        let user: User =
            serde_json::from_value(json!({"username": null, "app_metadata": null, "nickname": "u"})).expect("reads");
        assert_eq!((user.id.as_str(), user.username.as_str(), user.email.as_str()), ("", "", ""));
        assert_eq!(user.last_password_reset, None);
        assert_eq!(user.extra, *json!({"nickname": "u"}).as_object().expect("an object"));
    }

    #[test]
    fn a_user_is_written_as_it_was_read() {
        let sent = json!({
            "id": "abc123", "username": "user1", "email": "user1@example.com",
            "last_password_reset": "2019-02-27T14:14:29.206Z",
            "emailVerified": true, "phoneNumber": "1-000-000-0000", "user_metadata": {"hobby": "surfing"}, "x": [1, null],
        });
        let user: User = serde_json::from_value(sent.clone()).expect("reads");
        assert_eq!(user.email_verified, Some(true));
        assert_eq!(serde_json::to_value(user).expect("writes"), sent);
    }

    #[test]
    fn a_password_does_not_print() {
        let user: User = serde_json::from_value(json!({"password": "hunter2"})).expect("reads");
        assert!(!format!("{user:?}").contains("hunter2"));
        assert_eq!(user.password.expect("is there").expose(), "hunter2");
    }
}
