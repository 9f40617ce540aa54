//! How the errors of a database server are told apart.

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::Error;

const IN_THE_WAY: &str = "other transactions were in its way again and again";

impl From<tokio_postgres::Error> for Error {
    /// What ends a connection, and what the server cannot do for now, is [`Error::Unavailable`]: another try may go well,
    /// and whether the statement took effect is not known. Any other error is of one statement.
    fn from(error: tokio_postgres::Error) -> Self {
        if is_worth_another_try(&error) {
            return Self::Unavailable(IN_THE_WAY.into());
        }
        let text = words(&error).into();
        if error.code() == Some(&SqlState::DISK_FULL) {
            return Self::Full(text);
        }
        if ends_the_connection(&error) || error.code().is_some_and(passes) {
            return Self::Unavailable(text);
        }
        Self::Database(text)
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::PostCreateHook(deadpool_postgres::HookError::Backend(error)) => error.into(),
            PoolError::Closed => Self::closed(),
            other => Self::Unavailable(format!("no connection to the database came free: {other}").into()),
        }
    }
}

/// Whether the connection is of no further use: it is gone, or leads to a server that takes no writes any more.
pub(super) fn ends_the_connection(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        None => {
            error.is_closed() || std::error::Error::source(error).is_some_and(|source| source.is::<std::io::Error>())
        }
        Some(code) => {
            *code == SqlState::READ_ONLY_SQL_TRANSACTION
                || *code == SqlState::ADMIN_SHUTDOWN
                || *code == SqlState::CRASH_SHUTDOWN
                || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
                || code.code().starts_with("08")
        }
    }
}

/// Whether two transactions were in each other's way, and the same one again will find the way free.
pub(super) fn is_worth_another_try(error: &tokio_postgres::Error) -> bool {
    error
        .code()
        .is_some_and(|code| *code == SqlState::T_R_DEADLOCK_DETECTED || *code == SqlState::T_R_SERIALIZATION_FAILURE)
}

/// As [`is_worth_another_try`], of an error that was taken over.
pub(super) fn was_in_the_way(error: &Error) -> bool {
    matches!(error, Error::Unavailable(text) if **text == *IN_THE_WAY)
}

/// Troubles of the server that pass: no room, no connection, no patience, starting up.
fn passes(code: &SqlState) -> bool {
    let class = &code.code()[..2];
    matches!(class, "53" | "58" | "40")
        || *code == SqlState::CANNOT_CONNECT_NOW
        || *code == SqlState::QUERY_CANCELED
        || *code == SqlState::LOCK_NOT_AVAILABLE
}

/// The server's own message, or what became of the connection. Neither holds a value of a statement: details, which may
/// name a row, are left out.
fn words(error: &tokio_postgres::Error) -> String {
    if let Some(refused) = error.as_db_error() {
        return format!("{} (SQLSTATE {})", refused.message(), refused.code().code());
    }
    match std::error::Error::source(error) {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
