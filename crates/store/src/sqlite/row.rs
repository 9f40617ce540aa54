//! How things are written in rows, and how the database's errors are told apart.

use std::str::FromStr;

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{ModuleDigest, Outcome, Trigger, trigger};
use rusqlite::types::Type;
use rusqlite::{ErrorCode, Row};

use crate::{Code, Error};

/// The states of a delivery. The indexes in `schema.sql` are made for these numbers.
pub(super) const PENDING: i64 = 0;
pub(super) const LEASED: i64 = 1;
pub(super) const SUCCEEDED: i64 = 2;
pub(super) const DEAD: i64 = 3;
/// Pending, but its hook is disabled.
pub(super) const HELD: i64 = 4;
/// Pending, and not for the first time.
pub(super) const RETRY: i64 = 5;

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

pub(super) fn trigger_number(trigger: Trigger) -> i64 {
    trigger as i64
}

pub(super) fn trigger(row: &Row<'_>, column: usize) -> rusqlite::Result<Trigger> {
    let number: usize = row.get(column)?;
    let spec = trigger::TABLE.get(number).ok_or_else(|| damaged(column, format!("there is no trigger {number}")))?;
    Ok(spec.trigger)
}

pub(super) fn initiator_number(initiator: Initiator) -> i64 {
    match initiator {
        Initiator::User => 0,
        Initiator::Admin => 1,
    }
}

pub(super) fn initiator(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Initiator>> {
    match row.get::<_, Option<i64>>(column)? {
        None => Ok(None),
        Some(0) => Ok(Some(Initiator::User)),
        Some(1) => Ok(Some(Initiator::Admin)),
        Some(other) => Err(damaged(column, format!("there is no initiator {other}"))),
    }
}

pub(super) fn delivery_state(row: &Row<'_>, column: usize) -> rusqlite::Result<DeliveryState> {
    match row.get(column)? {
        PENDING | HELD | RETRY => Ok(DeliveryState::Pending),
        LEASED => Ok(DeliveryState::Leased),
        SUCCEEDED => Ok(DeliveryState::Succeeded),
        DEAD => Ok(DeliveryState::Dead),
        other => Err(damaged(column, format!("there is no delivery state {other}"))),
    }
}

pub(super) fn outcome_number(outcome: &Outcome) -> u8 {
    let place = Outcome::NAMES.iter().position(|name| *name == outcome.name());
    place.and_then(|place| u8::try_from(place).ok()).expect("every outcome has its name in the list")
}

pub(super) fn outcome_name(number: u8) -> Option<&'static str> {
    Outcome::NAMES.get(usize::from(number)).copied()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_rows_mean_what_they_meant_when_they_were_written() {
        let triggers = trigger::TABLE.map(|spec| (trigger_number(spec.trigger), spec.name));
        assert_eq!(
            triggers,
            [
                (0, "post-change-password"),
                (1, "post-user-registration"),
                (2, "pre-user-registration"),
                (3, "credentials-exchange"),
                (4, "send-phone-message"),
            ]
        );
        let outcomes: Vec<_> = (0..8).map(|number| outcome_name(number).expect("a name")).collect();
        assert_eq!(
            outcomes,
            [
                "completed",
                "failed",
                "trapped",
                "out_of_fuel",
                "timed_out",
                "out_of_memory",
                "bad_output",
                "never_finished",
            ]
        );
    }
}
