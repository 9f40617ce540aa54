//! Copies of a whole database, and back.

use std::path::{Path, PathBuf};

use crate::{Error, Location, MasterKeys, sqlite};

/// A copy that was made and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackedUp {
    /// The file that was written.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
    /// Tenants in it.
    pub tenants: u64,
    /// Events in it.
    pub events: u64,
    /// Whether what it holds was compared with the checksum that is written with it. Copies of earlier programs have none.
    pub is_compared: bool,
}

/// Copies a database into one file, beside a daemon that goes on working: the file holds everything that was committed
/// when the copy began, and a checksum of it. It is checked before it gets its name, and opens with the same master key,
/// which it does not contain.
///
/// # Errors
/// When the file exists, when the database cannot be read or the copy does not pass the check, and for PostgreSQL, which
/// has `pg_dump` for this.
pub async fn backup(from: &Location, to: &Path) -> Result<BackedUp, Error> {
    let folder = match from {
        Location::Sqlite(folder) => folder.clone(),
        Location::Postgres(_) => {
            let message = "a PostgreSQL database is copied with its own tools: pg_dump --format=custom --file=FILE URL, \
                           and pg_restore to bring it back";
            return Err(Error::Unsupported(message.to_owned()));
        }
    };
    let to = to.to_owned();
    blocking(move || sqlite::backup::backup(&folder, &to)).await
}

/// Brings a copy back as the database of the data directory `to`. It is checked first, and so are the keys where some are
/// given: unless all is well, nothing is left in the directory.
///
/// What was delivered after the copy was made is delivered once more; events that came after it are gone.
///
/// # Errors
/// When the directory has a database already, when the file is none of Hookbox's or is damaged, or was written by a newer
/// program, and when none of the keys opens it.
pub async fn restore(from: &Path, to: &Path, keys: Option<MasterKeys>) -> Result<BackedUp, Error> {
    let (from, to) = (from.to_owned(), to.to_owned());
    blocking(move || sqlite::backup::restore(&from, &to, keys.as_ref())).await
}

async fn blocking(work: impl FnOnce() -> Result<BackedUp, Error> + Send + 'static) -> Result<BackedUp, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Error::Unavailable("the copy panicked".into())))
}
