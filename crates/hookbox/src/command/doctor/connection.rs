//! The daemon that the client commands would talk to.

use super::{Finding, State};
use crate::client::{Client, Connection, Raw};
use crate::failure::{Exit, describe};

const CHECK: &str = "daemon";

/// Whether the daemon answers, and takes the token. That there is none is no fault where nobody named one.
pub(super) async fn findings(connection: &Connection) -> Vec<Finding> {
    let is_named = connection.place.url.is_some() || connection.place.profile.is_some();
    let client = match Client::new(connection) {
        Ok(client) => client,
        Err(error) if !is_named && describe(&error).1 == Exit::Refused => {
            return vec![Finding::good(CHECK, "none is named; `hookbox login` keeps one for the client commands")];
        }
        Err(error) => return vec![advice(&error)],
    };
    let url = client.url();
    match client.get::<Raw>(&["v1", "triggers"], &[]).await {
        Ok(_) => vec![Finding::good(CHECK, format!("{url} answers, and takes the token"))],
        Err(error) => vec![advice(&error)],
    }
}

/// What keeps the client commands from working keeps no daemon from it.
fn advice(error: &anyhow::Error) -> Finding {
    Finding { state: State::Advice, ..Finding::failed(CHECK, error) }
}
