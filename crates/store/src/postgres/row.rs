//! How things are written in rows.

use std::str::FromStr;

use hookbox_protocol::api::DeliveryState;
use hookbox_protocol::event::Initiator;
use hookbox_protocol::{ModuleDigest, Trigger};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::{Code, Error, number};

/// What is in a row does not make sense to this program.
pub(super) fn damaged(what: impl std::fmt::Display) -> Error {
    Error::Damaged(format!("a row cannot be read: {what}"))
}

/// Reads an integer column of any width into any width that holds its value.
pub(super) fn number<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<T, Error> {
    optional(row, column)?.ok_or_else(|| damaged(format!("there is no number in column {column}")))
}

/// As [`number`], of a column that may be null.
pub(super) fn optional<T: TryFrom<i64>>(row: &Row, column: usize) -> Result<Option<T>, Error> {
    let value = match *row.columns()[column].type_() {
        Type::INT2 => row.try_get::<_, Option<i16>>(column)?.map(i64::from),
        Type::INT4 => row.try_get::<_, Option<i32>>(column)?.map(i64::from),
        _ => row.try_get::<_, Option<i64>>(column)?,
    };
    value.map(|value| T::try_from(value).map_err(|_| damaged(format!("{value} is out of range")))).transpose()
}

/// Reads text that was written by a type's `Display`.
pub(super) fn parsed<T: FromStr<Err: std::fmt::Display>>(row: &Row, column: usize) -> Result<T, Error> {
    row.try_get::<_, &str>(column)?.parse().map_err(|e: T::Err| damaged(e))
}

/// Reads JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(row: &Row, column: usize) -> Result<T, Error> {
    serde_json::from_str(row.try_get(column)?).map_err(damaged)
}

/// Reads JSON that is absent where there is nothing to say.
pub(super) fn json_or_default<T: serde::de::DeserializeOwned + Default>(row: &Row, column: usize) -> Result<T, Error> {
    match row.try_get::<_, Option<&str>>(column)? {
        Some(text) => serde_json::from_str(text).map_err(damaged),
        None => Ok(T::default()),
    }
}

/// Writes JSON.
pub(super) fn to_json(value: &impl serde::Serialize) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|e| Error::Invalid(format!("it cannot be written as JSON: {e}")))
}

/// Text for people, which in PostgreSQL cannot hold the character zero.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

pub(super) fn trigger(row: &Row, column: usize) -> Result<Trigger, Error> {
    number::trigger(number(row, column)?).map_err(damaged)
}

pub(super) fn initiator(row: &Row, column: usize) -> Result<Option<Initiator>, Error> {
    optional(row, column)?.map(number::initiator).transpose().map_err(damaged)
}

pub(super) fn delivery_state(row: &Row, column: usize) -> Result<DeliveryState, Error> {
    number::delivery_state(number(row, column)?).map_err(damaged)
}

pub(super) fn digest(row: &Row, column: usize) -> Result<Option<ModuleDigest>, Error> {
    let bytes = row.try_get::<_, Option<&[u8]>>(column)?;
    bytes.map(|bytes| bytes.try_into().map(ModuleDigest).map_err(|_| damaged("a digest has not 32 bytes"))).transpose()
}

/// Reads a version's two columns, of which one is null.
pub(super) fn code(row: &Row, digest_column: usize, source: usize) -> Result<Code, Error> {
    if let Some(digest) = digest(row, digest_column)? {
        return Ok(Code::Module { digest });
    }
    let source = String::from_utf8(row.try_get(source)?).map_err(damaged)?;
    Ok(Code::Script { source })
}

/// The two columns of a version.
pub(super) fn code_columns(code: &Code) -> (Option<&[u8]>, Option<&[u8]>) {
    match code {
        Code::Module { digest } => (Some(&digest.0), None),
        Code::Script { source } => (None, Some(source.as_bytes())),
    }
}
