//! What can go wrong, by what the caller can do about it.

use std::borrow::Cow;
use std::sync::Arc;

use hookbox_protocol::name::NameError;

/// Why the store did not do what it was asked for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// A name is taken within its tenant, its hook or the daemon.
    #[error("there is already a {what} named '{name}'")]
    Conflict {
        /// What kind of thing carries the name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Something that the call names does not exist for this tenant.
    #[error("there is no {what} '{name}'")]
    NotFound {
        /// What kind of thing it would be.
        what: &'static str,
        /// The name or id that was asked for.
        name: String,
    },
    /// The idempotency key came before, with another trigger or another body.
    #[error("idempotency key '{key}' came before with another event; use a new key for a new event")]
    IdempotencyConflict {
        /// The key.
        key: String,
    },
    /// A number of things would be over its limit.
    #[error(
        "there {} and {added} would be added; the limit `{limit}` is {most}; {way_out}",
        if *there == 1 { format!("is 1 {what}") } else { format!("are {there} {what}s") }
    )]
    LimitReached {
        /// One of what is counted.
        what: &'static str,
        /// The limit's name.
        limit: &'static str,
        /// How many there are.
        there: u64,
        /// How many more there would be.
        added: u64,
        /// The most there can be.
        most: u64,
        /// What makes room.
        way_out: Cow<'static, str>,
    },
    /// What is asked for does not go with the state that things are in.
    #[error("{0}")]
    State(String),
    /// A value cannot be stored.
    #[error("{0}")]
    Invalid(String),
    /// The location names an engine that this build does not have.
    #[error("{0}")]
    Unsupported(String),
    /// The master key does not open the vault of this database.
    #[error(
        "the master key does not belong to this database: the secrets in it were encrypted with another key; start with \
         the key that was in use before, or, where a rotation did not end, with both keys, the new one first: \
         `NEW,OLD` in HOOKBOX_MASTER_KEY, or one a line in the key file"
    )]
    WrongMasterKey,
    /// The master key cannot be used or read.
    #[error("{0}")]
    MasterKey(String),
    /// Another daemon uses the same data directory.
    #[error(
        "the data directory {0} is in use by another hookbox; stop that one first or give this one a directory of its own"
    )]
    InUse(String),
    /// The database was written by a newer program.
    #[error(
        "the database has schema version {found}, and this hookbox knows versions up to {known}; start the newer hookbox \
         that wrote it"
    )]
    TooNew {
        /// The version in the database.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The store does not take work: the database is away, a commit failed, or it was closed. Nothing that was answered
    /// before is lost. What took effect of this call is not known.
    #[error("the store cannot be used: {0}")]
    Unavailable(Arc<str>),
    /// The disk is full, or the database at its largest. This write was not made; writes work again when there is room.
    #[error("the disk is full: {0}; make room, nothing has to be restarted")]
    Full(Arc<str>),
    /// A stored value cannot be decrypted or read: it was changed outside of Hookbox.
    #[error("{0}")]
    Damaged(String),
    /// The database refused a statement.
    #[error("the database failed: {0}")]
    Database(Arc<str>),
    /// The file system refused.
    #[error("{what} failed: {source}")]
    Io {
        /// What was tried, with the path.
        what: String,
        /// Why it was refused.
        source: Arc<std::io::Error>,
    },
}

impl Error {
    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Self {
        Self::Io { what: what.into(), source: Arc::new(source) }
    }

    pub(crate) fn closed() -> Self {
        Self::Unavailable("it was closed".into())
    }
}

impl From<NameError> for Error {
    fn from(error: NameError) -> Self {
        Self::Invalid(error.to_string())
    }
}
