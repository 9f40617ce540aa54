//! A hook's secrets.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Error;

/// A hook's secrets by name. Values print as stars.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(BTreeMap<String, String>);

thread_local! {
    /// The secrets of the run that is under way. A module runs once, on one thread; natively, each test has its own.
    static CURRENT: RefCell<Secrets> = const { RefCell::new(Secrets(BTreeMap::new())) };
}

/// The secret of that name of the hook that is running; [`Context::secret`](crate::Context::secret) where the context
/// is not at hand.
///
/// # Errors
/// The hook has no such secret; the message names it and says how to add it.
pub fn secret(name: &str) -> Result<String, Error> {
    CURRENT.with_borrow(|secrets| secrets.get(name).map(str::to_owned))
}

pub(crate) fn set_current(secrets: &Secrets) {
    CURRENT.with_borrow_mut(|current| current.clone_from(secrets));
}

impl Secrets {
    /// The value of the secret of that name.
    ///
    /// # Errors
    /// There is none.
    #[track_caller]
    pub fn get(&self, name: &str) -> Result<&str, Error> {
        match self.0.get(name) {
            Some(value) => Ok(value),
            None => {
                let message = format!("the hook has no secret '{name}'; add it with `hookbox secrets set`");
                Err(Error::new(message).name("MissingSecret").retryable(false))
            }
        }
    }

    /// The names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.names().map(|name| (name, format_args!("***")))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_print_as_stars() {
        let secrets: Secrets = serde_json::from_str(r#"{"KEY":"hunter2"}"#).expect("reads");
        assert_eq!(format!("{secrets:?}"), r#"{"KEY": ***}"#);
    }

    #[test]
    fn a_missing_secret_is_named() {
        let error = Secrets::default().get("SENDGRID_API_KEY").expect_err("is not there");
        assert!(error.message().contains("no secret 'SENDGRID_API_KEY'"), "{error}");
    }
}
