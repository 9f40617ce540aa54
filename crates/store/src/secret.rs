//! A secret's value in memory.

use std::fmt;

use hookbox_protocol::limits::{SECRET_VALUE_BYTES, SECRETS};
use zeroize::Zeroizing;

use crate::Error;

/// What a list of secrets shows instead of values. Sent back as a value, it would overwrite the secret with itself.
const PLACEHOLDER: &str = "_VALUE_NOT_SHOWN_";

/// What an operator lets a hook have of secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretLimits {
    /// The most secrets of a hook: the limit `secrets`.
    pub count_max: u64,
    /// The most bytes of a value: the limit `secret_value_bytes`.
    pub value_bytes_max: u64,
}

impl Default for SecretLimits {
    fn default() -> Self {
        Self { count_max: SECRETS.default, value_bytes_max: SECRET_VALUE_BYTES.default }
    }
}

impl SecretLimits {
    /// Holds a value to its limit.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that is too long.
    pub fn check_value(&self, name: &str, value: &SecretValue) -> Result<(), Error> {
        let (bytes, most) = (value.0.len(), self.value_bytes_max);
        if bytes as u64 <= most {
            return Ok(());
        }
        let (limit, way_up) = (SECRET_VALUE_BYTES.name, SECRET_VALUE_BYTES.way_up(most));
        let message =
            format!("the value of secret '{name}' has {bytes} bytes; the limit `{limit}` is {most} bytes{way_up}");
        Err(Error::Invalid(message))
    }

    /// Holds the secrets of a hook to their number, where some are added to those that there are.
    ///
    /// # Errors
    /// [`Error::LimitReached`] where they would be too many.
    pub fn check_count(&self, there: u64, added: u64) -> Result<(), Error> {
        check_count(self.count_max, there, added)
    }
}

pub(crate) fn check_count(most: u64, there: u64, added: u64) -> Result<(), Error> {
    if added == 0 || there.saturating_add(added) <= most {
        return Ok(());
    }
    let way_up = SECRETS.way_up(most);
    let way_out = format!("delete one that the hook does not read, or put several values into one as JSON{way_up}");
    Err(Error::LimitReached { what: "secret", limit: SECRETS.name, there, added, most, way_out: way_out.into() })
}

/// The value of a secret: prints as stars, and is wiped from memory when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretValue(Zeroizing<String>);

impl SecretValue {
    /// Takes the value.
    pub fn new(value: String) -> Self {
        Self(Zeroizing::new(value))
    }

    /// The value itself, for the vault, the run that needs it and the redactor. Never for a log, an error or an answer.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn check(&self, name: &str) -> Result<(), Error> {
        if *self.0 == PLACEHOLDER {
            let message = format!(
                "the value of secret '{name}' is {PLACEHOLDER}, which stands for a value that is not shown; leave the \
                 secret out to keep its value"
            );
            return Err(Error::Invalid(message));
        }
        Ok(())
    }
}

impl fmt::Debug for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for SecretValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
