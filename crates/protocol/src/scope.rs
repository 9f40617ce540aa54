//! What a token allows.

use std::fmt;
use std::str::FromStr;

macro_rules! scopes {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal;)*) => {
        /// A permission that a token carries.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scope {
            $($(#[doc = $doc])* $variant,)*
        }

        impl Scope {
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The scope's text.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it allows, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),*).trim_ascii(),)* }
            }
        }
    };
}

scopes! {
    /// Report events, call blocking triggers.
    CreateEvents = "create:events";
    /// See events, deliveries and attempts.
    ReadEvents = "read:events";
    /// Replay deliveries.
    UpdateEvents = "update:events";
    /// Make hooks.
    CreateHooks = "create:hooks";
    /// See hooks, versions and the names of secrets.
    ReadHooks = "read:hooks";
    /// Change hooks and secrets.
    UpdateHooks = "update:hooks";
    /// Delete hooks and secrets.
    DeleteHooks = "delete:hooks";
    /// Read the tenant log.
    ReadLogs = "read:logs";
    /// Run code in the runner.
    CreateRuns = "create:runs";
    /// List the tenant's tokens and clients.
    ReadTokens = "read:tokens";
    /// Make tokens, with no more than what the maker may do.
    CreateTokens = "create:tokens";
    /// Revoke tokens and clients.
    DeleteTokens = "delete:tokens";
    /// Read who changed what.
    ReadAudit = "read:audit";
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope '{0}'; the scopes are {names}", names = Scope::ALL.iter().map(|s| s.name()).collect::<Vec<_>>().join(", "))]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().find(|scope| scope.name() == text);
        found.copied().ok_or_else(|| UnknownScope(text.chars().take(64).collect()))
    }
}
