//! The triggers. One table drives everything: adding a trigger is adding a row.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An extensibility point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A user's password was changed.
    PostChangePassword,
    /// A user signed up.
    PostUserRegistration,
    /// A user is about to sign up.
    PreUserRegistration,
    /// A client asks for a token with its own credentials.
    CredentialsExchange,
    /// A code is to be sent to a phone.
    SendPhoneMessage,
}

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The trigger.
    pub trigger: Trigger,
    /// Its name in addresses, JSON and on the command line.
    pub name: &'static str,
    /// What a module exports for it.
    pub export: &'static str,
    /// The keys of the input, in the order of a script's parameters.
    pub arguments: &'static [&'static str],
    /// Whether the caller waits for the result (a call) or not (an event).
    pub blocking: bool,
    /// The tenant log's code for a failed run.
    pub log_code: &'static str,
    /// The tenant log's description for that code.
    pub log_description: &'static str,
    /// A first script.
    pub starter_javascript: &'static str,
    /// The `src/lib.rs` of a first module in Rust.
    pub starter_rust: &'static str,
    /// A sample input, as JSON.
    pub sample: &'static str,
}

/// Every trigger.
pub const TABLE: [Spec; 5] = [
    Spec {
        trigger: Trigger::PostChangePassword,
        name: "post-change-password",
        export: "post_change_password",
        arguments: &["user", "context"],
        blocking: false,
        log_code: "fcph",
        log_description: "Failed Post Change Password Hook",
        starter_javascript: include_str!("../starter/post_change_password.js"),
        starter_rust: include_str!("../starter/post_change_password.rs"),
        sample: include_str!("../starter/post_change_password.json"),
    },
    Spec {
        trigger: Trigger::PostUserRegistration,
        name: "post-user-registration",
        export: "post_user_registration",
        arguments: &["user", "context"],
        blocking: false,
        log_code: "fpurh",
        log_description: "Failed Post User Registration Hook",
        starter_javascript: include_str!("../starter/post_user_registration.js"),
        starter_rust: include_str!("../starter/post_user_registration.rs"),
        sample: include_str!("../starter/post_user_registration.json"),
    },
    Spec {
        trigger: Trigger::PreUserRegistration,
        name: "pre-user-registration",
        export: "pre_user_registration",
        arguments: &["user", "context"],
        blocking: true,
        log_code: "fs",
        log_description: "Failed Signup",
        starter_javascript: include_str!("../starter/pre_user_registration.js"),
        starter_rust: include_str!("../starter/pre_user_registration.rs"),
        sample: include_str!("../starter/pre_user_registration.json"),
    },
    Spec {
        trigger: Trigger::CredentialsExchange,
        name: "credentials-exchange",
        export: "credentials_exchange",
        arguments: &["client", "scope", "audience", "context"],
        blocking: true,
        log_code: "feccft",
        log_description: "Failed Exchange of Client Credentials for Access Token",
        starter_javascript: include_str!("../starter/credentials_exchange.js"),
        starter_rust: include_str!("../starter/credentials_exchange.rs"),
        sample: include_str!("../starter/credentials_exchange.json"),
    },
    Spec {
        trigger: Trigger::SendPhoneMessage,
        name: "send-phone-message",
        export: "send_phone_message",
        arguments: &["recipient", "text", "context"],
        blocking: true,
        log_code: "gd_send_sms_failure",
        log_description: "Failed to Send SMS",
        starter_javascript: include_str!("../starter/send_phone_message.js"),
        starter_rust: include_str!("../starter/send_phone_message.rs"),
        sample: include_str!("../starter/send_phone_message.json"),
    },
];

impl Trigger {
    /// The trigger's row.
    pub fn spec(self) -> &'static Spec {
        &TABLE[self as usize]
    }

    /// The trigger's name.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// What a module exports for it.
    pub fn export(self) -> &'static str {
        self.spec().export
    }
}

impl fmt::Display for Trigger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text names no trigger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no trigger '{0}'; the triggers are {names}", names = TABLE.map(|spec| spec.name).join(", "))]
pub struct UnknownTrigger(String);

impl FromStr for Trigger {
    type Err = UnknownTrigger;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TABLE
            .iter()
            .find(|spec| spec.name == text)
            .map(|spec| spec.trigger)
            .ok_or_else(|| UnknownTrigger(text.chars().take(64).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_stands_at_its_triggers_place_and_reads_back() {
        for (index, spec) in TABLE.iter().enumerate() {
            assert_eq!(spec.trigger as usize, index);
            assert_eq!(spec.name.parse(), Ok(spec.trigger));
            assert_eq!(serde_json::to_value(spec.trigger).expect("serialises"), spec.name);
            assert_eq!(spec.name.replace('-', "_"), spec.export);
        }
    }

    #[test]
    fn every_sample_is_an_object_with_the_triggers_arguments() {
        for spec in TABLE {
            let sample: serde_json::Value = serde_json::from_str(spec.sample).expect(spec.name);
            let keys: Vec<&str> = sample.as_object().expect(spec.name).keys().map(String::as_str).collect();
            assert_eq!(keys, spec.arguments, "{}", spec.name);
            assert!(spec.starter_rust.contains(&format!("hookbox_sdk::{}", spec.export)), "{}", spec.name);
            assert!(spec.starter_javascript.contains("module.exports"), "{}", spec.name);
        }
    }

    #[test]
    fn an_unknown_trigger_is_refused_with_the_list() {
        let error = "post-change-pasword".parse::<Trigger>().expect_err("misspelt");
        assert!(error.to_string().contains("post-change-password, post-user-registration"), "{error}");
    }
}
