//! The arguments of `credentials-exchange`.

use serde_json::{Map, Value};

use crate::record::record;
use crate::{Error, Webtask};

record! {
    /// The client that asks for a token. A text that was not sent is empty.
    pub struct Client {
        /// The client's id.
        pub id: String = "id",
        /// Its name.
        pub name: String = "name",
        /// The tenant that it belongs to.
        pub tenant: String = "tenant",
        /// What the tenant noted about it.
        pub metadata: Map<String, Value> = "metadata",
    }
}

record! {
    /// What else is known about an exchange.
    pub struct ExchangeContext {
        /// What Hookbox adds.
        pub webtask: Webtask = "webtask",
    }
}

impl ExchangeContext {
    /// The secret of that name.
    ///
    /// # Errors
    /// The hook has no such secret.
    pub fn secret(&self, name: &str) -> Result<&str, Error> {
        self.webtask.secrets.get(name)
    }
}
