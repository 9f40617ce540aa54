//! A secret's value in memory.

use std::fmt;

use hookbox_protocol::limits;
use zeroize::Zeroizing;

use crate::Error;

/// What a list of secrets shows instead of values. Sent back as a value, it would overwrite the secret with itself.
const PLACEHOLDER: &str = "_VALUE_NOT_SHOWN_";

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
        let most = limits::SECRET_VALUE_BYTES;
        let length = self.0.len();
        if length as u64 > most.default {
            let message = format!(
                "the value of secret '{name}' has {length} bytes; the most is {} ({})",
                most.default, most.name
            );
            return Err(Error::Invalid(message));
        }
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
