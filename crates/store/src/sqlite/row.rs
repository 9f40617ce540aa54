//! How things are written in rows, and how the database's errors are told apart.

use std::str::FromStr;

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{ModuleDigest, Trigger};
use rusqlite::types::Type;
use rusqlite::{ErrorCode, Row};

use crate::{Code, Error, number};

impl From<rusqlite::Error> for Error {
    /// A disk that fails and a database that is damaged end all writing, a full disk ends what did not fit; any other
    /// error is of one statement.
    fn from(error: rusqlite::Error) -> Self {
        let is_of_the_disk = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::SystemIoFailure
                    | ErrorCode::DatabaseCorrupt
                    | ErrorCode::NotADatabase
                    | ErrorCode::ReadOnly
                    | ErrorCode::CannotOpen
                    | ErrorCode::OutOfMemory
            )
        );
        let text = error.to_string().into();
        if is_full(&error) {
            return Self::Full(text);
        }
        if is_of_the_disk { Self::Unavailable(text) } else { Self::Database(text) }
    }
}

/// Whether there was no room, for the database or for the index of its log of changes.
fn is_full(error: &rusqlite::Error) -> bool {
    let extended = error.sqlite_error().map(|error| error.extended_code);
    error.sqlite_error_code() == Some(ErrorCode::DiskFull) || extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

/// What is in a row does not make sense to this program.
pub(super) fn damaged(column: usize, what: impl Into<String>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, what.into().into())
}

/// Reads text that was written by a type's `Display`.
pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|e: T::Err| damaged(column, e.to_string()))
}

/// Reads JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|e| damaged(column, e.to_string()))
}

/// Reads JSON that is absent where there is nothing to say.
pub(super) fn json_or_default<T: serde::de::DeserializeOwned + Default>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => serde_json::from_str(text).map_err(|e| damaged(column, e.to_string())),
        None => Ok(T::default()),
    }
}

/// Writes JSON.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Invalid(format!("it cannot be written as JSON: {e}")))
}

pub(super) fn trigger(row: &Row<'_>, column: usize) -> rusqlite::Result<Trigger> {
    number::trigger(row.get(column)?).map_err(|e| damaged(column, e))
}

pub(super) fn initiator(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Initiator>> {
    let found: Option<i64> = row.get(column)?;
    found.map(number::initiator).transpose().map_err(|e| damaged(column, e))
}

pub(super) fn delivery_state(row: &Row<'_>, column: usize) -> rusqlite::Result<DeliveryState> {
    number::delivery_state(row.get(column)?).map_err(|e| damaged(column, e))
}

/// Reads a version's two columns, of which one is null.
pub(super) fn code(row: &Row<'_>, digest: usize, source: usize) -> rusqlite::Result<Code> {
    match row.get::<_, Option<[u8; 32]>>(digest)? {
        Some(bytes) => Ok(Code::Module { digest: ModuleDigest(bytes) }),
        None => Ok(Code::Script { source: row.get(source)? }),
    }
}

/// The two columns of a version.
pub(super) fn code_columns(code: &Code) -> (Option<&[u8]>, Option<&str>) {
    match code {
        Code::Module { digest } => (Some(&digest.0), None),
        Code::Script { source } => (None, Some(source)),
    }
}
