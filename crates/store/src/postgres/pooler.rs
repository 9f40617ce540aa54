//! Telling a connection to the server from one to a pooler that gives every transaction another session.
//!
//! What a node keeps in a session would be somebody else's under such a pooler: its advisory lock, its prepared
//! statements, its settings, what it listens to. It is refused in words, at the start and whenever it shows.

use tokio_postgres::SimpleQueryMessage;

use super::shared::Shared;
use crate::Error;

/// Asks two connections which sessions they lead to, one of them in a transaction: a pooler that hands sessions around
/// gives both the same one, or the first another one while the second holds its own.
pub(super) async fn refuse(shared: &Shared) -> Result<(), Error> {
    const ASK: &str = "SELECT pg_backend_pid()";
    let (first, second) = shared.pair().await?;
    let at_first = backend(&first.simple_query(ASK).await?)?;
    second.simple_query("BEGIN").await?;
    let at_second = backend(&second.simple_query(ASK).await?)?;
    let again = backend(&first.simple_query(ASK).await?);
    second.simple_query("ROLLBACK").await?;
    judge(at_first, at_second, again?)
}

/// What the answers of the first, of the second, and of the first once more say.
fn judge(first: i32, second: i32, again: i32) -> Result<(), Error> {
    if first == again && first != second {
        return Ok(());
    }
    Err(error(first, if first == again { second } else { again }))
}

/// The refusal.
pub(super) fn error(first: i32, then: i32) -> Error {
    Error::Unsupported(format!(
        "the database's address leads to a pooler in transaction mode (one connection was answered by sessions {first} and \
         {then}); give hookbox the server itself, or a pooler in session mode"
    ))
}

fn backend(answer: &[SimpleQueryMessage]) -> Result<i32, Error> {
    let text = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    let number = text.and_then(|text| text.parse().ok());
    number.ok_or_else(|| Error::Unsupported("the server does not say which of its processes answers".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_that_changes_its_session_is_one_to_a_pooler() {
        assert!(judge(11, 12, 11).is_ok(), "the server itself");
        for (first, second, again) in [(11, 11, 12), (11, 11, 11), (11, 12, 13)] {
            let refused = judge(first, second, again).expect_err("refused").to_string();
            assert!(refused.contains("a pooler in transaction mode"), "{refused}");
            assert!(refused.contains("session mode"), "{refused}");
        }
    }
}
