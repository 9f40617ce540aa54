//! What a look at the database finds.

use serde::Serialize;

use crate::{Clock, Error, Location, Store, sqlite};

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What was found, in words.
    pub what: String,
    /// What to do about it.
    pub way_out: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Not as it should be, and nothing is lost or stopped by it.
    Warning,
    /// Something is lost or stopped, or will be soon.
    Error,
}

impl Finding {
    pub(crate) fn ok(what: impl Into<String>) -> Self {
        Self { level: Level::Ok, what: what.into(), way_out: None }
    }

    pub(crate) fn warning(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { level: Level::Warning, what: what.into(), way_out: Some(way_out.into()) }
    }

    pub(crate) fn error(what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { level: Level::Error, what: what.into(), way_out: Some(way_out.into()) }
    }
}

/// Looks a database over that a daemon may have open, as [`Store::diagnose`] does from within.
///
/// # Errors
/// When it cannot be read, and for PostgreSQL, which is asked through a store.
pub async fn diagnose(location: &Location) -> Result<Vec<Finding>, Error> {
    let folder = match location {
        Location::Sqlite(folder) => folder.clone(),
        Location::Postgres(_) => {
            return Err(Error::Unsupported("a PostgreSQL database is looked over through a store that is open".into()));
        }
    };
    let looked =
        tokio::task::spawn_blocking(move || sqlite::diagnosis::of_folder(&folder, Clock::default().now())).await;
    looked.unwrap_or_else(|_| Err(Error::Unavailable("looking it over panicked".into())))
}

impl Store {
    /// Looks the database over, for `hookbox doctor`. Reads all of it: seconds for each gigabyte.
    pub async fn diagnose(&self) -> Result<Vec<Finding>, Error> {
        self.shared().engine.diagnose().await
    }
}
